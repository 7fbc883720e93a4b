using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using VtepLab.Ovsdb;
using VtepLab.OvsdbPeers;
using VtepLab.Runtime;

namespace VtepLab.L2Gateway.Agent;

/// <summary>Mirrors one switch and casts to the plugin all it holds after every connect, and then every change, each once.</summary>
internal sealed class SwitchMonitor
{
    // A plugin of the original kind takes a moment to fill its tables from a dump and acts on what it does not find there yet.
    private static readonly TimeSpan QuietAfterDump = TimeSpan.FromSeconds(1);

    // A switch whose every change waits for a broker that is gone: the dump that follows tells all of them at once.
    private const int MaxWaiting = 10_000;

    private readonly IHost _host;
    private readonly Func<JsonObject, CancellationToken, Task> _cast;
    private readonly OvsdbClientSession _session;
    private readonly ChangeCast _casts;
    private readonly Queue<JsonObject> _waiting = new();
    private readonly ILogger _log;
    private TaskCompletionSource _work = new();
    private bool _isDumpDue;

    /// <summary>Watches a switch.</summary>
    /// <param name="host">The host.</param>
    /// <param name="target">The switch.</param>
    /// <param name="options">The agent's options.</param>
    /// <param name="cast">Sends one cast and returns when the broker has it.</param>
    public SwitchMonitor(IHost host, OvsdbHost target, AgentOptions options, Func<JsonObject, CancellationToken, Task> cast)
    {
        (_host, _cast, Name) = (host, cast, target.Name);
        _log = host.Logs.CreateLogger("VtepLab.L2Gateway.Agent.SwitchMonitor");
        _session = new OvsdbClientSession(host, options.SessionWith(target, ChangeCast.Monitored));
        _casts = new ChangeCast(target.Name, _session.Replica);
        _session.Replica.Changed += OnChange;
        _session.StateChanged += state =>
        {
            if (state == OvsdbClientState.Active)
            {
                RequestDump();
            }
        };
    }

    /// <summary>The name the plugin knows it by.</summary>
    public string Name { get; }

    /// <summary>True while the copy follows the switch.</summary>
    public bool IsConnected => _session.IsActive;

    /// <summary>Works until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        _session.Start();
        try
        {
            await SendAsync(cancel);
        }
        finally
        {
            await _session.StopAsync();
        }
    }

    private void RequestDump()
    {
        _waiting.Clear(); // The dump has all of them.
        _isDumpDue = true;
        _work.TrySetResult();
    }

    private void OnChange(ReplicaChange change)
    {
        // What a new connection turned out to have is in the dump that follows at once.
        if (change.IsResync || _isDumpDue || _casts.Change(change) is not { } cast)
        {
            return;
        }

        if (_waiting.Count >= MaxWaiting)
        {
            _log.LogWarning("{Switch}: {Count} changes wait for the bus; telling all of the switch instead", Name, _waiting.Count);
            RequestDump();
            return;
        }

        _waiting.Enqueue(cast);
        _work.TrySetResult();
    }

    private async Task SendAsync(CancellationToken cancel)
    {
        while (true)
        {
            await _work.Task.WaitAsync(cancel);
            if (_isDumpDue)
            {
                _isDumpDue = false;
                await _cast(_casts.Whole(), cancel);
                await _host.DelayAsync(QuietAfterDump, cancel);
            }
            else if (_waiting.TryDequeue(out var next))
            {
                await _cast(next, cancel);
            }
            else
            {
                _work = new TaskCompletionSource();
            }
        }
    }
}
