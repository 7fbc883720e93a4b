using System.Globalization;

namespace VtepLab.Cli.Exploring;

/// <summary>Seeds from the first to the last, both among them.</summary>
/// <param name="First">The first.</param>
/// <param name="Count">How many; at least one.</param>
internal readonly record struct SeedRange(ulong First, int Count)
{
    private const int Most = 10_000_000;

    /// <summary>Reads <c>1..100</c>, or one seed.</summary>
    /// <returns>False, with what is wrong, for anything else, an empty range and one of more than ten million.</returns>
    public static bool TryParse(string text, out SeedRange range, out string problem)
    {
        (range, problem) = (default, "");
        var dots = text.IndexOf("..", StringComparison.Ordinal);
        var (from, to) = dots < 0 ? (text, text) : (text[..dots], text[(dots + 2)..]);
        if (!ulong.TryParse(from, NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            || !ulong.TryParse(to, NumberStyles.None, CultureInfo.InvariantCulture, out var last))
        {
            problem = $"--seeds takes A..B, such as 1..100, not '{text}'";
        }
        else if (last < first)
        {
            problem = $"--seeds {text} holds no seed: the first is greater than the last";
        }
        else if (last - first >= Most)
        {
            problem = FormattableString.Invariant($"--seeds {text} holds more than {Most} seeds");
        }
        else
        {
            range = new SeedRange(first, (int)(last - first) + 1);
        }

        return problem.Length == 0;
    }
}
