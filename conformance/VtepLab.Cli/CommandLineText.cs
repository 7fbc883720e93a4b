namespace VtepLab.Cli;

/// <summary>A command line as a person would type it into a shell.</summary>
internal static class CommandLineText
{
    private const string Plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=,@%+[]";

    /// <summary>The arguments, quoted where a POSIX shell needs it, with a space between.</summary>
    public static string Of(IEnumerable<string> args) => string.Join(' ', args.Select(Quote));

    private static string Quote(string argument) =>
        argument.Length > 0 && argument.All(Plain.Contains) ? argument : $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
