namespace VtepLab.Ovsdb;

/// <summary>A database's file in the format of ovsdb-server and ovsdb-tool: the schema, then a record for each transaction.</summary>
/// <remarks>
/// Open or create the database with this class, then leave it alone: it writes what is committed. Ephemeral columns are not
/// written. The owner calls <see cref="CompactIfGrown"/> now and then, which rewrites the file while the database is served.
/// </remarks>
public sealed class FileLog : ITransactionLog
{
    /// <summary>A file is not compacted before it has this many bytes.</summary>
    public const int LeastBytesToCompact = 10 << 20;

    private readonly ILogStorage _storage;
    private readonly TimeProvider _time;
    private readonly JsonWriter _json = new();
    private readonly JsonWriter _record = new();
    private long _compactLength;

    private FileLog(Database database, ILogStorage storage, TimeProvider time, long length, long compactLength)
    {
        Database = database;
        _storage = storage;
        _time = time;
        (Length, _compactLength) = (length, compactLength);
        database.Log = this;
    }

    /// <summary>The database that is kept; another one after a conversion.</summary>
    public Database Database { get; private set; }

    /// <summary>Present length of the file, in bytes.</summary>
    public long Length { get; private set; }

    /// <summary>Writes a database that is in memory to a file, and keeps it there from now on.</summary>
    public static FileLog Attach(Database database, ILogStorage storage, TimeProvider time)
    {
        var log = new FileLog(database, storage, time, length: 0, compactLength: 0);
        log.Compact();
        return log;
    }

    /// <summary>Makes an empty database and its file.</summary>
    public static FileLog Create(DatabaseSchema schema, ILogStorage storage, TimeProvider time, Func<Guid> newUuid) =>
        Attach(new Database(schema, newUuid), storage, time);

    /// <summary>Opens a database from its file; what a crash has left of an unfinished write is cut off.</summary>
    /// <param name="file">The file's content.</param>
    /// <param name="storage">The file, where further transactions go.</param>
    /// <param name="time">The clock, for the dates of records.</param>
    /// <param name="newUuid">Where UUIDs come from.</param>
    /// <param name="problem">What was wrong with the end of the file, for the log; null when nothing was.</param>
    /// <exception cref="OvsdbErrorException">A record is complete and yet makes no sense; nothing was changed.</exception>
    /// <exception cref="JsonFormatException">A record is complete and is not JSON.</exception>
    public static FileLog Open(
        ReadOnlyMemory<byte> file, ILogStorage storage, TimeProvider time, Func<Guid> newUuid, out string? problem)
    {
        if (file.Span.StartsWith("OVSDB CLUSTER "u8))
        {
            throw new OvsdbError(
                ErrorNames.InputOutputError,
                "the file is a member's of a cluster (OVSDB CLUSTER); 'ovsdb-tool cluster-to-standalone' makes a database of it that can be served here").AsException();
        }

        var (records, good, wrong) = LogRecords.Read(file);
        problem = wrong;
        if (records.Count == 0)
        {
            throw new OvsdbError(ErrorNames.InputOutputError, $"the file is not an OVSDB database: {wrong ?? "it is empty"}").AsException();
        }

        var database = new Database(DatabaseSchema.Parse(records[0]), newUuid);
        foreach (var record in records.Skip(1))
        {
            TransactionRecord.Apply(JsonText.Parse(record).Root, database);
        }

        // A compact file is the schema and one transaction. A server that is started again and again would never compact, were its length now taken for it.
        var log = new FileLog(database, storage, time, good, compactLength: records.Take(2).Sum(record => (long)record.Length));
        if (wrong is not null)
        {
            storage.Replace(file[..good]);
        }

        return log;
    }

    /// <summary>Moves the database to another schema: rows keep their UUIDs, columns of both schemas their values.</summary>
    /// <exception cref="OvsdbErrorException">A value does not suit the new schema, or the file cannot be written; nothing was changed.</exception>
    public void ConvertTo(DatabaseSchema schema, Func<Guid> newUuid) => MoveTo(DatabaseConversion.Run(Database, schema, newUuid));

    /// <inheritdoc/>
    public void MoveTo(Database converted)
    {
        var old = Database;
        Database = converted;
        try
        {
            Compact();
        }
        catch // Whatever it was: the file still has the old one, which is served on.
        {
            Database = old;
            throw;
        }

        old.Log = null;
        converted.Log = this;
    }

    /// <summary>Rewrites the file as the schema and one transaction that makes all rows.</summary>
    public void Compact()
    {
        var (json, content) = (new JsonWriter(), new JsonWriter());
        Database.Schema.WriteTo(json);
        LogRecords.Frame(json, content);
        json.Clear();
        var rows = Database.Tables.Select(table => (table, table.All.Select(row => new RowChange(row, null, row.CopyFields()))));
        if (TransactionRecord.Write(json, rows, null, Now()))
        {
            LogRecords.Frame(json, content);
        }

        _storage.Replace(content.WrittenMemory);
        Length = _compactLength = content.Length;
    }

    /// <inheritdoc/>
    public void Append(IReadOnlyList<RowChange> changes, string? comment)
    {
        _json.Clear();
        if (TransactionRecord.Write(_json, changes.GroupBy(change => change.Row.Table, (table, rows) => (table, rows)), comment, Now()))
        {
            _record.Clear();
            LogRecords.Frame(_json, _record);
            _storage.Append(_record.WrittenMemory);
            Length += _record.Length;
        }
    }

    /// <inheritdoc/>
    public bool IsWritten => _storage.IsWritten;

    /// <inheritdoc/>
    public void WhenWritten(Action done) => _storage.WhenWritten(done);

    /// <inheritdoc/>
    public void WhenStable(Action done) => _storage.WhenStable(done);

    /// <summary>Compacts a file that has grown to four times its compact length, and to <see cref="LeastBytesToCompact"/> at least.</summary>
    /// <returns>Whether it did. Not to be called within a transaction.</returns>
    public bool CompactIfGrown()
    {
        if (Length < LeastBytesToCompact || Length < _compactLength * 4)
        {
            return false;
        }

        Compact();
        return true;
    }

    private long Now() => _time.GetUtcNow().ToUnixTimeMilliseconds();
}
