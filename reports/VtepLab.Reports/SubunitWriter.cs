using System.Text;
using VtepLab.Results;

namespace VtepLab.Reports;

/// <summary>Writes <c>results.subunit</c>, a subunit v2 stream, which stestr and OpenStack's CI read.</summary>
/// <remarks>
/// A test is a packet <c>inprogress</c> with its time, its story as attachments, and a packet with its status and time. A pass with
/// deviation is <c>xfail</c> (an expected failure), not applicable is <c>skip</c>, an inconclusive check is <c>fail</c>.
/// </remarks>
public sealed class SubunitWriter : IReportWriter
{
    private const string PlainText = "text/plain;charset=utf8";
    private const int PieceBytes = 1 << 20; // A packet has to stay below 4 MiB.

    /// <inheritdoc/>
    public string FileName => "results.subunit";

    /// <inheritdoc/>
    public void Write(CertificationRun run, Stream output)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(output);
        var conversation = ConversationIndex.Of(run);
        foreach (var check in run.Checks)
        {
            var packet = new SubunitPacket { TestId = $"hardware_vtep.{check.Requirement.Id}", Tags = [Words.Of(check.Requirement.Level)] };
            var start = run.StartedAt + check.StartedAt;
            output.Write((packet with { Status = SubunitStatus.InProgress, At = start }).ToBytes());
            WriteAttachments(output, packet, check, conversation);
            output.Write((packet with { Status = StatusOf(check.Verdict), At = start + check.Duration }).ToBytes());
        }
    }

    private static void WriteAttachments(Stream output, SubunitPacket packet, CheckResult check, ConversationIndex conversation)
    {
        var (name, text) = check.Verdict switch
        {
            Verdict.Fail or Verdict.Inconclusive => ("traceback", CheckStory.Of(check, conversation)),
            Verdict.NotApplicable or Verdict.PassWithDeviation => ("reason", CheckStory.Reason(check)),
            _ => ("", ""),
        };
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var at = 0; at < bytes.Length; at += PieceBytes)
        {
            var piece = bytes.AsMemory(at, Math.Min(PieceBytes, bytes.Length - at));
            output.Write((packet with { Mime = PlainText, FileName = name, File = piece, IsEndOfFile = at + piece.Length == bytes.Length }).ToBytes());
        }
    }

    private static SubunitStatus StatusOf(Verdict verdict) => verdict switch
    {
        Verdict.Pass => SubunitStatus.Success,
        Verdict.NotApplicable => SubunitStatus.Skip,
        Verdict.PassWithDeviation => SubunitStatus.ExpectedFailure,
        _ => SubunitStatus.Fail,
    };
}
