using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;
using VtepLab.Ovsdb;
using VtepLab.Runtime;

namespace VtepLab.OvsdbPeers;

/// <summary>A database of another host, kept at hand: connects, keeps a replica, and connects again whenever the connection ends.</summary>
/// <remarks>
/// Runs on the host's one thread. The replica outlives connections and tells what changed while there was none
/// (<see cref="Replica.Changed"/>); it stays readable when the server is away. A passive session has one connection at a time: a
/// new one of the server takes the place of the old, which a rebooted switch has forgotten. Of several servers the one that is used is
/// watched by its <c>_Server</c> database and left when it no longer leads or is cut off; what it had not answered then is uncertain
/// (<see cref="OvsdbProtocolException.IsUncertain"/>), and nothing is sent a second time.
/// </remarks>
public sealed partial class OvsdbClientSession
{
    private readonly IHost _host;
    private readonly OvsdbClientSessionOptions _options;
    private readonly ILogger _log;
    private readonly List<TaskCompletionSource> _waiting = [];
    private readonly ServerJudge _judge;
    private CancellationTokenSource? _stop;
    private Task _running = Task.CompletedTask;
    private TimeSpan _aliveFor; // Of the last connection.

    /// <summary>Makes a session; <see cref="Start"/> begins to connect.</summary>
    public OvsdbClientSession(IHost host, OvsdbClientSessionOptions options)
    {
        _host = host;
        _options = options;
        _log = host.Logs.CreateLogger<OvsdbClientSession>();
        _judge = new ServerJudge(options.Database, options.LeaderOnly, options.Cluster);
        Replica = new Replica(options.Tables);
    }

    /// <summary>Called when <see cref="State"/> has changed.</summary>
    public event Action<OvsdbClientState>? StateChanged;

    /// <summary>The server's name in messages.</summary>
    public string Name => _options.PeerName;

    /// <summary>The copy of the database.</summary>
    public Replica Replica { get; }

    /// <summary>Where it is.</summary>
    public OvsdbClientState State { get; private set; }

    /// <summary>The server of <see cref="OvsdbClientSessionOptions.Remotes"/> that is used, or was tried last; null before that.</summary>
    public Endpoint? Remote { get; private set; }

    /// <summary>True while transactions are taken; false from the moment the connection has ended, before <see cref="State"/> says so.</summary>
    public bool IsActive => State == OvsdbClientState.Active && Client is { Connection.IsOpen: true };

    /// <summary>Why the last attempt failed or the last connection ended; null before that.</summary>
    public string? LastError { get; private set; }

    /// <summary>The methods of the server; null while there is no connection.</summary>
    public OvsdbClient? Client { get; private set; }

    /// <summary>How the replica is kept now: <c>monitor_cond_since</c>, <c>monitor_cond</c> or <c>monitor</c>; null without a connection.</summary>
    public string? MonitorMethod { get; private set; }

    /// <summary>Where a passive session listens, with the port it was given; null otherwise.</summary>
    public Endpoint? ListeningOn { get; private set; }

    /// <summary>Begins to connect, and goes on until the session or the host is stopped.</summary>
    public void Start()
    {
        if (_stop is not null)
        {
            throw new InvalidOperationException($"the session with {Name} was started already");
        }

        _stop = CancellationTokenSource.CreateLinkedTokenSource(_host.Stopping);
        var ended = new TaskCompletionSource();
        _running = ended.Task;
        _host.Spawn($"OVSDB session with {Name}", async _ =>
        {
            try
            {
                await (_options.Remotes[0].IsPassive ? ListenAsync(_options.Remotes[0], _stop.Token) : ConnectAsync(_stop.Token));
            }
            finally
            {
                Enter(OvsdbClientState.Stopped);
                ended.TrySetResult();
            }
        });
    }

    /// <summary>Ends the connection and tries no more.</summary>
    public async Task StopAsync()
    {
        _stop?.Cancel();
        await _running;
    }

    /// <summary>Returns when the replica is the server's database; at once when it is already.</summary>
    public async Task WhenActiveAsync(CancellationToken cancel = default)
    {
        while (!IsActive)
        {
            var waiter = new TaskCompletionSource();
            _waiting.Add(waiter);
            try
            {
                await waiter.Task.WaitAsync(cancel);
            }
            finally
            {
                _waiting.Remove(waiter);
            }
        }
    }

