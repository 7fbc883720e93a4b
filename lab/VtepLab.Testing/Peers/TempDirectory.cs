namespace VtepLab.Testing.Peers;

/// <summary>A directory of a test's own, gone with it. Its path is short: a unix socket's may have 107 bytes.</summary>
public sealed class TempDirectory : IDisposable
{
    /// <summary>Makes the directory.</summary>
    public TempDirectory() => Path = Directory.CreateTempSubdirectory("vl-").FullName;

    /// <summary>The absolute path.</summary>
    public string Path { get; }

    /// <summary>The path of a file in it.</summary>
    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Somebody cleaned up before us; that is what we wanted.
        }
    }
}
