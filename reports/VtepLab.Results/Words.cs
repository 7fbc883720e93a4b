namespace VtepLab.Results;

/// <summary>The words that every report, the command line and the deviations use for the values of a run.</summary>
public static class Words
{
    /// <summary><c>pass</c>, <c>fail</c>, <c>pass with deviation</c>, <c>not applicable</c>, <c>inconclusive</c>.</summary>
    public static string Of(Verdict verdict) => verdict switch
    {
        Verdict.Pass => "pass",
        Verdict.Fail => "fail",
        Verdict.PassWithDeviation => "pass with deviation",
        Verdict.NotApplicable => "not applicable",
        Verdict.Inconclusive => "inconclusive",
        _ => throw new ArgumentOutOfRangeException(nameof(verdict), verdict, null),
    };

    /// <summary><c>MUST</c>, <c>SHOULD</c>, <c>MAY</c>.</summary>
    public static string Of(RequirementLevel level) => level switch
    {
        RequirementLevel.Must => "MUST",
        RequirementLevel.Should => "SHOULD",
        RequirementLevel.May => "MAY",
        _ => throw new ArgumentOutOfRangeException(nameof(level), level, null),
    };

    /// <summary><c>certified</c>, <c>certified with deviations</c>, <c>not certified</c>, <c>incomplete</c>.</summary>
    public static string Of(CertificationVerdict verdict) => verdict switch
    {
        CertificationVerdict.Certified => "certified",
        CertificationVerdict.CertifiedWithDeviations => "certified with deviations",
        CertificationVerdict.NotCertified => "not certified",
        CertificationVerdict.Incomplete => "incomplete",
        _ => throw new ArgumentOutOfRangeException(nameof(verdict), verdict, null),
    };

    /// <summary><c>completed</c>, <c>interrupted</c>, <c>device lost</c>.</summary>
    public static string Of(RunEnding ending) => ending switch
    {
        RunEnding.Completed => "completed",
        RunEnding.Interrupted => "interrupted",
        RunEnding.DeviceLost => "device lost",
        _ => throw new ArgumentOutOfRangeException(nameof(ending), ending, null),
    };

    /// <summary><c>sent</c>, <c>received</c>, <c>event</c>.</summary>
    public static string Of(WireDirection direction) => direction switch
    {
        WireDirection.Sent => "sent",
        WireDirection.Received => "received",
        WireDirection.Event => "event",
        _ => throw new ArgumentOutOfRangeException(nameof(direction), direction, null),
    };

    /// <summary><c>used</c>, <c>unused</c>, <c>expired</c>.</summary>
    public static string Of(DeviationUse use) => use switch
    {
        DeviationUse.Used => "used",
        DeviationUse.Unused => "unused",
        DeviationUse.Expired => "expired",
        _ => throw new ArgumentOutOfRangeException(nameof(use), use, null),
    };

    /// <summary>The value that a word stands for.</summary>
    /// <exception cref="FormatException">No value of <typeparamref name="T"/> is written so; the message lists those there are.</exception>
    public static T Parse<T>(string word, Func<T, string> of) where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
        {
            if (of(value) == word)
            {
                return value;
            }
        }

        throw new FormatException($"'{word}' is none of {string.Join(", ", Enum.GetValues<T>().Select(of))}");
    }
}
