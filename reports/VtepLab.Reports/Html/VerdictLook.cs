using VtepLab.Results;

namespace VtepLab.Reports.Html;

/// <summary>How a value looks in the page: the class that colours it, a sign that does not need the colour, and its word.</summary>
internal sealed record VerdictLook(string Key, string Glyph, string Word)
{
    public static VerdictLook NotCovered { get; } = new("open", "○", "not covered");

    public static VerdictLook Of(Verdict verdict) => verdict switch
    {
        Verdict.Pass => new("pass", "✓", Words.Of(verdict)),
        Verdict.Fail => new("fail", "✕", Words.Of(verdict)),
        Verdict.PassWithDeviation => new("deviation", "≈", Words.Of(verdict)),
        Verdict.NotApplicable => new("na", "–", Words.Of(verdict)),
        _ => new("unsure", "?", Words.Of(verdict)),
    };

    public static VerdictLook Of(CertificationVerdict verdict) => verdict switch
    {
        CertificationVerdict.Certified => new("pass", "✓", Words.Of(verdict)),
        CertificationVerdict.CertifiedWithDeviations => new("deviation", "≈", Words.Of(verdict)),
        CertificationVerdict.NotCertified => new("fail", "✕", Words.Of(verdict)),
        _ => new("unsure", "?", Words.Of(verdict)),
    };

    public static VerdictLook Of(DeviationUse use) => use switch
    {
        DeviationUse.Used => new("deviation", "≈", Words.Of(use)),
        DeviationUse.Expired => new("fail", "✕", Words.Of(use)),
        _ => new("na", "–", Words.Of(use)),
    };

    /// <summary>Of a step: what was seen is what had to be, or not, or nothing had to be.</summary>
    public static VerdictLook OfStep(bool? holds) => holds switch
    {
        true => new("pass", "✓", "holds"),
        false => new("fail", "✕", "broken"),
        null => new("na", "", "prepares"),
    };

    /// <summary>The word with a capital letter, as a heading.</summary>
    public string Title => char.ToUpperInvariant(Word[0]) + Word[1..];
}
