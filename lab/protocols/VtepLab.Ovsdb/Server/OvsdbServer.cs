namespace VtepLab.Ovsdb;

/// <summary>An OVSDB server without sockets, clock or threads: bytes in, bytes out, time when the owner says so.</summary>
/// <remarks>
/// How to use it, all on one thread:
/// <list type="number">
/// <item>Make a <see cref="Database"/> for each schema and <see cref="Add"/> it; keep it to read and write in process.</item>
/// <item>For each connection <see cref="OpenSession"/>, give each framed JSON text to <see cref="OvsdbSession.Receive"/>, and call
/// <see cref="OvsdbSession.Drained"/> and <see cref="OvsdbSession.Close"/> as things happen to the connection.</item>
/// <item>Call <see cref="RunTimers"/> after <see cref="UntilNextTimer"/> has passed; <see cref="BeganToWait"/> says when that may have become sooner.</item>
/// </list>
/// Replies, notifications and error texts are those of ovsdb-server 3.1; where that crashes, this answers with an error.
/// </remarks>
public sealed class OvsdbServer
{
    private readonly Dictionary<string, Database> _databases = new(StringComparer.Ordinal);
    private readonly List<OvsdbSession> _sessions = [];
    private readonly List<BlockedTransaction> _blocked = [];
    private readonly ServerDatabase _self;
    private int _busy;
    private bool _mayBeSooner; // What BeganToWait has to tell.
    private readonly List<Database> _changed = []; // Since the transactions that wait were last tried.

    /// <summary>Makes a server that serves nothing but <c>_Server</c> yet.</summary>
    public OvsdbServer(OvsdbServerOptions options)
    {
        Options = options;
        Id = Uuid.FromGuid(options.NewUuid());
        _self = new ServerDatabase(options.NewUuid);
        Add(_self.Database);
    }

    /// <summary>What the owner gave.</summary>
    public OvsdbServerOptions Options { get; }

    /// <summary>What get_server_id tells: another one for each instance.</summary>
    public Uuid Id { get; }

    /// <summary>The databases by name, <c>_Server</c> included.</summary>
    public IReadOnlyCollection<Database> Databases => [.. _databases.Values.OrderBy(database => database.Name, StringComparer.Ordinal)];

    /// <summary>The open sessions, oldest first.</summary>
    public IReadOnlyList<OvsdbSession> Sessions => _sessions;

    /// <summary>The server's locks.</summary>
    internal LockTable Locks { get; } = new();

    internal MonitorPlans Plans { get; } = new();

    /// <summary>How long until <see cref="RunTimers"/> has something to do; null when nothing waits for time.</summary>
    public TimeSpan? UntilNextTimer
    {
        get
        {
            TimeSpan? soonest = null;
            foreach (var blocked in _blocked)
            {
                if (blocked.Timeout is { } timeout)
                {
                    var left = TimeSpan.FromMilliseconds(Math.Clamp(timeout - Elapsed(blocked), 0, int.MaxValue));
                    soonest = soonest is null || left < soonest ? left : soonest;
                }
            }

            return soonest;
        }
    }

    /// <summary>Starts to serve a database; its name must not be served yet.</summary>
    public void Add(Database database)
    {
        Attach(database);
        _self.Add(database);
    }

    /// <summary>
    /// Stops to serve a database. Sessions that declared themselves aware of such changes are told so, the others are disconnected.
    /// </summary>
    public void Remove(Database database)
    {
        Detach(database);
        _self.Remove(database);
    }

    /// <summary>The database with a name, or null.</summary>
    public Database? Find(string name) => _databases.GetValueOrDefault(name);

    /// <summary>Starts a session for a connection.</summary>
    /// <param name="output">Where its messages go.</param>
    /// <param name="peer">What the peer is called in logs, for example <c>tcp:192.0.2.1:51000</c>.</param>
    /// <exception cref="InvalidOperationException">There are <see cref="OvsdbLimits.MaxSessions"/> already.</exception>
    public OvsdbSession OpenSession(ISessionOutput output, string peer = "")
    {
        if (_sessions.Count >= Options.Limits.MaxSessions)
        {
            throw new InvalidOperationException($"the server has {_sessions.Count} sessions, which is its limit (MaxSessions)");
        }

        var session = new OvsdbSession(this, output, peer);
        _sessions.Add(session);
        return session;
    }

