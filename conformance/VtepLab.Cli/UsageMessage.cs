using System.CommandLine;
using System.CommandLine.Parsing;
using VtepLab.Runtime;

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
            var hint = Spelling.Nearest(token, names) is { } near ? $"; did you mean '{near}'?" : $"; {help}";
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
}
