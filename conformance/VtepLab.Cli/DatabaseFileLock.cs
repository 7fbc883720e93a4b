namespace VtepLab.Cli;

/// <summary>A database's file, held by this process alone: by the lock that ovsdb-server and ovsdb-tool take, so that no two of all of them write one file.</summary>
internal sealed class DatabaseFileLock : IDisposable
{
    private readonly FileStream hold;

    private DatabaseFileLock(string path, FileStream hold) => (Path, this.hold) = (path, hold);

    /// <summary>The file, in full; where it lies when a symbolic link was given, for what is renamed over a link leaves the file as it was.</summary>
    public string Path { get; }

    /// <summary>The directory it lies in.</summary>
    public string Directory => System.IO.Path.GetDirectoryName(Path)!;

    /// <summary>Its name there.</summary>
    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>Takes the lock of a file that may be there or not.</summary>
    /// <param name="file">The file, or a symbolic link to it; its directory is made when it is not there.</param>
    /// <exception cref="CommandException">Another process has the file open, or its directory cannot be written.</exception>
    public static DatabaseFileLock Take(string file)
    {
        FileStream? hold = null;
        try
        {
            var path = new FileInfo(file) is { LinkTarget: not null } link ? link.ResolveLinkTarget(returnFinalTarget: true)!.FullName : System.IO.Path.GetFullPath(file);
            var directory = System.IO.Path.GetDirectoryName(path)!;
            System.IO.Directory.CreateDirectory(directory);
            hold = new FileStream(
                System.IO.Path.Combine(directory, $".{System.IO.Path.GetFileName(path)}.~lock~"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
            if (OperatingSystem.IsLinux() || OperatingSystem.IsWindows())
            {
                TakeFrom(hold);
            }

            return new DatabaseFileLock(path, hold);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            hold?.Dispose();
            throw new CommandException(ExitCode.Usage, $"cannot use the database file {file}: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => hold.Dispose();

    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    [System.Runtime.Versioning.SupportedOSPlatform("windows")]
    private static void TakeFrom(FileStream hold)
    {
        try
        {
            hold.Lock(0, 0); // fcntl, as theirs; a length of 0 is the whole file.
        }
        catch (IOException e)
        {
            throw new IOException($"another process has it open ({hold.Name} is locked)", e);
        }
    }
}
