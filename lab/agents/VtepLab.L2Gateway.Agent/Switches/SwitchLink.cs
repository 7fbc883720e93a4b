using Microsoft.Extensions.Logging;
using VtepLab.Ovsdb;
using VtepLab.Runtime;

namespace VtepLab.L2Gateway.Agent;

/// <summary>Keeps a connection to a switch's database: connects, and after every loss connects again, later each time.</summary>
internal sealed class SwitchLink
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(8);

    private readonly IHost _host;
    private readonly OvsdbHost _target;
    private readonly AgentOptions _options;
    private readonly ILogger _log;
    private TaskCompletionSource<OvsdbClient> _connected = new();

    public SwitchLink(IHost host, OvsdbHost target, AgentOptions options)
    {
        (_host, _target, _options) = (host, target, options);
        _log = host.Logs.CreateLogger("VtepLab.L2Gateway.Agent.SwitchLink");
    }

    /// <summary>Called on a new connection before anybody else may use it; what it throws ends the connection.</summary>
    public Func<OvsdbClient, CancellationToken, Task>? Prepare { get; init; }

    /// <summary>True while there is a connection that was prepared.</summary>
    public bool IsConnected => _connected.Task.IsCompletedSuccessfully && _connected.Task.GetAwaiter().GetResult().Connection.IsOpen;

    /// <summary>Why there is none, in one line; empty before the first attempt has failed.</summary>
    public string LastProblem { get; private set; } = "";

    /// <summary>The connection, as soon as there is one.</summary>
    /// <exception cref="OperationCanceledException">There was none until the token was cancelled.</exception>
    public async Task<OvsdbClient> ConnectedAsync(CancellationToken cancel) => await _connected.Task.WaitAsync(cancel);

    /// <summary>Works until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        var wait = FirstWait;
        while (true)
        {
            try
            {
                await ConnectAndServeAsync(cancel);
            }
            catch (Exception broken) when (broken is IOException or OvsdbException)
            {
                if (_connected.Task.IsCompletedSuccessfully)
                {
                    _connected = new TaskCompletionSource<OvsdbClient>();
                    wait = FirstWait;
                }

                LastProblem = broken.Message;
                _log.LogWarning("{Switch}: {Problem} Connecting again in about {Wait}", _target.Name, broken.Message, wait);
            }

            // Between half and the whole of it, or many agents would come back to a switch at one moment.
            await _host.DelayAsync(wait * (0.5 + (_host.Entropy.NextDouble("backoff") / 2)), cancel);
            wait = wait * 2 < LongestWait ? wait * 2 : LongestWait;
        }
    }

    private async Task ConnectAndServeAsync(CancellationToken cancel)
    {
        await using var stream = await ConnectStreamAsync(cancel);
        var connection = new OvsdbConnection(stream, _host.Time, new OvsdbConnectionOptions
        {
            Peer = _target.Name, InactivityProbe = _options.SocketTimeout / 2, CallTimeout = _options.TransactTimeout,
        });
        var client = new OvsdbClient(connection);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var run = connection.RunAsync(stop.Token);
        try
        {
            if (Prepare is { } prepare)
            {
                await prepare(client, cancel);
            }

            _log.LogInformation("{Switch}: connected to {Endpoint}", _target.Name, _target.Endpoint);
            LastProblem = "";
            _connected.TrySetResult(client);
            await run;
        }
        finally
        {
            stop.Cancel();
            if (!run.IsCompleted)
            {
                await Task.WhenAny(run);
            }
        }
    }

    private async Task<IConnection> ConnectStreamAsync(CancellationToken cancel)
    {
        using var patience = new CancellationTokenSource(_options.TransactTimeout, _host.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel, patience.Token);
        try
        {
            return await _host.Network.ConnectAsync(_target.Endpoint, _target.Tls, both.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new NetworkException(NetworkError.Unreachable, $"{_target.Endpoint} did not answer within {_options.TransactTimeout.TotalSeconds} s.");
        }
    }
}
