using System.Globalization;
using VtepLab.Hosting;

namespace VtepLab.Testing.Peers;

/// <summary>A real RabbitMQ broker (Debian's) on a loopback port, with a node name, a port mapper and directories of its own.</summary>
public sealed class RabbitMqPeer : IAsyncDisposable
{
    private const string Cookie = ".erlang.cookie";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2); // Each start of an Erlang machine takes two seconds of a processor.

    private readonly TempDirectory _directory = new();
    private readonly RabbitNode _node;
    private readonly PeerProcess? _portMapper; // Of a cluster the first member's.
    private PeerProcess? _server;

    private RabbitMqPeer(string portMapper, CertificateFolder? certificates)
    {
        _node = new RabbitNode(_directory.Path, PeerProcess.FreePort(), PeerProcess.FreePort(), PeerProcess.FreePort());
        TlsPort = PeerProcess.FreePort();
        _node.WriteConfiguration(certificates is null ? [] :
        [
            $"listeners.ssl.1 = 127.0.0.1:{TlsPort}", $"ssl_options.cacertfile = {certificates["ca.pem"]}",
            $"ssl_options.certfile = {certificates["broker.pem"]}", $"ssl_options.keyfile = {certificates["broker.key"]}",
            "ssl_options.verify = verify_peer", "ssl_options.fail_if_no_peer_cert = true",
        ]);
        _portMapper = PeerProcess.Start(portMapper, _node.MapperArguments, _node.Environment);
    }

    private RabbitMqPeer(RabbitMqPeer first)
    {
        _node = new RabbitNode(_directory.Path, PeerProcess.FreePort(), first._node.MapperPort, PeerProcess.FreePort());
        _node.WriteConfiguration(["cluster_formation.peer_discovery_backend = classic_config", $"cluster_formation.classic_config.nodes.1 = {first._node.Name}"]);
        File.Copy(first._directory[Cookie], _directory[Cookie]); // By which members of a cluster know each other.
    }

    /// <summary>The AMQP port of 127.0.0.1.</summary>
    public int Port => _node.Port;

    /// <summary>The port where it speaks TLS, if it was started with certificates.</summary>
    public int TlsPort { get; }

    /// <summary>Where clients reach it.</summary>
    public Uri Uri => new($"amqp://guest:guest@127.0.0.1:{Port}/");

    /// <summary>Somebody else has the AMQP port, the distribution port or the port mapper's.</summary>
    private bool HasLostAPort => _portMapper is { HasExited: true } || _server?.Output is { } output
        && (output.Contains("eaddrinuse", StringComparison.Ordinal) || output.Contains("already in use", StringComparison.Ordinal));

    /// <summary>Starts a broker and waits until it takes connections.</summary>
    /// <param name="certificates">Has <c>ca</c> and <c>broker</c>, for TLS with certificates on both sides; null for none.</param>
    public static Task<RabbitMqPeer> StartAsync(CertificateFolder? certificates = null)
    {
        if (!File.Exists(RabbitNode.Program))
        {
            RealPeer.Missing($"this machine has no {RabbitNode.Program}; './vteplab test' installs what the tests need");
        }

        return StartAsync(() => new RabbitMqPeer(RealPeer.Require("epmd"), certificates));
    }

    /// <summary>Starts a further member of this broker's cluster, which is to end before this one.</summary>
    public Task<RabbitMqPeer> StartMemberAsync() => StartAsync(() => new RabbitMqPeer(this));

    private static async Task<RabbitMqPeer> StartAsync(Func<RabbitMqPeer> make)
    {
        for (var tries = 1; ; tries++)
        {
            var peer = make();
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
        _server = PeerProcess.Start(RabbitNode.Program, [], _node.Environment);
        await _server.WaitUntilAsync(
            "the end of the start", () => Task.FromResult(_server.Output.Contains(RabbitNode.ReadyText, StringComparison.Ordinal)), Patience);
    }

    /// <summary>Runs <c>rabbitmqctl</c> against it.</summary>
    public async Task<string> ControlAsync(params string[] arguments) =>
        (await PeerProcess.RunAsync($"{RabbitNode.Scripts}/rabbitmqctl", ["-q", "-n", _node.Name, .. arguments], _node.Environment, limit: Patience)).Success();

    /// <summary>Evaluates Erlang in the broker, as <c>rabbitmqctl eval</c> does, but in a hundredth of the time: that one starts an Erlang machine of its own.</summary>
    /// <param name="expressions">Erlang expressions without the full stop.</param>
    /// <returns>The value of the last, as Erlang writes it.</returns>
    public async Task<string> EvaluateAsync(string expressions)
    {
        var answer = (await PeerProcess.RunAsync(
            RealPeer.Require("erl_call"), ["-address", $"localhost:{_node.DistributionPort}", "-e"], _node.Environment, input: $"{expressions}.\n", limit: Patience)).Success();
        return answer.StartsWith("{ok, ", StringComparison.Ordinal) ? answer["{ok, ".Length..^1] : throw new InvalidOperationException($"{expressions}: {answer}");
    }

    /// <summary>Makes a virtual host in which the user <c>guest</c> may do everything.</summary>
    public async Task MakeSpaceAsync(string name) => await EvaluateAsync(
        $"""
        rabbit_vhost:add(<<"{name}">>, <<"guest">>),
        rabbit_auth_backend_internal:set_permissions(<<"guest">>, <<"{name}">>, <<".*">>, <<".*">>, <<".*">>, <<"guest">>)
        """);

    /// <summary>How many messages a consumer has got and not acknowledged yet.</summary>
    /// <param name="queue">How the names of the queues begin.</param>
    public async Task<int> UnacknowledgedAsync(string queue) => int.Parse(
        await EvaluateAsync(
            $$$"""
            lists:sum([N || [{name, {resource, _, _, <<"{{{queue}}}", _/binary>>}}, {messages_unacknowledged, N}]
                <- rabbit_amqqueue:info_all(<<"/">>, [name, messages_unacknowledged])])
            """),
        CultureInfo.InvariantCulture);

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

        if (_portMapper is not null)
        {
            await _portMapper.DisposeAsync();
        }

        _directory.Dispose();
    }
}
