using System.Text;

namespace VtepLab.Reports;

/// <summary>Text from a device, made fit for XML 1.0.</summary>
internal static class XmlText
{
    /// <summary>The text with every character that XML 1.0 (section 2.2) forbids replaced by U+FFFD, lone surrogates included.</summary>
    public static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes()) // A lone surrogate comes as U+FFFD.
        {
            clean.Append(IsLegal(rune.Value) ? rune.ToString() : "\uFFFD");
        }

        return clean.ToString();
    }

    private static bool IsLegal(int value) =>
        value is 0x9 or 0xA or 0xD or (>= 0x20 and <= 0xD7FF) or (>= 0xE000 and <= 0xFFFD) or (>= 0x10000 and <= 0x10FFFF);
}
