using VtepLab.Ovsdb;
using VtepLab.Runtime;

namespace VtepLab.OvsdbPeers;

/// <summary>Serves an engine's <see cref="OvsdbServer"/> over a host's network: what ovsdb-server is around its engine.</summary>
/// <remarks>
/// Everything happens on the host's one thread, so the owner may read and change the databases in process between awaits. Malformed
/// input ends the connection it came by and touches no other; a peer that does not read is ended at the engine's limit.
/// </remarks>
public sealed class OvsdbServerService : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly List<ServerRemote> _remotes = [];
    private readonly CancellationTokenSource _stop;
    private ManagerRemotes? _managers;
    private TaskCompletionSource _timersChanged = new();
    private long? _timersArmedFor; // Timestamp; null while no timer runs.
    private bool _isStarted;

    /// <summary>Makes a service; <see cref="StartAsync"/> opens it.</summary>
    public OvsdbServerService(IHost host, OvsdbServer server, OvsdbServerServiceOptions? options = null)
    {
        _host = host;
        Server = server;
        Options = options ?? new OvsdbServerServiceOptions();
        _stop = CancellationTokenSource.CreateLinkedTokenSource(host.Stopping);
    }

    /// <summary>The engine.</summary>
    public OvsdbServer Server { get; }

    /// <summary>How it is reached and behaves.</summary>
    public OvsdbServerServiceOptions Options { get; }

    /// <summary>The remotes of the options, then those of the manager rows in the order of their targets.</summary>
    public IReadOnlyList<ServerRemote> Remotes => [.. _remotes, .. _managers?.Remotes ?? []];

    /// <summary>Where it listens, with the ports it was given.</summary>
    public IReadOnlyList<Endpoint> ListeningOn => [.. Remotes.Where(remote => remote.ListeningOn is not null).Select(remote => remote.ListeningOn!)];

    internal CancellationToken Stopping => _stop.Token;

    /// <summary>Opens the listeners and begins to connect out; follows the managers from now on.</summary>
    /// <exception cref="NetworkException">One of the options' endpoints cannot be listened on; nothing is open then.</exception>
    public async Task StartAsync()
    {
        if (_isStarted)
        {
            throw new InvalidOperationException("the server was started already");
        }

        _isStarted = true;
        try
        {
            foreach (var endpoint in Options.Remotes)
            {
                var remote = new ServerRemote(this, _host, new RemoteSettings(endpoint, Options.InactivityProbe, Options.MaxBackoff));
                await remote.StartAsync();
                _remotes.Add(remote);
            }
        }
        catch
        {
            await StopAsync();
            throw;
        }

        Server.BeganToWait += RearmTimers;
        _host.Spawn("OVSDB timers", _ => RunTimersAsync(_stop.Token));
        if (Options.Managers is { } column)
        {
            _managers = new ManagerRemotes(this, _host, column);
            _managers.Start(_stop.Token);
        }
    }

    /// <summary>Stops listening, ends every session in good order and returns when they have ended.</summary>
    public async Task StopAsync()
    {
        _stop.Cancel();
        Server.BeganToWait -= RearmTimers;
        foreach (var remote in Remotes)
        {
            await remote.StopAsync();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync();

    /// <summary>The engine's next timer may be nearer than the one that is armed.</summary>
    private void RearmTimers()
    {
        if (Server.UntilNextTimer is { } due && (_timersArmedFor is null || DueAt(due) < _timersArmedFor))
        {
            _timersChanged.TrySetResult();
        }
    }

    private long DueAt(TimeSpan due) => _host.Time.GetTimestamp() + (long)(due.TotalSeconds * _host.Time.TimestampFrequency);

    private async Task RunTimersAsync(CancellationToken cancel)
    {
        while (true)
        {
            _timersChanged = new TaskCompletionSource();
            if (Server.UntilNextTimer is not { } due)
            {
                _timersArmedFor = null;
                await _timersChanged.Task.WaitAsync(cancel);
                continue;
            }

            // A whole millisecond at least: a shorter delay would end at once, and time would not move.
            var wait = TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling(due.TotalMilliseconds)));
            _timersArmedFor = DueAt(wait);
            using var nearer = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            await Task.WhenAny(Task.Delay(wait, _host.Time, nearer.Token), _timersChanged.Task);
            nearer.Cancel();
            cancel.ThrowIfCancellationRequested();
            Server.RunTimers();
        }
    }
}
