using System.Globalization;
using System.Text;
using HandlebarsDotNet;

namespace VtepLab.Reports.Html;

/// <summary>Writes text into a page so that it stays text: in element content and in quoted attributes.</summary>
/// <remarks>
/// Characters that are invisible or turn the direction of text (a name could pretend to be another) are written out as their code
/// point, as are control characters and lone surrogates.
/// </remarks>
internal sealed class HtmlText : ITextEncoder
{
    public IFormatProvider? FormatProvider { get; } = CultureInfo.InvariantCulture;

    public void Encode(StringBuilder? text, TextWriter target) => Encode(text?.ToString(), target);

    public void Encode(string? text, TextWriter target)
    {
        foreach (var rune in (text ?? "").EnumerateRunes())
        {
            target.Write(Encode(rune));
        }
    }

    public void Encode<T>(T? text, TextWriter target) where T : IEnumerator<char>
    {
        var whole = new StringBuilder();
        while (text is not null && text.MoveNext())
        {
            whole.Append(text.Current);
        }

        Encode(whole.ToString(), target);
    }

    private static string Encode(Rune rune) => rune.Value switch
    {
        '<' => "&lt;",
        '>' => "&gt;",
        '&' => "&amp;",
        '"' => "&quot;",
        '\'' => "&#39;",
        '`' => "&#96;",
        '\n' => "\n",
        '\t' => "\t",
        _ when IsHidden(rune) => string.Create(CultureInfo.InvariantCulture, $"\u27E8U+{rune.Value:X4}\u27E9"),
        _ => rune.ToString(),
    };

    private static bool IsHidden(Rune rune) => Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate;
}
