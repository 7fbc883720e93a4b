using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using VtepLab.Results;

namespace VtepLab.Reports.Html;

/// <summary>The conversation as the page carries it: one JSON array a line, in a script element that is data and never runs.</summary>
internal static class ConversationBlock
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary><c>[sequence,seconds,connection,direction,text]</c> a line; direction 0 sent, 1 received, 2 event.</summary>
    public static string Of(CertificationRun run)
    {
        var block = new StringBuilder();
        foreach (var m in run.Conversation)
        {
            block.Append(CultureInfo.InvariantCulture, $"[{m.Sequence},{m.At.TotalSeconds:0.0######},{Text(m.Connection)},{(int)m.Direction},{Text(m.Text)}]\n");
        }

        return block.ToString();
    }

    /// <summary>A JSON string without the characters that could end the element, begin a comment, or end a line of JavaScript.</summary>
    private static string Text(string text) => new StringBuilder(JsonSerializer.Serialize(text, Relaxed))
        .Replace("<", "\\u003C").Replace(">", "\\u003E").Replace("&", "\\u0026").Replace("\u2028", "\\u2028").Replace("\u2029", "\\u2029")
        .ToString();
}
