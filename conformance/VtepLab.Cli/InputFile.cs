namespace VtepLab.Cli;

/// <summary>Reads a file that the user named.</summary>
internal static class InputFile
{
    /// <summary>The whole text.</summary>
    /// <param name="path">As the user gave it.</param>
    /// <param name="what">What it should be, for the message: <c>device file</c>.</param>
    /// <exception cref="CommandException">It is not there or cannot be read.</exception>
    public static string Read(string path, string what)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Usage, $"cannot read the {what} {path}: {Reason(e)}", e);
        }
    }

    /// <summary>What kept a file from being opened, without repeating its path.</summary>
    public static string Reason(Exception e) => e switch
    {
        FileNotFoundException or DirectoryNotFoundException => "no such file",
        UnauthorizedAccessException => "permission denied, or it is a directory",
        _ => e.Message,
    };
}
