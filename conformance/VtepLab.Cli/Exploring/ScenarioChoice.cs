using System.Collections.Immutable;
using VtepLab.Gherkin;
using VtepLab.Runtime;
using VtepLab.Scenarios;

namespace VtepLab.Cli.Exploring;

/// <summary>Finds the scenarios that the user means by an id, a name, a part of a name, or a tag expression.</summary>
internal static class ScenarioChoice
{
    /// <summary>The scenario's id, such as <c>VT-L2GW-021</c>; its name when it has none.</summary>
    public static string IdOf(Pickle pickle) =>
        pickle.Tags.FirstOrDefault(t => t.StartsWith("@VT-", StringComparison.Ordinal))?[1..] ?? pickle.Name;

    /// <summary>The scenarios in the order of the files; the rows of an outline have one id and are all meant by it.</summary>
    /// <param name="text">What begins with <c>@</c> or <c>not</c> is a tag expression.</param>
    /// <exception cref="CommandException">There is none, or the tag expression is malformed or allows none.</exception>
    public static ImmutableArray<Pickle> Find(string text)
    {
        if (text.StartsWith('@') || text.StartsWith("not ", StringComparison.Ordinal))
        {
            return ByTags(text);
        }

        var exact = Where(p => p.Tags.Contains("@" + text) || p.Name == text);
        var found = !exact.IsEmpty || text.Length == 0 ? exact : Where(p => p.Name.Contains(text, StringComparison.OrdinalIgnoreCase));
        return !found.IsEmpty ? found : throw Unknown(text, "scenario", ScenarioBook.Pickles.SelectMany(p => new[] { IdOf(p), p.Name }));
    }

    private static ImmutableArray<Pickle> ByTags(string text)
    {
        TagExpression expression;
        try
        {
            expression = TagExpression.Parse(text);
        }
        catch (FormatException e)
        {
            throw new CommandException(ExitCode.Usage, $"'{text}' is no tag expression: {e.Message}", e);
        }

        var tags = ScenarioBook.Pickles.SelectMany(p => p.Tags).Distinct(StringComparer.Ordinal).ToList();
        var named = text.Split([' ', '(', ')'], StringSplitOptions.RemoveEmptyEntries).Where(w => w[0] == '@');
        if (named.FirstOrDefault(t => !tags.Contains(t)) is { } strange)
        {
            throw Unknown(strange, "tag", tags);
        }

        var found = Where(p => expression.Matches(p.Tags));
        return !found.IsEmpty ? found : throw new CommandException(ExitCode.NothingSelected, $"no scenario has the tags '{text}'");
    }

    private static ImmutableArray<Pickle> Where(Func<Pickle, bool> wanted) => [.. ScenarioBook.Pickles.Where(wanted)];

    private static CommandException Unknown(string text, string what, IEnumerable<string> names) => new(
        ExitCode.Usage,
        $"there is no {what} '{text}'"
        + (Spelling.Nearest(text, names.Distinct(StringComparer.Ordinal)) is { } near
            ? $"; did you mean '{near}'?"
            : "; 'vteplab list scenarios' lists them"));
}
