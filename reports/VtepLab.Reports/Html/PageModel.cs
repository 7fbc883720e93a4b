using System.Collections.Immutable;
using System.Globalization;
using VtepLab.Results;

namespace VtepLab.Reports.Html;

/// <summary>What the template shows, in its order; every value is text that the template encodes, but for style, script and conversation.</summary>
internal sealed record PageModel
{
    private const int BarWidth = 1000;

    public required string Csp { get; init; }
    public required string Css { get; init; }
    public required string Script { get; init; }
    public required string Conversation { get; init; }
    public required VerdictLook Verdict { get; init; }
    public required string Sentence { get; init; }
    public required string DeviceName { get; init; }
    public required ImmutableArray<IdentityLine> Identity { get; init; }
    public required string Started { get; init; }
    public required string Duration { get; init; }
    public required string Profile { get; init; }
    public required string? Seed { get; init; }
    public required ImmutableArray<Tally> Tiles { get; init; }
    public required ImmutableArray<Segment> Bar { get; init; }
    public required string BarLabel { get; init; }
    public required ImmutableArray<LevelRow> Levels { get; init; }
    public required string Scope { get; init; }
    public required ImmutableArray<string> LeftBehind { get; init; }
    public required string LeftBehindNote { get; init; }
    public required ImmutableArray<GroupModel> Groups { get; init; }
    public required string Outside { get; init; }
    public required string OutsideCount { get; init; }
    public required ImmutableArray<DeviationRow> Deviations { get; init; }
    public required ControlModel? Control { get; init; }
    public required string Command { get; init; }
    public required string ToolVersion { get; init; }
    public required ImmutableArray<ComponentVersion> Versions { get; init; }
    public required string Ending { get; init; }

    public static PageModel Of(CertificationRun run, string csp, string css, string script)
    {
        var tiles = Tallies(run.Checks, run.NotCovered.Length);
        ImmutableArray<long> outside = [.. run.Conversation.Select(m => m.Sequence).Except(run.Checks.SelectMany(c => c.Evidence))];
        return new PageModel
        {
            Csp = csp,
            Css = css,
            Script = script,
            Conversation = ConversationBlock.Of(run),
            Verdict = VerdictLook.Of(run.Verdict),
            Sentence = VerdictSentence.Of(run),
            DeviceName = DeviceLines.Name(run.Device),
            Identity = DeviceLines.Of(run.Device),
            Started = run.StartedAt.UtcDateTime.ToString("d MMMM yyyy, HH:mm:ss 'UTC'", CultureInfo.InvariantCulture),
            Duration = Spans.Of(run.Duration),
            Profile = run.Profile,
            Seed = run.Seed?.ToString(CultureInfo.InvariantCulture),
            Tiles = tiles,
            Bar = Segments(tiles),
            BarLabel = string.Join(", ", tiles.Where(t => t.Count > 0).Select(t => $"{t.Count} {t.Word}")),
            Levels = [.. Enum.GetValues<RequirementLevel>().Select(level => LevelRow.Of(run, level))],
            Scope = ScopeNote(run),
            LeftBehind = run.LeftBehind,
            LeftBehindNote = run.LeftBehind.IsEmpty ? "nothing" : $"{run.LeftBehind.Length}, listed above",
            Groups = GroupModel.Of(run),
            Outside = Spans.Ranges(outside),
            OutsideCount = Spans.Count(outside.Length, "message"),
            Deviations = [.. DeviationOutcome.Of(run).Select(DeviationRow.Of)],
            Control = run.NegativeControl is { } control ? ControlModel.Of(control) : null,
            Command = run.Command,
            ToolVersion = run.ToolVersion,
            Versions = run.Versions,
            Ending = Words.Of(run.Ending) + (run.EndingReason.Length > 0 ? $": {run.EndingReason}" : ""),
        };
    }

    /// <summary>The counts of every verdict and of what is not covered, in the order in which the page shows them.</summary>
    internal static ImmutableArray<Tally> Tallies(ImmutableArray<CheckResult> checks, int notCovered)
    {
        var totals = RunTotals.Of(checks);
        Verdict[] order = [Results.Verdict.Pass, Results.Verdict.Fail, Results.Verdict.PassWithDeviation, Results.Verdict.NotApplicable, Results.Verdict.Inconclusive];
        return [.. order.Select(v => Tally.Of(VerdictLook.Of(v), totals[v])), Tally.Of(VerdictLook.NotCovered, notCovered)];
    }

    private static ImmutableArray<Segment> Segments(ImmutableArray<Tally> tiles)
    {
        var all = tiles.Sum(t => t.Count);
        var segments = ImmutableArray.CreateBuilder<Segment>();
        var before = 0;
        foreach (var tile in tiles.Where(t => t.Count > 0))
        {
            int from = before * BarWidth / all, to = (before + tile.Count) * BarWidth / all;
            segments.Add(new Segment(tile.Key, from, to - from));
            before += tile.Count;
        }

        return segments.ToImmutable();
    }

    // Evidence is messages of the database so far; a requirement that needs frames in full is judged by what the database shows.
    private static string ScopeNote(CertificationRun run)
    {
        var looked = run.Conversation.IsEmpty
            ? "Nothing was asked of the device."
            : "This run looked at the device through its OVSDB database. No frame was sent, so forwarding is not part of the verdict.";
        return run.NotCovered.IsEmpty
            ? looked
            : $"{looked} {Spans.Count(run.NotCovered.Length, "requirement")} of the catalogue {(run.NotCovered.Length == 1 ? "was" : "were")} not checked and {(run.NotCovered.Length == 1 ? "stands" : "stand")} below as not covered.";
    }
}
