using Microsoft.Extensions.Logging;
using VtepLab.Ovsdb;
using VtepLab.Runtime;

namespace VtepLab.OvsdbPeers;

/// <summary>A program's own state in an OVSDB database: read from a replica, written by transactions that are answered when they are durable.</summary>
/// <remarks>
/// <para>
/// The database is an engine in this process, kept in a file of the host's store, or a server elsewhere. The transactions and the replica are the same;
/// to the engine they go without a connection.
/// </para>
/// <para>
/// Several programs may share a server. A write is made from what the replica shows and made again when another's write came between
/// or the connection was lost, so whoever builds it looks at the replica each time and finds what was written already.
/// </para>
/// </remarks>
public sealed class ModelDatabase
{
    private const int MaxAttempts = 12;
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    private readonly IHost _host;
    private readonly DatabaseSchema _schema;
    private readonly ModelDatabaseOptions _options;
    private readonly ILogger _log;
    private readonly OvsdbClientSession? _session; // With a server elsewhere.
    private LocalDatabase? _local; // The engine in this process.
    private bool _isLocked;
    private Task _lastWrite = Task.CompletedTask;

    private ModelDatabase(IHost host, DatabaseSchema schema, ModelDatabaseOptions options)
    {
        (_host, _schema, _options, _log) = (host, schema, options, host.Logs.CreateLogger<ModelDatabase>());
        _session = IsEmbedded ? null : new OvsdbClientSession(host, new OvsdbClientSessionOptions
        {
            Remotes = options.Servers, Database = schema.Name, Tls = options.Tls, MaxBackoff = TimeSpan.FromSeconds(2),
        });
        Replica = _session?.Replica ?? new Replica();
        Replica.Changed += change => Changed?.Invoke(change);
    }

    /// <summary>Called after every change of the replica.</summary>
    public event Action<ReplicaChange>? Changed;

    /// <summary>The copy; complete from the end of <see cref="OpenAsync"/> on.</summary>
    public Replica Replica { get; }

    /// <summary>True while this program is the one of those that share the database that acts for all; always so of an embedded one.</summary>
    public bool IsLeader => IsEmbedded || (_isLocked && _session!.IsActive);

    /// <summary>True when it is an engine in this process, which nobody else can write to.</summary>
    public bool IsEmbedded => _options.Servers.Count == 0;

    /// <summary>Opens the database and returns when the replica is filled.</summary>
    /// <param name="host">The machine.</param>
    /// <param name="schema">The schema of the database; a server elsewhere has to have one of the same name.</param>
    /// <param name="options">Where it is.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task<ModelDatabase> OpenAsync(IHost host, DatabaseSchema schema, ModelDatabaseOptions options, CancellationToken cancel)
    {
        var model = new ModelDatabase(host, schema, options);
        if (model._session is { } session)
        {
            model.Open(session);
            await model.WhenServableAsync(session, cancel);
        }
        else
        {
            model._local = new LocalDatabase(await model.OpenEmbeddedAsync(cancel), model.Replica);
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
            await (_session is null ? WriteLocallyAsync(build, cancel) : TryWriteAsync(_session, build, cancel));
        }
        catch (Exception late) when (late is TimeoutException or OperationCanceledException && !cancel.IsCancellationRequested)
        {
            throw new OvsdbProtocolException(
                $"{_schema.Name} could not be written within {_options.WritePatience.TotalSeconds} s; whether it was is unknown.", isTransient: true);
        }
        finally
        {
            turn.TrySetResult();
        }
    }

    /// <summary>Returns when what other programs have written until now is in the replica; at once when there are none.</summary>
    /// <exception cref="OvsdbException">The server does not answer.</exception>
    public async Task WhenShownAsync(CancellationToken cancel = default)
    {
        if (_session is null)
        {
            return;
        }

        using var patience = new CancellationTokenSource(_options.WritePatience, _host.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel, patience.Token);
        try
        {
            await WhenServableAsync(_session, both.Token);
            await ShownAsync(_session, both.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new OvsdbProtocolException($"{_schema.Name} did not answer within {_options.WritePatience.TotalSeconds} s.", isTransient: true);
        }
    }

    // Nobody else writes there, so there is no race to lose.
    private Task WriteLocallyAsync(Action<OvsdbTransaction> build, CancellationToken cancel)
    {
        var transaction = new OvsdbTransaction(_schema);
        build(transaction);
        if (transaction.IsEmpty)
        {
            return Task.CompletedTask;
        }

        var stable = new TaskCompletionSource();
        _local!.Transact(transaction, stable.SetResult);
        return stable.Task.IsCompleted ? Task.CompletedTask : stable.Task.WaitAsync(_options.WritePatience, _host.Time, cancel);
    }

    private async Task TryWriteAsync(OvsdbClientSession session, Action<OvsdbTransaction> build, CancellationToken cancel)
    {
        using var patience = new CancellationTokenSource(_options.WritePatience, _host.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel, patience.Token);
        for (var attempt = 1; ; attempt++)
        {
            await WhenServableAsync(session, both.Token);
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
                await ShownAsync(session, both.Token);
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

    /// <summary>Returns when what was answered is in the replica: by the update before the next answer, or read anew over the next connection.</summary>
    private async Task ShownAsync(OvsdbClientSession session, CancellationToken cancel)
    {
        try
        {
            if (session.Client is { } client)
            {
                await client.EchoAsync(cancel);
                return;
            }
        }
        catch (OvsdbProtocolException lost) when (lost.IsTransient)
        {
            // It is written all the same.
        }

        await WhenServableAsync(session, cancel);
    }

    // "not leader" and the like are a member of a cluster that cannot serve just now.
    private static bool IsRace(OvsdbOperationException no) =>
        no.IsTimedOut || no.Error is ErrorNames.ConstraintViolation or ErrorNames.ReferentialIntegrityViolation or "not leader" or "cluster error";

    // A server without our tables may be converted yet.
    private async Task WhenServableAsync(OvsdbClientSession session, CancellationToken cancel)
    {
        while (!session.IsActive || !_schema.Tables.All(t => Replica.Has(t.Name)))
        {
            await session.WhenActiveAsync(cancel);
            if (_schema.Tables.FirstOrDefault(t => !Replica.Has(t.Name)) is { } missing)
            {
                _log.LogWarning("{Server} has no table {Table} in {Database}", session.Remote, missing.Name, _schema.Name);
                await _host.DelayAsync(LookAgain, cancel);
            }
        }
    }

    private async Task<Database> OpenEmbeddedAsync(CancellationToken cancel) => _options.File is { } file
        ? await StoredDatabase.OpenAsync(_host, file, _schema, converts: true, cancel: cancel)
        : new Database(_schema, _host.Entropy.NewUuid);

    private void Open(OvsdbClientSession session)
    {
        session.StateChanged += state =>
        {
            if (state == OvsdbClientState.Active && session.Client is { } client)
            {
                _host.Spawn($"lock of {_schema.Name}", stop => LockAsync(client, stop));
            }
        };
        session.Start();
    }

    // A lock is of one server's session; of a cluster all programs use the leader, so it is one lock.
    private async Task LockAsync(OvsdbClient client, CancellationToken cancel)
    {
        client.LockGained += _ => _isLocked = true;
        client.LockStolen += _ => _isLocked = false;
        try
        {
            _isLocked = await client.LockAsync(_schema.Name, cancel);
            await client.Connection.Ended.WaitAsync(cancel);
        }
        catch (OvsdbException e)
        {
            _log.LogWarning("no lock of {Database}: {Reason}", _schema.Name, e.Message);
        }

        _isLocked = false;
    }
}
