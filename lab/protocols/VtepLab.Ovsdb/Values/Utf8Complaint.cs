using System.Text;

namespace VtepLab.Ovsdb;

/// <summary>Says where a text stops being UTF-8.</summary>
internal static class Utf8Complaint
{
    /// <summary>Names the first bytes that no character begins with or that break one off.</summary>
    public static string About(ReadOnlySpan<byte> text)
    {
        while (Rune.DecodeFromUtf8(text, out _, out var used) == System.Buffers.OperationStatus.Done)
        {
            text = text[used..];
        }

        var bytes = text[..Math.Min(4, text.Length)].ToArray().Select(b => $"0x{b:x2}");
        return $"invalid UTF-8 sequence {string.Join(' ', bytes)}";
    }
}
