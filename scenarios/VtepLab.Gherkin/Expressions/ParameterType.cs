using System.Globalization;

namespace VtepLab.Gherkin;

/// <summary>What may stand at a <c>{name}</c> of a cucumber expression.</summary>
/// <param name="Name">The name between the braces; empty for the anonymous one.</param>
/// <param name="Pattern">What the text looks like, as a regular expression.</param>
/// <param name="Read">Makes the value; null leaves it to the type of the method's parameter.</param>
internal sealed record ParameterType(string Name, string Pattern, Func<string, object?>? Read)
{
    /// <summary>The types every expression knows, as the cucumber expressions of other languages have them.</summary>
    public static IReadOnlyList<ParameterType> BuiltIn { get; } =
    [
        new("int", @"-?\d+", null),
        new("float", @"[+-]?\d*\.?\d+(?:[eE][+-]?\d+)?", null),
        new("double", @"[+-]?\d*\.?\d+(?:[eE][+-]?\d+)?", null),
        new("byte", @"\d+", null),
        new("short", @"-?\d+", null),
        new("long", @"-?\d+", null),
        new("word", @"[^\s]+", null),
        new("string", """
            "[^"\\]*(?:\\.[^"\\]*)*"|'[^'\\]*(?:\\.[^'\\]*)*'
            """, Unquote),
        new("", ".*", null),
    ];

    private static string Unquote(string text)
    {
        var quote = text[0].ToString(CultureInfo.InvariantCulture);
        return text[1..^1].Replace("\\" + quote, quote, StringComparison.Ordinal).Replace(@"\\", @"\", StringComparison.Ordinal);
    }
}
