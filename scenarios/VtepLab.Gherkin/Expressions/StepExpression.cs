using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace VtepLab.Gherkin;

/// <summary>One argument cut out of a step's text.</summary>
/// <param name="Text">The text; null for a group that took no part in the match.</param>
/// <param name="Type">What the expression says it is; null for a group of a regular expression.</param>
internal readonly record struct RawArgument(string? Text, ParameterType? Type);

/// <summary>What a step's text must look like: a cucumber expression or an anchored regular expression.</summary>
internal sealed partial class StepExpression
{
    private readonly Regex regex;
    private readonly ImmutableArray<ParameterType> parameters;

    private StepExpression(string source, Regex regex, ImmutableArray<ParameterType> parameters)
    {
        Source = source;
        this.regex = regex;
        this.parameters = parameters;
    }

    /// <summary>The expression as written.</summary>
    public string Source { get; }

    /// <summary>Reads an expression of either kind.</summary>
    /// <exception cref="FormatException">It is neither; the message says why.</exception>
    public static StepExpression Parse(string source, Func<string, ParameterType?> findType)
    {
        if (IsCucumberExpression(source))
        {
            var (pattern, parameters) = new CucumberExpressionCompiler(source, findType).Compile();
            return new StepExpression(source, Compile(source, pattern), parameters);
        }

        var anchored = @"\A(?:" + source.TrimStart('^').TrimEnd('$') + @")\z";
        return new StepExpression(source, Compile(source, anchored), default);
    }

    /// <summary>The arguments when the whole text matches, otherwise null.</summary>
    public IReadOnlyList<RawArgument>? Match(string text)
    {
        var match = regex.Match(text);
        if (!match.Success)
        {
            return null;
        }

        return parameters.IsDefault
            ? [.. match.Groups.Values.Skip(1).Select(g => new RawArgument(g.Success ? g.Value : null, null))]
            : [.. parameters.Select((type, i) => new RawArgument(match.Groups[CucumberExpressionCompiler.GroupName(i)].Value, type))];
    }

    /// <summary>Which kind an expression is; the rule stands at <see cref="StepDefinitionBaseAttribute"/>.</summary>
    internal static bool IsCucumberExpression(string source) =>
        !source.StartsWith('^') && !source.EndsWith('$') && (Parameter().IsMatch(source) || !RegexSign().IsMatch(source));

    private static Regex Compile(string source, string pattern)
    {
        try
        {
            return new Regex(pattern, RegexOptions.CultureInvariant);
        }
        catch (ArgumentException bad)
        {
            throw new FormatException($"step expression '{source}' is no regular expression: {bad.Message}", bad);
        }
    }

    [GeneratedRegex(@"\{\w*\}")]
    private static partial Regex Parameter();

    [GeneratedRegex(@"\([^)]+[*+]\)|\.\*|\\\.|\\d\+")]
    private static partial Regex RegexSign();
}
