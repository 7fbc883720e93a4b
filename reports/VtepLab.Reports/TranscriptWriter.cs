using System.Text;
using System.Text.Json;
using VtepLab.Results;

namespace VtepLab.Reports;

/// <summary>Writes <c>transcript.ndjson</c>: one JSON object a line, one line a message, in the order of the conversation.</summary>
/// <remarks>
/// <c>{"sequence":1,"at":0.0012,"connection":"ctl","direction":"sent","text":"…","check":"VTEP-PRO-001"}</c>: <c>at</c> in seconds
/// since the start of the run; <c>check</c> is null between checks; <c>text</c> is a string, since it need not be JSON.
/// </remarks>
public sealed class TranscriptWriter : IReportWriter
{
    /// <inheritdoc/>
    public string FileName => "transcript.ndjson";

    /// <inheritdoc/>
    public void Write(CertificationRun run, Stream output)
    {
        ArgumentNullException.ThrowIfNull(run);
        using var text = new StreamWriter(output, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        foreach (var message in run.Conversation)
        {
            text.WriteLine(JsonSerializer.Serialize(message, ReportJson.Line));
        }
    }
}
