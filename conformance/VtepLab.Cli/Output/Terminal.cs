using Spectre.Console;

namespace VtepLab.Cli.Output;

/// <summary>Standard output and standard error, each plain unless it is a terminal that wants colour.</summary>
internal static class Terminal
{
    /// <summary>For results.</summary>
    public static IAnsiConsole Out { get; } = Create(Console.Out, Console.IsOutputRedirected);

    /// <summary>For progress and complaints.</summary>
    public static IAnsiConsole Error { get; } = Create(Console.Error, Console.IsErrorRedirected);

    /// <summary>True when standard output is a terminal, where tables may fit themselves to the width.</summary>
    public static bool IsInteractive { get; } = !Console.IsOutputRedirected;

    // NO_COLOR (no-color.org): any value but the empty one; a dumb terminal understands no codes at all.
    private static IAnsiConsole Create(TextWriter writer, bool isRedirected)
    {
        var plain = isRedirected || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
            || Environment.GetEnvironmentVariable("TERM") is null or "" or "dumb";
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = plain ? AnsiSupport.No : AnsiSupport.Yes,
            ColorSystem = plain ? ColorSystemSupport.NoColors : ColorSystemSupport.Standard,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        if (isRedirected)
        {
            console.Profile.Width = int.MaxValue; // A pipe has no width: nothing is wrapped.
        }

        return console;
    }
}
