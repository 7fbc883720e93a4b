using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace VtepLab.Reports.Html;

/// <summary>Numbers as the page writes them.</summary>
internal static class Spans
{
    /// <summary><c>0.42 ms</c>, <c>2.5 ms</c>, <c>12 ms</c>, <c>4.25 s</c>, <c>3 min 20 s</c>.</summary>
    public static string Of(TimeSpan time) => time.TotalMilliseconds switch
    {
        0 => "0 ms",
        < 1 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.##} ms"),
        < 10 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.#} ms"),
        < 1000 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0} ms"),
        < 60_000 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.##} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalMinutes} min {time.Seconds} s"),
    };

    /// <summary>Ascending numbers as <c>2-14,20</c>.</summary>
    public static string Ranges(ImmutableArray<long> numbers)
    {
        var text = new StringBuilder();
        for (var i = 0; i < numbers.Length;)
        {
            var first = i;
            while (i + 1 < numbers.Length && numbers[i + 1] == numbers[i] + 1)
            {
                i++;
            }

            text.Append(text.Length > 0 ? "," : "").Append(numbers[first].ToString(CultureInfo.InvariantCulture));
            if (i > first)
            {
                text.Append('-').Append(numbers[i].ToString(CultureInfo.InvariantCulture));
            }

            i++;
        }

        return text.ToString();
    }

    /// <summary><c>1 check</c>, <c>12 checks</c>.</summary>
    public static string Count(int number, string noun, string? plural = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{number} {(number == 1 ? noun : plural ?? noun + "s")}");
}
