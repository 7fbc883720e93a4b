using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using VtepLab.Neutron;
using VtepLab.Ovsdb;
using VtepLab.OvsdbPeers;
using VtepLab.Runtime;

namespace VtepLab.L2Gateway.Agent;

/// <summary>Mirrors one switch and casts to the plugin all it holds after every connect, and then every change, each once.</summary>
internal sealed class SwitchMonitor
{
    // A plugin of the original kind takes a moment to fill its tables from a dump and acts on what it does not find there yet.
    private static readonly TimeSpan QuietAfterDump = TimeSpan.FromSeconds(1);

    // While thousands of addresses are being written the switch comes first, but not for long.
    private static readonly TimeSpan LongestHold = TimeSpan.FromSeconds(1);

    // A switch whose every change waits for a broker that is gone: the dump that follows tells all of them at once.
    private const int MaxWaiting = 10_000;

    private readonly IHost _host;
    private readonly long? _term;
    private readonly DumpTurn _dumps;
    private readonly Func<JsonObject, CastOrigin, CancellationToken, Task<bool>> _cast;
    private readonly OvsdbClientSession _session;
    private readonly GatewaySwitch _gateway;
    private readonly bool _isOurs;
    private readonly ChangeCast _casts;
    private readonly Queue<Func<JsonObject>> _waiting = new();
    private readonly ILogger _log;
    private TaskCompletionSource _work = new();
    private bool _isDumpDue;
    private CastOrigin? _origin;

    /// <summary>Watches a switch.</summary>
    /// <param name="host">The host.</param>
    /// <param name="target">The switch.</param>
    /// <param name="options">The agent's options.</param>
    /// <param name="term">The election under which it does.</param>
    /// <param name="dumps">Whose turn it is to tell all of a switch.</param>
    /// <param name="cast">Sends one cast and returns when the broker has it: true; false when no broker would ever take it.</param>
    public SwitchMonitor(
        IHost host, ServedSwitch target, AgentOptions options, long? term, DumpTurn dumps, Func<JsonObject, CastOrigin, CancellationToken, Task<bool>> cast)
    {
        (_host, _term, _dumps, _cast, Name, _gateway) = (host, term, dumps, cast, target.Name, target.Gateway);
        _log = host.Logs.CreateLogger("VtepLab.L2Gateway.Agent.SwitchMonitor");
        _isOurs = target.DialledIn is null;
        _session = target.DialledIn ?? new OvsdbClientSession(host, options.SessionWith(target.Target!, ChangeCast.Monitored));
        _casts = new ChangeCast(target.Name, _session.Replica, isToOurs: term is not null, options.MaxRowsPerCast);
    }

    /// <summary>The name the plugin knows it by.</summary>
    public string Name { get; }

    /// <summary>True while the copy follows the switch.</summary>
    public bool IsConnected => _session.IsActive;

    /// <summary>The last cast that the broker has confirmed; null before the first.</summary>
    public CastOrigin? LastTold { get; private set; }

    /// <summary>Works until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        _session.Replica.Changed += OnChange;
        _session.StateChanged += OnState;
        if (_isOurs)
        {
            _session.Start();
        }

        OnState(_session.State);
        using var mirror = new SwitchMirror(_session);
        _gateway.Mirror = mirror;
        try
        {
            await SendAsync(cancel);
        }
        finally
        {
            if (_gateway.Mirror == mirror)
            {
                _gateway.Mirror = null; // Otherwise it is the next monitor's by now.
            }

            _session.Replica.Changed -= OnChange;
            _session.StateChanged -= OnState;
            if (_isOurs)
            {
                await _session.StopAsync();
            }
        }
    }

    private void OnState(OvsdbClientState state)
    {
        if (state == OvsdbClientState.Active)
        {
            RequestDump();
        }
    }

    /// <summary>Tells everything anew, if the switch is connected; otherwise that happens when it is.</summary>
    public void TellAnew()
    {
        if (IsConnected)
        {
            RequestDump();
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
        if (change.IsResync || _isDumpDue || _casts.Change(change) is not { Count: > 0 } casts)
        {
            return;
        }

        if (_waiting.Count >= MaxWaiting)
        {
            _log.LogWarning("{Switch}: {Count} changes wait for the bus; telling all of the switch instead", Name, _waiting.Count);
            RequestDump();
            return;
        }

        foreach (var cast in casts)
        {
            _waiting.Enqueue(cast);
        }

        _work.TrySetResult();
    }

    private async Task SendAsync(CancellationToken cancel)
    {
        while (true)
        {
            await _work.Task.WaitAsync(cancel);
            await HoldAsync(cancel);
            if (_isDumpDue)
            {
                using (await _dumps.TakeAsync(cancel))
                {
                    _isDumpDue = false;
                    await TellWholeAsync(cancel);
                }

                await _host.DelayAsync(QuietAfterDump, cancel);
            }
            else if (_waiting.TryDequeue(out var next))
            {
                if (_origin is { } last)
                {
                    await TellAsync(next(), last with { Sequence = last.Sequence + 1 }, cancel);
                }
                else
                {
                    RequestDump(); // The last one was too large to tell, and may not be any more.
                }
            }
            else
            {
                _work = new TaskCompletionSource();
            }
        }
    }

    private async Task HoldAsync(CancellationToken cancel)
    {
        try
        {
            await _gateway.Calm.WaitAsync(LongestHold, _host.Time, cancel);
        }
        catch (TimeoutException)
        {
            // It is told in between.
        }
    }

    private async Task TellWholeAsync(CancellationToken cancel)
    {
        _origin = null;
        var origin = new CastOrigin(_term, _host.Entropy.NewUuid().ToString("N"), 0);
        foreach (var part in _casts.Whole())
        {
            if (_isDumpDue || !await TellAsync(part(), origin, cancel))
            {
                return; // All of it is told anew; or what is too large for a message, which leaves nothing to go on from.
            }

            origin = origin with { Sequence = origin.Sequence + 1 };
        }
    }

    private async Task<bool> TellAsync(JsonObject arguments, CastOrigin origin, CancellationToken cancel)
    {
        if (!await _cast(arguments, origin, cancel))
        {
            return false; // It has no number: the plugin would miss it for ever.
        }

        (_origin, LastTold) = (origin, origin);
        return true;
    }
}
