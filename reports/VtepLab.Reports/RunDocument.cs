using System.Collections.Immutable;
using VtepLab.Results;

namespace VtepLab.Reports;

/// <summary>The shape of <c>results.json</c>. Members are only ever added; one that changes its meaning raises the format version.</summary>
internal sealed record RunDocument(
    string Format, int FormatVersion, string ToolVersion, string Command, DateTimeOffset StartedAt, TimeSpan Duration, ulong? Seed,
    string Profile, CertificationVerdict Verdict, RunEnding Ending, string EndingReason, TotalsEntry Totals, DeviceIdentity? Device,
    ImmutableArray<ComponentVersion> Versions, ImmutableArray<CheckEntry> Checks, ImmutableArray<DeviationEntry> Deviations,
    ImmutableArray<Requirement> NotCovered, ImmutableArray<string> LeftBehind, NegativeControl? NegativeControl,
    bool DatabaseOnly = false)
{
    public const string FormatName = "vteplab-results";
    public const int CurrentVersion = 1;

    public static RunDocument From(CertificationRun run) => new(
        FormatName, CurrentVersion, run.ToolVersion, run.Command, run.StartedAt, run.Duration, run.Seed, run.Profile, run.Verdict, run.Ending,
        run.EndingReason, TotalsEntry.Of(run), run.Device, run.Versions, [.. run.Checks.Select(CheckEntry.From)],
        [.. DeviationOutcome.Of(run).Select(o => new DeviationEntry(o.Deviation, o.Use))], run.NotCovered, run.LeftBehind,
        run.NegativeControl, run.IsDatabaseOnly);

    public CertificationRun ToRun(ImmutableArray<WireMessage> conversation) => new()
    {
        ToolVersion = ToolVersion,
        Command = Command,
        StartedAt = StartedAt,
        Duration = Duration,
        Seed = Seed,
        Profile = Profile,
        Device = Device,
        Versions = Versions,
        Checks = [.. Checks.Select(c => c.ToResult())],
        Deviations = [.. Deviations.Select(d => d.Declared)],
        NotCovered = NotCovered,
        Conversation = conversation,
        Ending = Ending,
        EndingReason = EndingReason,
        LeftBehind = LeftBehind,
        NegativeControl = NegativeControl,
    };
}

/// <summary>The counts, for readers that want no arithmetic.</summary>
internal sealed record TotalsEntry(int Checks, int Pass, int Fail, int PassWithDeviation, int NotApplicable, int Inconclusive, int NotCovered, int InPart = 0)
{
    public static TotalsEntry Of(CertificationRun run)
    {
        var t = RunTotals.Of(run.Checks);
        return new TotalsEntry(t.All, t.Pass, t.Fail, t.PassWithDeviation, t.NotApplicable, t.Inconclusive, run.NotCovered.Length, run.PassedInPart);
    }
}

/// <summary>One check: what a script looks for comes first, what a report needs besides follows.</summary>
internal sealed record CheckEntry(
    string Id, RequirementLevel Level, Verdict Verdict, string Message, TimeSpan Duration, TimeSpan StartedAt, ImmutableArray<long> Evidence,
    DeclaredDeviation? Deviation, RequirementEntry Requirement, ImmutableArray<CheckStep> Steps, string Partly = "")
{
    public static CheckEntry From(CheckResult check)
    {
        var r = check.Requirement;
        return new CheckEntry(
            r.Id, r.Level, check.Verdict, check.Message, check.Duration, check.StartedAt, check.Evidence, check.Deviation,
            new RequirementEntry(r.Group, r.Reason, r.Source, r.Needs, r.Do, r.See, r.Catches, r.IsDangerous), check.Steps, check.Partly);
    }

    public CheckResult ToResult()
    {
        var r = Requirement;
        return new CheckResult(
            new Requirement(Id, r.Group, Level, r.Reason, r.Source, r.Needs, r.Do, r.See, r.Catches, r.IsDangerous),
            Verdict, Message, StartedAt, Duration, Steps, Evidence, Deviation)
        {
            Partly = Partly,
        };
    }
}

/// <summary>What the catalogue says of a requirement, besides its id and level.</summary>
internal sealed record RequirementEntry(
    string Group, string Reason, string Source, string Needs, string Do, string See, string Catches, bool IsDangerous);

/// <summary>A declared deviation and what became of it.</summary>
internal sealed record DeviationEntry(DeclaredDeviation Declared, DeviationUse Use);
