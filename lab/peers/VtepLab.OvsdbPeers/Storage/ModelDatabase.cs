using Microsoft.Extensions.Logging;
using VtepLab.Ovsdb;
using VtepLab.Runtime;

namespace VtepLab.OvsdbPeers;

/// <summary>A program's own state in an OVSDB database: read from a replica, written by transactions that are answered when they are durable.</summary>
/// <remarks>
/// <para>The database is an engine in this process, kept in a file of the host's store, or a server elsewhere; both by the same client.</para>
/// <para>
/// Several programs may share a server. A write is made from what the replica shows and made again when another's write came between
/// or the connection was lost, so whoever builds it looks at the replica each time and finds what was written already.
/// </para>
/// </remarks>
public sealed class ModelDatabase
{
    private const int MaxAttempts = 12;
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LeaderCheck = TimeSpan.FromSeconds(1);

    private readonly IHost _host;
    private readonly DatabaseSchema _schema;
    private readonly ModelDatabaseOptions _options;
    private readonly ILogger _log;
    private readonly List<OvsdbClientSession> _sessions = [];
    private readonly HashSet<OvsdbClientSession> _clusterLeaders = [];
    private readonly HashSet<OvsdbClientSession> _locked = [];
    private Task _lastWrite = Task.CompletedTask;

    private ModelDatabase(IHost host, DatabaseSchema schema, ModelDatabaseOptions options)
    {
        (_host, _schema, _options, _log) = (host, schema, options, host.Logs.CreateLogger<ModelDatabase>());
        Replica = new Replica();
    }

    /// <summary>The copy; complete from the end of <see cref="OpenAsync"/> on.</summary>
    public Replica Replica { get; private set; }

    /// <summary>True while this program is the one of those that share the database that acts for all; always so of an embedded one.</summary>
    public bool IsLeader => _options.Servers.Count == 0 || _locked.Any(s => s.Replica == Replica && s.IsActive);

    /// <summary>Opens the database and returns when the replica is filled.</summary>
    /// <param name="host">The machine.</param>
    /// <param name="schema">The schema of the database; a server elsewhere has to have one of the same name.</param>
    /// <param name="options">Where it is.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task<ModelDatabase> OpenAsync(IHost host, DatabaseSchema schema, ModelDatabaseOptions options, CancellationToken cancel)
    {
        var model = new ModelDatabase(host, schema, options);
        if (options.Servers.Count == 0)
        {
            await model.OpenEmbeddedAsync(cancel);
        }
        else
        {
            await model.OpenRemoteAsync(cancel);
        }

        return model;
    }

    /// <summary>Writes; returns when it is on stable storage.</summary>
    /// <param name="build">
    /// Adds operations, judging by <see cref="Replica"/>; may throw to refuse. Called again after a lost race or connection. A transaction
    /// that stays empty is not sent.
    /// </param>
    /// <param name="cancel">Gives up; whether it was written is then unknown.</param>
    /// <exception cref="OvsdbException">It could not be written.</exception>
    public async Task WriteAsync(Action<OvsdbTransaction> build, CancellationToken cancel = default)
    {
        // One at a time: the next one must see what this one has written.
        var turn = new TaskCompletionSource();
        var before = _lastWrite;
        _lastWrite = turn.Task;
        try
        {
            await before;
            await TryWriteAsync(build, cancel);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new OvsdbProtocolException(
                $"{_schema.Name} could not be written within {_options.WritePatience.TotalSeconds} s; whether it was is unknown.", isTransient: true);
        }
        finally
        {
            turn.TrySetResult();
        }
    }

    private async Task TryWriteAsync(Action<OvsdbTransaction> build, CancellationToken cancel)
    {
        using var patience = new CancellationTokenSource(_options.WritePatience, _host.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel, patience.Token);
        for (var attempt = 1; ; attempt++)
        {
            var session = await ActiveAsync(both.Token);
            var transaction = new OvsdbTransaction(_schema);
            build(transaction);
            if (transaction.IsEmpty)
            {
                return;
            }

            transaction.Commit(durable: true);
            try
            {
                await session.TransactAsync(transaction, cancel: both.Token);
                await session.Client!.EchoAsync(both.Token); // The update of the replica comes before this answer.
                return;
            }
            catch (OvsdbProtocolException lost) when (lost.IsTransient && attempt < MaxAttempts)
            {
                _log.LogInformation("a write to {Database} is tried again: {Reason}", _schema.Name, lost.Message);
                await _host.DelayAsync(TimeSpan.FromMilliseconds(50 * attempt), both.Token);
            }
            catch (OvsdbOperationException refused) when (IsRace(refused) && attempt < MaxAttempts)
            {
                _log.LogInformation("a write to {Database} met another: {Reason}", _schema.Name, refused.Message);
                await _host.DelayAsync(TimeSpan.FromMilliseconds(10 * attempt), both.Token);
            }
        }
    }

    // "not leader" and the like are a member of a cluster that cannot serve just now.
    private static bool IsRace(OvsdbOperationException no) =>
        no.IsTimedOut || no.Error is ErrorNames.ConstraintViolation or ErrorNames.ReferentialIntegrityViolation or "not leader" or "cluster error";

