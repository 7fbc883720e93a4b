using Microsoft.Extensions.Logging;
using VtepLab.Ovsdb;
using VtepLab.Runtime;

namespace VtepLab.OvsdbPeers;

/// <summary>One remote of the server at work: listens and serves who comes, or connects out and serves whom it reached.</summary>
/// <remarks>Whichever side connects, the server waits for requests (ovsdb(7), "Connection Methods").</remarks>
public sealed class ServerRemote
{
    private readonly OvsdbServerService _service;
    private readonly IHost _host;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop;
    private readonly List<ServerConnection> _connections = [];
    private readonly TaskCompletionSource _ended = new();
    private int _serving;

    internal ServerRemote(OvsdbServerService service, IHost host, RemoteSettings settings)
    {
        (_service, _host, Settings) = (service, host, settings);
        _log = host.Logs.CreateLogger<OvsdbServerService>();
        _stop = CancellationTokenSource.CreateLinkedTokenSource(service.Stopping);
    }

    /// <summary>What it was made from.</summary>
    public RemoteSettings Settings { get; }

    /// <summary>Where it listens, with the port it was given; null while it does not.</summary>
    public Endpoint? ListeningOn { get; private set; }

    /// <summary>Number of open connections.</summary>
    public int ConnectionCount => _connections.Count;

    /// <summary>The session of the oldest open connection; null without one.</summary>
    public OvsdbSession? Session => _connections.Count == 0 ? null : _connections[0].Session;

    /// <summary>The word of ovsdb-server for what it is doing: VOID, BACKOFF, CONNECTING, ACTIVE or IDLE.</summary>
    public string State => _connections.Count == 0 ? _state : _connections[0].IsIdle ? "IDLE" : "ACTIVE";

    /// <summary>Why the last attempt failed or the last connection ended; null when nothing has.</summary>
    public string? LastError { get; private set; }

    /// <summary>When the last connection was made, in timestamps of the host's clock; null when none was.</summary>
    public long? ConnectedAt { get; private set; }

    /// <summary>When the last connection ended; null when none has.</summary>
    public long? DisconnectedAt { get; private set; }

    private string _state = "VOID";

    /// <summary>Opens the listener, so that a failure shows at once, and begins to serve; an active remote begins to connect.</summary>
    /// <exception cref="NetworkException">The address cannot be listened on.</exception>
    internal async Task StartAsync()
    {
        if (!Settings.Endpoint.IsPassive)
        {
            Spawn(() => ConnectAsync(_stop.Token));
            return;
        }

        var listener = await ListenAsync();
        Spawn(() => AcceptAsync(listener, _stop.Token));
    }

    /// <summary>As <see cref="StartAsync"/>, but an address that cannot be listened on is tried again.</summary>
    internal void StartPatiently()
    {
        if (!Settings.Endpoint.IsPassive)
        {
            Spawn(() => ConnectAsync(_stop.Token));
            return;
        }

        Spawn(async () =>
        {
            var backoff = new ReconnectBackoff(Settings.MaxBackoff);
            while (true)
            {
                try
                {
                    await AcceptAsync(await ListenAsync(), _stop.Token);
                }
                catch (NetworkException e)
                {
                    LastError = e.Message;
                    _log.LogWarning("{Remote}: {Reason}", Settings.Endpoint, e.Message);
                }

                await _host.DelayAsync(backoff.Next(TimeSpan.Zero), _stop.Token);
            }
        });
    }

    /// <summary>Stops listening or connecting and ends the connections.</summary>
    internal async Task StopAsync()
    {
        _stop.Cancel();
        if (_serving > 0)
        {
            await _ended.Task;
        }
    }

    private ValueTask<IListener> ListenAsync()
    {
        RequireIdentity();
        return _host.Network.ListenAsync(Settings.Endpoint, _service.Options.Tls, _stop.Token);
    }

    /// <summary>A manager row may name a TLS remote on a server without keys: that fails like any connection, and may be mended later.</summary>
    private void RequireIdentity()
    {
        if (Settings.Endpoint.IsTls && _service.Options.Tls is null)
        {
            throw new NetworkException(NetworkError.Tls, $"{Settings.Endpoint} needs a private key, a certificate and an authority; the server has none");
        }
    }

    private void Spawn(Func<Task> work)
    {
        _serving++;
        _host.Spawn($"OVSDB remote {Settings.Endpoint}", async _ =>
        {
            try
            {
                await work();
            }
            finally
            {
                if (--_serving == 0)
                {
                    _ended.TrySetResult();
                }
            }
        });
    }

    private async Task AcceptAsync(IListener listener, CancellationToken cancel)
    {
        await using (listener)
        {
            ListeningOn = listener.Local;
            _log.LogInformation("listening on {Endpoint}", listener.Local);
            try
            {
                while (true)
                {
                    var connection = await listener.AcceptAsync(cancel);
                    Spawn(() => ServeAsync(connection));
                }
            }
            finally
            {
                ListeningOn = null;
            }
        }
    }

    private async Task ConnectAsync(CancellationToken cancel)
    {
        var backoff = new ReconnectBackoff(Settings.MaxBackoff);
        while (true)
        {
            var aliveFor = TimeSpan.Zero;
            try
            {
                _state = "CONNECTING";
                RequireIdentity();
                aliveFor = await ServeAsync(await _host.Network.ConnectAsync(Settings.Endpoint, _service.Options.Tls, cancel));
            }
            catch (NetworkException e)
            {
                LastError = e.Message;
            }

            cancel.ThrowIfCancellationRequested();
            _state = "BACKOFF";
            var wait = backoff.Next(aliveFor);
            _log.LogInformation("{Remote}: {Reason}; connecting again in {Wait} s", Settings.Endpoint, LastError, wait.TotalSeconds);
            await _host.DelayAsync(wait, cancel);
        }
    }

    /// <summary>Serves one connection to its end; tells how long the peer showed life.</summary>
    private async Task<TimeSpan> ServeAsync(IConnection stream)
    {
        ServerConnection connection;
        try
        {
            connection = new ServerConnection(stream, _service.Server, _host.Time, Settings.EffectiveProbe, _service.Options.Tap);
        }
        catch (InvalidOperationException full)
        {
            _log.LogWarning("{Remote} is turned away: {Reason}", stream.Remote, full.Message);
            stream.Abort();
            return TimeSpan.Zero;
        }

        var began = _host.Time.GetTimestamp();
        _connections.Add(connection);
        ConnectedAt = began;
        try
        {
            await connection.RunAsync(_service.Options.StopGrace, _stop.Token);
        }
        finally
        {
            _connections.Remove(connection);
            DisconnectedAt = _host.Time.GetTimestamp();
            LastError = connection.EndReason;
            connection.Dispose();
        }

        _log.LogInformation("{Peer}: {Reason}", connection.Session.Peer, connection.EndReason);
        return _host.Time.GetElapsedTime(began) - connection.Silence;
    }
}
