using System.Collections.Immutable;
using System.Globalization;
using VtepLab.Results;

namespace VtepLab.Reports.Html;

/// <summary>A group of the catalogue with its requirements, checked or not, by id.</summary>
internal sealed record GroupModel(string Name, string Summary, ImmutableArray<CheckModel> Checks)
{
    public static ImmutableArray<GroupModel> Of(CertificationRun run)
    {
        var models = run.Checks.Select(c => (c.Requirement, Model: CheckModel.Of(c)))
            .Concat(run.NotCovered.Select(r => (Requirement: r, Model: CheckModel.Of(r))));
        return
        [
            .. models.GroupBy(m => m.Requirement.Group, StringComparer.Ordinal)
                .Select(g => Of(g.Key, [.. g.Select(m => m.Model).OrderBy(m => m.Id, StringComparer.Ordinal)])),
        ];
    }

    private static GroupModel Of(string name, ImmutableArray<CheckModel> checks)
    {
        var counts = checks.GroupBy(c => c.Word, StringComparer.Ordinal).Select(g => $"{g.Count()} {g.Key}");
        return new GroupModel(name, string.Join(", ", counts), checks);
    }
}

/// <summary>One requirement of the matrix.</summary>
internal sealed record CheckModel(
    string Id, string Key, string Glyph, string Word, string Level, string Does, string See, string Catches, string Source, string Reason, string Needs,
    string Finding, string Message, string Duration, DeviationModel? Deviation, ImmutableArray<StepModel> Steps, string Evidence,
    string EvidenceCount, string Limits, bool IsNotCovered)
{
    public static CheckModel Of(CheckResult check)
    {
        var look = VerdictLook.Of(check.Verdict);
        return Of(check.Requirement, look) with
        {
            // A row that is no plain pass says why without being opened.
            Finding = check.Verdict != Verdict.Pass ? check.Message : check.Partly.Length > 0 ? $"in part: {check.Partly}" : "",
            Message = check.Verdict == Verdict.Pass ? check.Message : "",
            Duration = Spans.Of(check.Duration),
            Deviation = check.Deviation is { } d ? new DeviationModel(d.Reason, d.Issue, UntilOf(d)) : null,
            Steps = [.. check.Steps.Select(StepModel.Of)],
            Evidence = Spans.Ranges(check.Evidence),
            EvidenceCount = Spans.Count(check.Evidence.Length, "message"),
            Limits = check.Requirement.Needs.Split(',', StringSplitOptions.TrimEntries).Any(n => n is "W" or "H")
                ? "In full the requirement needs frames on the wire; this check judges what the database shows of it."
                : "",
        };
    }

    public static CheckModel Of(Requirement requirement) => Of(requirement, VerdictLook.NotCovered) with { IsNotCovered = true };

    private static CheckModel Of(Requirement r, VerdictLook look) => new(
        r.Id, look.Key, look.Glyph, look.Word, Words.Of(r.Level), r.Do, r.See, r.Catches, r.Source, ReasonOf(r.Reason), NeedsOf(r.Needs), "", "", "", null, [],
        "", "", "", false);

    private static string UntilOf(DeclaredDeviation d) => d.Until is null ? "No end given" : $"Counts until {DeviationRow.DateOf(d.Until)}";

    private static string ReasonOf(string reason) => reason switch
    {
        "spec" => "it is written down",
        "loss" => "traffic is lost without it",
        "leak" => "traffic reaches the wrong place without it",
        "stuck" => "configuration cannot go on without it",
        "interop" => "known controllers fail without it",
        "ops" => "people are misled without it",
        _ => reason,
    };

    private static string NeedsOf(string needs) => string.Join(", ", needs.Split(',', StringSplitOptions.TrimEntries).Select(n => n switch
    {
        "O" => "OVSDB",
        "W" => "a test VTEP on the underlay",
        "H" => "a host on a port",
        _ => n,
    }));
}

/// <summary>The declared deviation that covers a check.</summary>
internal sealed record DeviationModel(string Reason, string Issue, string Until);

/// <summary>A step of a check.</summary>
internal sealed record StepModel(int Number, string Did, string Expected, string Seen, string Key, string Glyph, string Outcome, string Messages, long First)
{
    public static StepModel Of(CheckStep step, int index)
    {
        var look = VerdictLook.OfStep(step.Holds);
        var messages = step.FirstMessage <= 0 ? ""
            : step.LastMessage > step.FirstMessage ? string.Create(CultureInfo.InvariantCulture, $"#{step.FirstMessage}–{step.LastMessage}")
            : string.Create(CultureInfo.InvariantCulture, $"#{step.FirstMessage}");
        return new StepModel(index + 1, step.Did, step.Expected, step.Seen, look.Key, look.Glyph, look.Word, messages, step.FirstMessage);
    }
}