    /// <summary>Sends a transaction over the present connection.</summary>
    /// <exception cref="OvsdbOperationException">The server refused it.</exception>
    /// <exception cref="OvsdbProtocolException">
    /// There is no connection, or it ended before the answer; transient. In the second case it is uncertain; whether it was executed
    /// shows in the replica after the next synchronisation.
    /// </exception>
    public Task<TransactionResult> TransactAsync(OvsdbTransaction transaction, TimeSpan? timeout = null, CancellationToken cancel = default) =>
        IsActive ? Client!.TransactAsync(transaction, timeout, cancel) : throw NotActive();

    /// <summary>An empty transaction on the server's schema.</summary>
    /// <exception cref="OvsdbProtocolException">The schema is not known yet; transient.</exception>
    public OvsdbTransaction NewTransaction() => new(Replica.Schema ?? throw NotActive());

    /// <summary>Keeps the replica over a connection that somebody else made, until it ends.</summary>
    /// <exception cref="OvsdbException">Why it ended.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task RunOnceAsync(IConnection connection, CancellationToken cancel)
    {
        var peer = _options.Remotes.Count == 1 ? Name : _options.Name is null ? $"{Remote}" : $"{Name} at {Remote}";
        var rpc = new OvsdbConnection(connection, _host.Time, _options.Connection with { Peer = peer });
        ClientIdleEnd.Attach(connection, rpc);
        using var life = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var run = rpc.RunAsync(life.Token);
        var synchronize = SynchronizeAsync(rpc, life.Token);
        try
        {
            var first = await Task.WhenAny(run, synchronize);
            await (rpc.IsOpen ? first : run); // Why the connection ended says more than what the other task met because of it.
            await run;
        }
        finally
        {
            _aliveFor = rpc.AliveFor;
            Client = null;
            MonitorMethod = null;
            life.Cancel();
            await Settle(run);
            await Settle(synchronize);
            await connection.DisposeAsync();
        }
    }

    private static async Task Settle(Task task)
    {
        await Task.WhenAny(task); // Throws nothing: whoever needs to know has been told, and connections end often.
        if (task.Exception?.InnerException is { } bug and not OvsdbException)
        {
            ExceptionDispatchInfo.Throw(bug);
        }
    }

    private async Task SynchronizeAsync(OvsdbConnection rpc, CancellationToken cancel)
    {
        Enter(OvsdbClientState.Synchronizing);
        var client = new OvsdbClient(rpc);
        if (_options.Remotes.Count > 1)
        {
            await WatchAsync(client, cancel);
        }

        var feed = await ReplicaFeed.StartAsync(client, Replica, _options.Database, cancel);
        Client = client;
        MonitorMethod = feed.Method;
        LastError = null;
        _log.LogInformation("{Peer} is synchronised by {Method}", rpc.Peer, feed.Method);
        Enter(OvsdbClientState.Active);
    }

    /// <summary>Has the connection end as soon as its server may not be used, at once or later.</summary>
    private async Task WatchAsync(OvsdbClient client, CancellationToken cancel)
    {
        var server = new Replica([ServerJudge.Watched]);
        server.Changed += _ => Judge(); // An exception in here ends the connection, and all that waits for it hears of it.
        try
        {
            await ReplicaFeed.StartAsync(client, server, "_Server", cancel);
        }
        catch (OvsdbOperationException)
        {
            return; // A server from before 2.9 tells nothing of itself, and is no member of a cluster.
        }

        Judge(); // An empty table was no change.

        void Judge()
        {
            if (_judge.Objection(server) is { } objection)
            {
                throw new OvsdbProtocolException($"{client.Connection.Peer} {objection}; the next server is tried.", isTransient: true);
            }
        }
    }

    private void Enter(OvsdbClientState state)
    {
        if (State == state)
        {
            return;
        }

        State = state;
        StateChanged?.Invoke(state);
        if (state == OvsdbClientState.Active)
        {
            foreach (var waiter in _waiting.ToArray())
            {
                waiter.TrySetResult();
            }
        }
    }

    private OvsdbProtocolException NotActive() =>
        new($"{Name} is not connected ({State}{(LastError is null ? "" : $", {LastError}")})", isTransient: true);
}