    private async Task<OvsdbClientSession> ActiveAsync(CancellationToken cancel)
    {
        while (true)
        {
            // With several servers, the one whose replica everybody reads is the one that is written to.
            var session = _sessions.Find(s => s.Replica == Replica)!;
            if (IsServable(session))
            {
                return session;
            }

            if (_sessions.Find(IsServable) is { } other)
            {
                Follow(other);
                return other;
            }

            await _host.DelayAsync(LookAgain, cancel);
        }
    }

    /// <summary>Called after every change of the replica, and with null when another server's copy has taken its place.</summary>
    public event Action<ReplicaChange?>? Changed;

    private async Task OpenEmbeddedAsync(CancellationToken cancel)
    {
        var database = _options.File is { } file
            ? await StoredDatabase.OpenAsync(_host, file, _schema, converts: true, cancel: cancel)
            : new Database(_schema, _host.Entropy.NewUuid);
        var server = new EmbeddedServer(_host, database);
        var session = new OvsdbClientSession(_host, new OvsdbClientSessionOptions
        {
            Remote = new Endpoint(EndpointScheme.Unix, "embedded", 0), Database = _schema.Name, Name = $"the embedded {_schema.Name}",
            Connection = new OvsdbConnectionOptions { InactivityProbe = TimeSpan.Zero },
        });
        Adopt(session);
        _host.Spawn($"client of {_schema.Name}", stop => session.RunOnceAsync(server.Connect(), stop));
        await session.WhenActiveAsync(cancel);
        Follow(session);
    }

    private async Task OpenRemoteAsync(CancellationToken cancel)
    {
        foreach (var server in _options.Servers)
        {
            var session = new OvsdbClientSession(_host, new OvsdbClientSessionOptions
            {
                Remote = server, Database = _schema.Name, Tls = _options.Tls, MaxBackoff = TimeSpan.FromSeconds(2),
            });
            session.StateChanged += state =>
            {
                if (state == OvsdbClientState.Active)
                {
                    _host.Spawn($"lock of {_schema.Name}", stop => LockAsync(session, stop));
                    if (_options.Servers.Count > 1 && session.Client is { } client)
                    {
                        _host.Spawn($"leader of {_schema.Name}", stop => WatchLeaderAsync(session, client, stop));
                    }
                }
            };
            Adopt(session);
            session.Start();
        }

        Replica = _sessions[0].Replica;
        Follow(await FirstServableAsync(cancel));
    }

    private void Adopt(OvsdbClientSession session)
    {
        _sessions.Add(session);
        session.Replica.Changed += change =>
        {
            if (session.Replica == Replica)
            {
                Changed?.Invoke(change);
            }
        };
    }

    private void Follow(OvsdbClientSession session)
    {
        var isOther = Replica != session.Replica;
        Replica = session.Replica;
        if (isOther)
        {
            Changed?.Invoke(null);
        }
    }

    private async Task<OvsdbClientSession> FirstServableAsync(CancellationToken cancel)
    {
        while (true)
        {
            if (_sessions.Find(IsServable) is { } session)
            {
                return session;
            }

            await _host.DelayAsync(LookAgain, cancel);
        }
    }

    // Of a cluster only the leader is used: locks are each member's own, and a follower's copy may be old.
    private bool IsServable(OvsdbClientSession session) =>
        session.IsActive && _schema.Tables.All(t => session.Replica.Has(t.Name))
        && (_options.Servers.Count < 2 || _clusterLeaders.Contains(session));

    private async Task WatchLeaderAsync(OvsdbClientSession session, OvsdbClient client, CancellationToken cancel)
    {
        try
        {
            var schema = await client.GetSchemaAsync("_Server", cancel);
            while (client.Connection.IsOpen)
            {
                var read = new OvsdbTransaction(schema);
                read.Select("Database", Where.Column("name", _schema.Name), "leader");
                var isLeader = (await client.TransactAsync(read, cancel: cancel)).RowsOf(0) is [var row, ..] && row["leader"].Boolean;
                _ = isLeader ? _clusterLeaders.Add(session) : _clusterLeaders.Remove(session);
                await _host.DelayAsync(LeaderCheck, cancel);
            }
        }
        catch (OvsdbException e)
        {
            _log.LogInformation("{Peer} does not say whether it leads: {Reason}", session.Name, e.Message);
        }

        _clusterLeaders.Remove(session);
    }

    // A lock is of one server's session: the leader is who holds it at the server that it writes to.
    private async Task LockAsync(OvsdbClientSession session, CancellationToken cancel)
    {
        var client = session.Client;
        if (client is null)
        {
            return;
        }

        client.LockGained += _ => Lead(session, true);
        client.LockStolen += _ => Lead(session, false);
        try
        {
            Lead(session, await client.LockAsync(_schema.Name, cancel));
            await client.Connection.Ended.WaitAsync(cancel);
        }
        catch (OvsdbException e)
        {
            _log.LogWarning("no lock of {Database}: {Reason}", _schema.Name, e.Message);
        }

        Lead(session, false);
    }

    private void Lead(OvsdbClientSession session, bool isOurs)
    {
        _ = isOurs ? _locked.Add(session) : _locked.Remove(session);
    }
}
