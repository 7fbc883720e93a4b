namespace VtepLab.Testing.Peers;

/// <summary>A real RabbitMQ broker (Debian's) on a loopback port, with a node name, a port mapper and directories of its own.</summary>
public sealed class RabbitMqPeer : IAsyncDisposable
{
    private const string Scripts = "/usr/lib/rabbitmq/bin";

    private readonly TempDirectory _directory = new();
    private readonly Dictionary<string, string> _environment;
    private readonly PeerProcess _portMapper;
    private PeerProcess? _server;

    private RabbitMqPeer(string portMapper)
    {
        Port = PeerProcess.FreePort();
        var mapperPort = PeerProcess.FreePort();
        File.WriteAllText(_directory["plugins"], "[].\n");
        File.WriteAllText(_directory["rabbitmq.conf"], "vm_memory_high_watermark.absolute = 256MB\ndisk_free_limit.absolute = 1MB\n");
        _environment = new Dictionary<string, string>
        {
            ["HOME"] = _directory.Path,
            ["ERL_EPMD_PORT"] = $"{mapperPort}",
            ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_CONF_ENV_FILE"] = _directory["no-env.conf"],
            ["RABBITMQ_CONFIG_FILE"] = _directory["rabbitmq.conf"],
            ["RABBITMQ_ADVANCED_CONFIG_FILE"] = _directory["no-advanced.config"],
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = _directory["plugins"],
            ["RABBITMQ_NODENAME"] = $"vl{Port}@localhost",
            ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_NODE_PORT"] = $"{Port}",
            ["RABBITMQ_DIST_PORT"] = $"{PeerProcess.FreePort()}",
            ["RABBITMQ_MNESIA_BASE"] = _directory["mnesia"],
            ["RABBITMQ_LOG_BASE"] = _directory["log"],
            ["RABBITMQ_LOGS"] = "-",
            ["RABBITMQ_PID_FILE"] = _directory["pid"],
            // The port mapper is ours and ends with us; one that the runtime starts would stay.
            ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-start_epmd false",
        };
        _portMapper = PeerProcess.Start(portMapper, ["-port", $"{mapperPort}", "-address", "127.0.0.1"], _environment);
    }

    /// <summary>The AMQP port of 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>Where clients reach it.</summary>
    public Uri Uri => new($"amqp://guest:guest@127.0.0.1:{Port}/");

    /// <summary>Somebody else has the AMQP port, the distribution port or the port mapper's.</summary>
    private bool HasLostAPort => _portMapper.HasExited || _server?.Output is { } output
        && (output.Contains("eaddrinuse", StringComparison.Ordinal) || output.Contains("already in use", StringComparison.Ordinal));

    /// <summary>Starts a broker and waits until it takes connections.</summary>
    public static async Task<RabbitMqPeer> StartAsync()
    {
        if (!File.Exists($"{Scripts}/rabbitmq-server"))
        {
            RealPeer.Missing($"this machine has no {Scripts}/rabbitmq-server; './vteplab test' installs what the tests need");
        }

        for (var tries = 1; ; tries++)
        {
            var peer = new RabbitMqPeer(RealPeer.Require("epmd"));
            try
            {
                await peer.StartAgainAsync();
                return peer;
            }
            catch (TimeoutException) when (tries < 5 && peer.HasLostAPort)
            {
                await peer.DisposeAsync(); // Its ports were free a moment ago and are somebody else's now: others will do.
            }
            catch
            {
                await peer.DisposeAsync();
                throw;
            }
        }
    }

    /// <summary>Starts it again on the same port, after <see cref="CrashAsync"/>.</summary>
    public async Task StartAgainAsync()
    {
        _server = PeerProcess.Start($"{Scripts}/rabbitmq-server", [], _environment);
        await _server.WaitUntilAsync(
            "the end of the start", () => Task.FromResult(_server.Output.Contains("Server startup complete", StringComparison.Ordinal)), TimeSpan.FromSeconds(60));
    }

    /// <summary>Runs <c>rabbitmqctl</c> against it.</summary>
    public async Task<string> ControlAsync(params string[] arguments) =>
        (await PeerProcess.RunAsync($"{Scripts}/rabbitmqctl", ["-q", "-n", _environment["RABBITMQ_NODENAME"], .. arguments], _environment)).Success();

    /// <summary>Kills the broker; transient queues are gone.</summary>
    public async Task CrashAsync()
    {
        if (_server is { } server)
        {
            _server = null;
            await server.KillAsync();
            await server.DisposeAsync();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_server is { } server)
        {
            _server = null;
            await server.DisposeAsync();
        }

        await _portMapper.DisposeAsync();
        _directory.Dispose();
    }
}
