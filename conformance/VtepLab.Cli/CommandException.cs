namespace VtepLab.Cli;

/// <summary>A command cannot do what it was asked; the message is one line for people.</summary>
/// <param name="code">How the command ends.</param>
/// <param name="message">What was being done, to what, what was expected and found, and what helps.</param>
/// <param name="inner">What lay below.</param>
public sealed class CommandException(ExitCode code, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>How the command ends.</summary>
    public ExitCode Code { get; } = code;
}
