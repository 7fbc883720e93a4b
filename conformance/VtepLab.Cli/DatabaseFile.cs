using VtepLab.Ovsdb;

namespace VtepLab.Cli;

/// <summary>A database's file on disk, in the format of ovsdb-server; held for writing by one process at a time.</summary>
internal sealed class DatabaseFile : ILogStorage, IDisposable
{
    private readonly string path;
    private readonly FileStream hold;
    private FileStream file;

    private DatabaseFile(string path, FileStream hold, FileStream file) => (this.path, this.hold, this.file) = (path, hold, file);

    /// <summary>Opens the database in a file, or makes an empty one when there is none.</summary>
    /// <param name="path">The file.</param>
    /// <param name="schema">The schema of a new database; that of an existing one has to be the same in name and version.</param>
    /// <param name="time">The clock, for the dates of records.</param>
    /// <param name="newUuid">Where UUIDs come from.</param>
    /// <exception cref="CommandException">The file is in use, cannot be written, or holds something else.</exception>
    public static (DatabaseFile File, Database Database) Open(string path, DatabaseSchema schema, TimeProvider time, Func<Guid> newUuid)
    {
        DatabaseFile? storage = null;
        try
        {
            // Beside the file, since the file itself is replaced when it is compacted.
            var hold = new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
            storage = new DatabaseFile(path, hold, OpenAtEnd(path));
            var content = File.ReadAllBytes(path);
            if (content.Length == 0)
            {
                return (storage, FileLog.Create(schema, storage, time, newUuid).Database);
            }

            var database = FileLog.Open(content, storage, time, newUuid, out var problem).Database;
            if (problem is not null)
            {
                Console.Error.WriteLine($"vteplab: {path}: {problem}; what follows the last whole transaction was cut off");
            }

            if (database.Name != schema.Name || database.Schema.Version != schema.Version)
            {
                throw new CommandException(
                    ExitCode.Usage, $"{path} holds {database.Name} {database.Schema.Version}, the schema is {schema.Name} {schema.Version}");
            }

            return (storage, database);
        }
        catch (Exception e)
        {
            storage?.Dispose();
            throw e is IOException or UnauthorizedAccessException or FormatException or OvsdbErrorException
                ? new CommandException(ExitCode.Usage, $"cannot use the database file {path}: {e.Message}", e)
                : e;
        }
    }

    /// <inheritdoc/>
    public void Append(ReadOnlyMemory<byte> bytes) => file.Write(bytes.Span);

    /// <inheritdoc/>
    public void Replace(ReadOnlyMemory<byte> content)
    {
        using (var fresh = new FileStream(path + ".new", FileMode.Create, FileAccess.Write))
        {
            fresh.Write(content.Span);
            fresh.Flush(flushToDisk: true);
        }

        file.Dispose();
        File.Move(path + ".new", path, overwrite: true);
        file = OpenAtEnd(path);
    }

    /// <inheritdoc/>
    public void WhenStable(Action done)
    {
        file.Flush(flushToDisk: true);
        done();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        file.Dispose();
        hold.Dispose();
    }

    private static FileStream OpenAtEnd(string path)
    {
        // No buffer of our own: what was appended is the system's at once and outlives a crash of this process.
        var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, 0);
        stream.Seek(0, SeekOrigin.End);
        return stream;
    }
}
