namespace VtepLab.Ovsdb;

/// <summary>One OVSDB database in memory: its schema, its rows, and the one way to change them, <see cref="Begin"/>.</summary>
/// <remarks>
/// Single-threaded, without clock, sockets or files. It can be used on its own; an <see cref="OvsdbServer"/> to which it is added
/// serves it to sessions, and the owner goes on using it in process: <see cref="Begin"/> to write, <see cref="Committed"/> to
/// be told of every change whoever made it, <see cref="Table"/> to read.
/// </remarks>
public sealed class Database
{
    private readonly Queue<ChangeSet> _news = new();
    private readonly Func<Guid> _newUuid;
    private bool _telling;

    /// <summary>Makes an empty database.</summary>
    /// <param name="schema">What it looks like.</param>
    /// <param name="newUuid">Where <c>_uuid</c> and <c>_version</c> values come from: random in life, from the seed in a simulation.</param>
    public Database(DatabaseSchema schema, Func<Guid> newUuid)
    {
        Schema = schema;
        _newUuid = newUuid;
        Tables = [.. schema.Tables.Select(table => new Table(this, table))];
    }

    /// <summary>Told of every committed transaction that changed something, in commit order.</summary>
    /// <remarks>
    /// A handler may begin a transaction of its own; all handlers hear of the present one before any hears of that.
    /// </remarks>
    public event Action<ChangeSet>? Committed;

    /// <summary>What the database looks like.</summary>
    public DatabaseSchema Schema { get; }

    /// <summary>The database's name.</summary>
    public string Name => Schema.Name;

    /// <summary>The tables, by name.</summary>
    public IReadOnlyList<Table> Tables { get; }

    /// <summary>How many transactions have changed the database since it was made.</summary>
    public long CommitCount { get; private set; }

    /// <summary>Where committed transactions are written before anybody is told; null keeps them in memory only.</summary>
    public ITransactionLog? Log { get; set; }

    /// <summary>Commit checks that are left out on purpose, by an emulator of a device that forgets them.</summary>
    public CommitChecks OmittedChecks { get; set; }

    internal StringPool Strings { get; } = new();

    internal Transaction? Current { get; set; }

    /// <summary>The table with a name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public Table Table(string name) =>
        Schema.Find(name) is { } table ? TableOf(table) : throw new ArgumentException($"{Name} has no table {name}", nameof(name));

    /// <summary>Starts a transaction; there is at most one at a time, and it must be committed or aborted before control goes elsewhere.</summary>
    /// <exception cref="InvalidOperationException">Another one is under way.</exception>
    public Transaction Begin() => new(this);

    internal Table? Find(ReadOnlySpan<byte> name) => Schema.Find(name) is { } table ? TableOf(table) : null;

    internal Table TableOf(TableSchema schema) => Tables[schema.Index];

    internal Uuid NewUuid() => Uuid.FromGuid(_newUuid());

    internal void Publish(IReadOnlyList<RowChange> changes)
    {
        _news.Enqueue(new ChangeSet(this, ++CommitCount, changes));
        if (_telling)
        {
            return;
        }

        _telling = true;
        try
        {
            while (_news.TryDequeue(out var news))
            {
                Committed?.Invoke(news);
            }
        }
        finally
        {
            _telling = false;
        }
    }
}
