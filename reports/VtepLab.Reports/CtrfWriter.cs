using System.Text.Json;
using VtepLab.Results;

namespace VtepLab.Reports;

/// <summary>Writes <c>ctrf.json</c>, the Common Test Report Format that GitHub summaries and dashboards read.</summary>
/// <remarks>
/// Its objects are closed: what it has no member for stands under <c>extra</c>. Times are milliseconds. A pass with deviation is
/// <c>other</c>, an inconclusive check is <c>failed</c>; <c>rawStatus</c> has our own word. <c>suite</c> is left out, since its type
/// differs between versions of the format; the group is the first tag.
/// </remarks>
public sealed class CtrfWriter : IReportWriter
{
    /// <inheritdoc/>
    public string FileName => "ctrf.json";

    /// <inheritdoc/>
    public void Write(CertificationRun run, Stream output)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(output);
        var conversation = ConversationIndex.Of(run);
        int Count(string status) => run.Checks.Count(c => StatusOf(c.Verdict) == status);
        var document = new
        {
            ReportFormat = "CTRF",
            SpecVersion = "0.0.0",
            Results = new
            {
                Tool = new { Name = "vteplab", Version = run.ToolVersion },
                Summary = new
                {
                    Tests = run.Checks.Length,
                    Passed = Count("passed"),
                    Failed = Count("failed"),
                    Pending = 0,
                    Skipped = Count("skipped"),
                    Other = Count("other"),
                    Start = run.StartedAt.ToUnixTimeMilliseconds(),
                    Stop = (run.StartedAt + run.Duration).ToUnixTimeMilliseconds(),
                },
                Tests = run.Checks.Select(c => Test(run, c, conversation)),
                Extra = new { run.Command, run.Profile, run.Seed, run.Verdict, Device = run.Device?.Endpoint },
            },
        };
        JsonSerializer.Serialize(output, document, ReportJson.Indented);
        output.Write("\n"u8);
    }

    private static Dictionary<string, object> Test(CertificationRun run, CheckResult check, ConversationIndex conversation)
    {
        var r = check.Requirement;
        var start = run.StartedAt + check.StartedAt;
        var test = new Dictionary<string, object>
        {
            ["name"] = $"{r.Id} {r.Do}",
            ["status"] = StatusOf(check.Verdict),
            ["duration"] = (long)Math.Round(check.Duration.TotalMilliseconds),
            ["start"] = start.ToUnixTimeMilliseconds(),
            ["stop"] = (start + check.Duration).ToUnixTimeMilliseconds(),
            ["rawStatus"] = Words.Of(check.Verdict),
            ["message"] = check.Message,
            ["tags"] = new[] { r.Group, Words.Of(r.Level) },
            ["extra"] = new { Requirement = r.Id, r.Source, check.Evidence, Deviation = check.Deviation?.Reason },
        };
        if (check.Verdict is Verdict.Fail or Verdict.Inconclusive)
        {
            test["trace"] = CheckStory.Of(check, conversation);
        }

        return test;
    }

    private static string StatusOf(Verdict verdict) => verdict switch
    {
        Verdict.Pass => "passed",
        Verdict.NotApplicable => "skipped",
        Verdict.PassWithDeviation => "other",
        _ => "failed",
    };
}