    /// <summary>Gives waits whose time is over their reply.</summary>
    public void RunTimers() => Run(this, static server =>
    {
        foreach (var blocked in server._blocked.ToArray())
        {
            if (blocked.Timeout is { } timeout && server.Elapsed(blocked) >= timeout && server._blocked.Contains(blocked))
            {
                server.Retry(blocked);
            }
        }
    });

    /// <summary>Does some work of a session, then what that work has made possible elsewhere.</summary>
    internal void Run<T>(T whose, Action<T> work)
    {
        _busy++;
        try
        {
            work(whose);
        }
        finally
        {
            _busy--;
        }

        RetryBlocked();
    }

    internal void Block(BlockedTransaction blocked)
    {
        _blocked.Add(blocked);
        _mayBeSooner = true;
    }

    internal void Unblock(BlockedTransaction blocked) => _blocked.Remove(blocked);

    internal IEnumerable<BlockedTransaction> BlockedOf(OvsdbSession session) =>
        _blocked.Count == 0 ? [] : _blocked.Where(blocked => blocked.Session == session);

    internal void Closed(OvsdbSession session)
    {
        _sessions.Remove(session);
        _blocked.RemoveAll(blocked => blocked.Session == session);
        Locks.ReleaseAll(session);
    }

    /// <summary>Puts a database of another schema in the place of one.</summary>
    internal void Replace(Database old, Database now)
    {
        Detach(old);
        Attach(now);
        _self.Update(now);
        Converted?.Invoke(old, now);
    }

    /// <summary>Told when a transaction has begun to wait, or waits on for something else: <see cref="UntilNextTimer"/> may be shorter than it was.</summary>
    public event Action? BeganToWait;

    /// <summary>Told when a convert request has replaced a database: the old one, which is served no more, and the new one.</summary>
    /// <remarks>The log of the old one has gone over to the new one already.</remarks>
    public event Action<Database, Database>? Converted;

    internal long Elapsed(BlockedTransaction blocked) =>
        (long)Options.Time.GetElapsedTime(blocked.Arrived).TotalMilliseconds;

    private void Attach(Database database)
    {
        _databases.Add(database.Name, database);
        database.Committed += OnCommitted;
    }

    private void Detach(Database database)
    {
        database.Committed -= OnCommitted;
        _databases.Remove(database.Name);
        foreach (var session in _sessions.ToArray())
        {
            session.Forget(database);
        }
    }

    private void OnCommitted(ChangeSet changes)
    {
        foreach (var session in _sessions.ToArray())
        {
            session.Notify(changes);
        }

        if (!_changed.Contains(changes.Database))
        {
            _changed.Add(changes.Database);
        }

        if (_busy == 0)
        {
            RetryBlocked();
        }
    }

    private void RetryBlocked()
    {
        if (_busy > 0)
        {
            return;
        }

        if (_blocked.Count == 0)
        {
            _changed.Clear();
            return;
        }

        _busy++;
        try
        {
            while (_changed.Count > 0)
            {
                var changed = _changed.ToArray();
                _changed.Clear();
                foreach (var blocked in _blocked.ToArray())
                {
                    if (changed.Contains(blocked.Database) && _blocked.Contains(blocked))
                    {
                        Retry(blocked);
                    }
                }
            }
        }
        finally
        {
            _busy--;
        }

        if (_mayBeSooner)
        {
            // Not before all work is done: whoever is told may run timers at once.
            _mayBeSooner = false;
            BeganToWait?.Invoke();
        }
    }

    private void Retry(BlockedTransaction blocked)
    {
        if (blocked.Session.Execute(blocked))
        {
            _blocked.Remove(blocked);
        }
        else
        {
            _mayBeSooner = true; // It may have got to a wait with less patience.
        }
    }
}
