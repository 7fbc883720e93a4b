using System.Globalization;
using VtepLab.Reports;
using VtepLab.Results;

namespace VtepLab.Cli;

/// <summary>The folder that the reports of a run go to.</summary>
internal sealed class RunFolder
{
    private readonly bool isNew;

    private RunFolder(string path, bool isNew) => (Path, this.isNew) = (path, isNew);

    /// <summary>The path as the user gave it.</summary>
    public string Path { get; }

    /// <summary>Makes the folder, before anything is asked of a device: a run whose reports have no place is not begun.</summary>
    /// <param name="path">Where; null for <c>out/KIND-UTC</c>, a new folder for every run.</param>
    /// <param name="kind">What is run, for the name of a new folder.</param>
    /// <param name="now">The time, for the name of a new folder.</param>
    /// <exception cref="CommandException">It cannot be made or written to.</exception>
    public static RunFolder Make(string? path, string kind, DateTimeOffset now)
    {
        path ??= System.IO.Path.Combine("out", string.Create(CultureInfo.InvariantCulture, $"{kind}-{now.UtcDateTime:yyyyMMdd-HHmmss}"));
        var isNew = !Directory.Exists(path);
        MakeWritable(path, "the reports");
        return new RunFolder(path, isNew);
    }

    /// <summary>Makes a folder, if there is none, and sees that files can be written to it.</summary>
    /// <param name="path">Where.</param>
    /// <param name="what">What is to be written there, for the message: <c>the reports</c>.</param>
    /// <exception cref="CommandException">It cannot be made or written to.</exception>
    public static void MakeWritable(string path, string what)
    {
        try
        {
            Directory.CreateDirectory(path);
            using var probe = new FileStream(System.IO.Path.Combine(path, ".vteplab-probe"), FileMode.Create, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Usage, $"cannot write {what} to {path}: {e.Message}", e);
        }
    }

    /// <summary>Writes every report of a certification; each appears whole or not at all.</summary>
    /// <exception cref="CommandException">The disk did not take one.</exception>
    public void Write(CertificationRun run)
    {
        foreach (var writer in ReportFiles.All)
        {
            Write(writer.FileName, output => writer.Write(run, output));
        }
    }

    /// <summary>Writes the report of scenarios.</summary>
    /// <exception cref="CommandException">The disk did not take it.</exception>
    public void Write(ScenarioJUnitWriter writer) => Write(ScenarioJUnitWriter.FileName, writer.Write);

    /// <summary>Writes a file, in a folder of its own when the name says so; it appears whole or not at all.</summary>
    /// <exception cref="CommandException">The disk did not take it.</exception>
    public void Write(string name, Action<Stream> write)
    {
        WriteWhenOpened(name, open => write(open()));
    }

    /// <summary>As the other one, for a file that may not come about: there is one only if the writer opens it, which it does at most once.</summary>
    /// <exception cref="CommandException">The disk did not take it.</exception>
    public void WriteWhenOpened(string name, Action<Func<Stream>> write)
    {
        var file = this[name];
        try
        {
            FileStream? output = null;
            try
            {
                write(() => output = Open(file + ".part"));
            }
            finally
            {
                output?.Dispose();
            }

            if (output is not null)
            {
                File.Move(file + ".part", file, overwrite: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Usage, $"cannot write {file}: {e.Message}", e);
        }
    }

    /// <summary>Takes the folder away again when nothing came of the run, and the folder was made for it.</summary>
    public void RemoveUnused()
    {
        if (isNew && Directory.Exists(Path) && !Directory.EnumerateFileSystemEntries(Path).Any())
        {
            Directory.Delete(Path);
        }
    }

    /// <summary>The path of a file in the folder.</summary>
    public string this[string name] => System.IO.Path.Combine(Path, name);

    private static FileStream Open(string file)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(file))!);
        return File.Create(file);
    }
}
