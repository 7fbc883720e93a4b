using System.Globalization;
using System.Text;
using Spectre.Console;

namespace VtepLab.Cli.Output;

/// <summary>Text from a device, made fit for a terminal.</summary>
internal static class Safe
{
    /// <summary>The text on one line, with every character that could steer a terminal or hide written as its code point.</summary>
    public static string Line(string text)
    {
        var safe = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is '\n' or '\t' or '\r')
            {
                safe.Append(' ');
            }
            else if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator)
            {
                safe.Append(CultureInfo.InvariantCulture, $"<U+{rune.Value:X4}>");
            }
            else
            {
                safe.Append(rune.ToString());
            }
        }

        return safe.ToString();
    }

    /// <summary>The same, with what Spectre would take for markup escaped.</summary>
    public static string Markup(string text) => Line(text).EscapeMarkup();
}
