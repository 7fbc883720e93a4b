using System.Buffers;
using System.Text;

namespace VtepLab.Conformance.Wire;

/// <summary>Bytes of the wire as text for people: UTF-8 as it is, everything that is not as <c>\xNN</c>.</summary>
public static class WireText
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The text of a message.</summary>
    public static string Of(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            var text = new StringBuilder();
            while (bytes.Length > 0)
            {
                if (Rune.DecodeFromUtf8(bytes, out var rune, out var length) == OperationStatus.Done)
                {
                    text.Append(rune.ToString());
                }
                else
                {
                    length = 1;
                    text.Append("\\x").Append(Convert.ToHexString(bytes[..1]));
                }

                bytes = bytes[length..];
            }

            return text.ToString();
        }
    }

    /// <summary>At most so many characters of a text, with a mark where it was cut.</summary>
    public static string Short(string text, int most = 400) =>
        text.Length <= most ? text : $"{text[..(most / 2)]} ... ({text.Length} characters) ... {text[^(most / 4)..]}";
}
