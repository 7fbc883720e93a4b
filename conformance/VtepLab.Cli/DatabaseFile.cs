using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using VtepLab.Hosting;
using VtepLab.Ovsdb;

namespace VtepLab.Cli;

/// <summary>A database's file on disk, in the format of ovsdb-server; held by one process at a time.</summary>
/// <remarks>
/// What is appended is the system's before anybody is told of it, so it outlives a crash of this process; <see cref="WhenStable"/>
/// makes it outlive one of the machine. A write that fails is taken back and its transaction refused with <c>I/O error</c>.
/// </remarks>
internal sealed class DatabaseFile : ILogStorage, IDisposable
{
    private readonly string path;
    private readonly DatabaseFileLock hold;
    private SafeFileHandle file;
    private long length;
    private bool fails; // Since the last write that went well; it is told once.
    private string? failure; // Once what is on disk is not known any more, nothing is taken.

    private DatabaseFile(DatabaseFileLock hold, SafeFileHandle file) => (path, this.hold, this.file) = (hold.Path, hold, file);

    /// <summary>The log in it, which holds the database.</summary>
    public FileLog Log { get; private set; } = null!;

    /// <summary>Opens the database in a file, or makes an empty one when there is none.</summary>
    /// <param name="path">The file, or a symbolic link to it, which stays one: as ovsdb-server does, the file is locked and rewritten where it lies.</param>
    /// <param name="schema">The schema of a new database, which an existing one has to have in name and version; null when it must exist.</param>
    /// <param name="time">The clock, for the dates of records.</param>
    /// <param name="newUuid">Where UUIDs come from.</param>
    /// <exception cref="CommandException">The file is in use, cannot be written, or holds something else.</exception>
    public static DatabaseFile Open(string path, DatabaseSchema? schema, TimeProvider time, Func<Guid> newUuid)
    {
        if (schema is null && !File.Exists(path))
        {
            throw new CommandException(ExitCode.Usage, $"there is no database file {path}: a new one needs --schema");
        }

        var hold = DatabaseFileLock.Take(path);
        DatabaseFile? storage = null;
        try
        {
            storage = new DatabaseFile(hold, OpenHandle(hold.Path));
            var content = File.ReadAllBytes(hold.Path);
            storage.length = content.Length;
            if (content.Length == 0 && schema is not null)
            {
                storage.Log = FileLog.Create(schema, storage, time, newUuid);
                return storage;
            }

            storage.Log = FileLog.Open(content, storage, time, newUuid, out var problem);
            if (problem is not null)
            {
                Console.Error.WriteLine($"vteplab: {path}: {problem}; what follows the last whole transaction was cut off");
            }

            var database = storage.Log.Database;
            if (schema is not null && (database.Name != schema.Name || database.Schema.Version != schema.Version))
            {
                throw new CommandException(
                    ExitCode.Usage,
                    $"{path} holds {database.Name} {database.Schema.Version}, the schema is {schema.Name} {schema.Version}; "
                    + "without --schema the file's own is served");
            }

            return storage;
        }
        catch (Exception e)
        {
            storage?.Dispose();
            hold.Dispose();
            throw e is IOException or UnauthorizedAccessException or FormatException or OvsdbErrorException
                ? new CommandException(ExitCode.Usage, $"cannot use the database file {path}: {e.Message}", e)
                : e;
        }
    }

    /// <inheritdoc/>
    public void Append(ReadOnlyMemory<byte> bytes) => Try("cannot be written", "write failed", () =>
    {
        try
        {
            RandomAccess.Write(file, bytes.Span, length);
            length += bytes.Length;
        }
        catch (IOException)
        {
            RandomAccess.SetLength(file, length); // Half a record would end the file for whoever reads it.
            throw;
        }
    });

    /// <inheritdoc/>
    public void Replace(ReadOnlyMemory<byte> content) => Try("cannot be replaced", "cannot be replaced", () =>
    {
        var fresh = File.OpenHandle(path + ".new", FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite);
        try
        {
            RandomAccess.Write(fresh, content.Span, 0);
            RandomAccess.FlushToDisk(fresh);
            File.Move(path + ".new", path, overwrite: true);
        }
        catch // Whatever it was: the unfinished file must not stay beside the old one.
        {
            fresh.Dispose();
            File.Delete(path + ".new");
            throw;
        }

        file.Dispose();
        (file, length) = (fresh, content.Length);
        try
        {
            DirectoryFlush.Run(hold.Directory); // The new name is safe only when its directory is.
        }
        catch (IOException e)
        {
            failure ??= $"{path} was replaced, but its directory cannot be flushed to disk: {e.Message}";
            throw;
        }
    });

    /// <inheritdoc/>
    public void WhenStable(Action done)
    {
        try
        {
            RandomAccess.FlushToDisk(file);
        }
        catch (IOException e)
        {
            // After a failed flush the system may have dropped what it had not written: nothing is promised from here on.
            failure ??= $"{path} cannot be flushed to disk: {e.Message}";
            Console.Error.WriteLine($"vteplab: {failure}; no more transactions are taken");
            throw new OvsdbError(ErrorNames.InputOutputError, failure).AsException();
        }

        done();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        file.Dispose();
        hold.Dispose();
    }

    private static SafeFileHandle OpenHandle(string path) =>
        File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);

    /// <summary>Works on the file, and refuses as ovsdb-server does when that fails.</summary>
    /// <param name="problem">What is told of a failure here, once.</param>
    /// <param name="details">What is told to the peer.</param>
    /// <param name="work">What is to be done.</param>
    private void Try(string problem, string details, Action work)
    {
        if (failure is not null)
        {
            throw new OvsdbError(ErrorNames.InputOutputError, failure).AsException();
        }

        try
        {
            work();
            fails = false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The system's words: .NET's name a rewritten file by the name that it had before.
            var reason = e.HResult > 0 ? Marshal.GetPInvokeErrorMessage(e.HResult) : e.Message;
            if (!fails)
            {
                Console.Error.WriteLine($"vteplab: {path} {problem}: {reason}");
                fails = true;
            }

            throw new OvsdbError(ErrorNames.InputOutputError, $"{path}: {details}") { IoError = reason }.AsException();
        }
    }
}
