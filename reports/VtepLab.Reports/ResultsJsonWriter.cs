using System.Text.Json;
using VtepLab.Results;

namespace VtepLab.Reports;

/// <summary>
/// Writes <c>results.json</c>: the run's header and totals, then <c>checks</c>, one object a check (<c>id</c>, <c>level</c>,
/// <c>verdict</c>, <c>message</c>, <c>duration</c> in seconds, <c>evidence</c> as sequence numbers of <c>transcript.ndjson</c>).
/// </summary>
public sealed class ResultsJsonWriter : IReportWriter
{
    /// <inheritdoc/>
    public string FileName => "results.json";

    /// <inheritdoc/>
    public void Write(CertificationRun run, Stream output)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(output);
        JsonSerializer.Serialize(output, RunDocument.From(run), ReportJson.Indented);
        output.Write("\n"u8);
    }
}
