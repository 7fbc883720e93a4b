using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace VtepLab.Gherkin;

/// <summary>A step and the method that carries it out; or, without one, why there is none.</summary>
internal sealed record StepMatch(StepBinding? Binding, IReadOnlyList<RawArgument> Arguments, bool IsAmbiguous, string Problem);

/// <summary>Finds the method of a step.</summary>
internal static partial class StepMatcher
{
    /// <summary>Finds the one binding that matches; of several, one with a scope wins over those without.</summary>
    /// <remarks>The same step gives the same answer, which is kept: an exploration asks for it with every seed, on several threads.</remarks>
    public static StepMatch Find(BindingRegistry registry, Pickle pickle, PickleStep step) =>
        registry.MatchesOf(pickle).GetValue(step, _ => Look(registry, pickle, step));

    private static StepMatch Look(BindingRegistry registry, Pickle pickle, PickleStep step)
    {
        var found = registry.Steps
            .Where(b => b.Attribute.IsFor(step.Kind) && Scopes.Allow(b.Method, pickle))
            .Select(b => (Binding: b, Arguments: b.Expression.Match(step.Text)))
            .Where(b => b.Arguments is not null)
            .ToList();
        if (found.Count > 1 && found.Where(f => Scopes.AreGiven(f.Binding.Method)).ToList() is { Count: > 0 } scoped)
        {
            found = scoped;
        }

        return found switch
        {
            [var (binding, arguments)] => new StepMatch(binding, arguments!, false, ""),
            [] => new StepMatch(null, [], false, $"no step definition matches '{step.Keyword} {step.Text}'; a method for it:\n{Snippet(step)}"),
            _ => new StepMatch(null, [], true, $"several step definitions match '{step.Keyword} {step.Text}':\n"
                + string.Join('\n', found.Select(f => $"    {f.Binding.DisplayName}: {f.Binding.Expression.Source}"))),
        };
    }

    /// <summary>A method that would match the step.</summary>
    public static string Snippet(PickleStep step)
    {
        var parameters = new List<string>();
        var expression = new StringBuilder();
        var last = 0;
        var escaped = Special().Replace(step.Text, @"\$0");
        foreach (Match value in Values().Matches(escaped))
        {
            var (name, type) = value.Value[0] is '"' ? ("{string}", "string")
                : value.Value.Contains('.', StringComparison.Ordinal) ? ("{float}", "double")
                : ("{int}", "int");
            expression.Append(escaped, last, value.Index - last).Append(name);
            parameters.Add($"{type} p{parameters.Count.ToString(CultureInfo.InvariantCulture)}");
            last = value.Index + value.Length;
        }

        expression.Append(escaped, last, escaped.Length - last);
        if (step.Table is not null)
        {
            parameters.Add("DataTable table");
        }

        if (step.DocString is not null)
        {
            parameters.Add("string text");
        }

        var words = Regex.Replace(escaped, "\"[^\"]*\"", " ").Split((char[])[.. " ,.:;/\\(){}<>'\"-+*=@"], StringSplitOptions.RemoveEmptyEntries);
        var method = step.Kind + string.Concat(words.Select(w => char.ToUpperInvariant(w[0]) + w[1..]).Where(w => !char.IsDigit(w[0])));
        return $$"""
                [{{step.Kind}}("{{expression.ToString().Replace("\\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}}")]
                public Task {{method}}({{string.Join(", ", parameters)}})
                {
                    throw new PendingStepException();
                }
            """;
    }

    [GeneratedRegex(@"""[^""]*""|(?<![\w.:])-?\d+(?:\.\d+)?(?![\w.:])")]
    private static partial Regex Values();

    [GeneratedRegex(@"[(){}/\\]")]
    private static partial Regex Special();
}
