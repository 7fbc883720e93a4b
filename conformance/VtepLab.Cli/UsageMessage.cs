using System.CommandLine;
using System.CommandLine.Parsing;

namespace VtepLab.Cli;

/// <summary>Says in one line what is wrong with a command line, and what helps.</summary>
internal static class UsageMessage
{
    /// <summary>The line for a command line that could not be parsed.</summary>
    public static string Of(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var path = PathOf(parsed.CommandResult);
        var help = $"'{path} --help' lists what there is";
        if (parsed.UnmatchedTokens is [var token, ..])
        {
            var isOption = token.StartsWith('-');
            var kind = isOption ? "option" : command.Subcommands.Count > 0 ? "command" : "argument";
            var names = isOption ? NamesOf(parsed.CommandResult) : command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name);
            var hint = Nearest(token, names) is { } near ? $"; did you mean '{near}'?" : $"; {help}";
            return $"vteplab: unknown {kind} '{token}'{hint}";
        }

        if (command.Subcommands.Count > 0 && command.Action is null)
        {
            return $"vteplab: '{path}' needs one of {string.Join(", ", command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name))}; {help}";
        }

        return $"vteplab: {parsed.Errors[0].Message.TrimEnd('.')}; {help}";
    }

    private static string PathOf(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{PathOf(parent)} {result.Command.Name}" : "vteplab";

    private static IEnumerable<string> NamesOf(CommandResult result) =>
        result.Command.Options.Where(o => !o.Hidden).SelectMany(o => o.Aliases.Prepend(o.Name))
            .Concat(result.Parent is CommandResult parent ? NamesOf(parent) : []);

    /// <summary>The name most like a word; null when none is like it.</summary>
    internal static string? Nearest(string word, IEnumerable<string> names) =>
        names.Where(n => n.Length > 2).Select(n => (Name: n, Distance: Distance(word, n))).Where(n => n.Distance <= Math.Max(1, n.Name.Length / 3))
            .OrderBy(n => n.Distance).ThenBy(n => n.Name, StringComparer.Ordinal).Select(n => n.Name).FirstOrDefault();

    // Levenshtein's, a row at a time.
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[^1];
    }
}
