using System.Globalization;
using System.Text.Json.Nodes;
using VtepLab.Hosting;
using VtepLab.Runtime;
using VtepLab.Testing.Peers;

namespace VtepLab.Benchmarks.L2Gateway;

/// <summary>The L2 gateway system as processes: RabbitMQ, an ovsdb-server, <c>vteplab neutron</c> and an agent, ours or the original.</summary>
internal sealed class GatewayRig : IAsyncDisposable
{
    /// <summary>How many compute nodes there are.</summary>
    public const int Nodes = 10;

    private readonly RabbitMqPeer _broker;
    private readonly TempDirectory _directory;
    private L2GatewayAgentPeer? _original;
    private PeerProcess? _agent;

    private GatewayRig(RabbitMqPeer broker, OvsdbServerPeer server, TempDirectory directory, PeerProcess neutron)
    {
        (_broker, Server, _directory, Neutron) = (broker, server, directory, neutron);
        var line = neutron.Output.Split('\n').First(l => l.StartsWith("listening on ", StringComparison.Ordinal));
        Cloud = new CloudRequests(new Uri(line["listening on ".Length..]));
    }

    /// <summary>The switch's database.</summary>
    public OvsdbServerPeer Server { get; }

    /// <summary>The plugin's process.</summary>
    public PeerProcess Neutron { get; }

    /// <summary>The agent's process.</summary>
    public PeerProcess Agent => _agent ?? throw new InvalidOperationException("no agent was started");

    /// <summary>The plugin's API.</summary>
    public CloudRequests Cloud { get; }

    /// <summary>The bus.</summary>
    public RabbitBusOptions Bus => new(_broker.Uri);

    /// <summary>Starts all but an agent; what users ask for comes from the database files of an earlier run, if there was one.</summary>
    /// <param name="broker">The bus; not ended with the rig.</param>
    /// <param name="database">A directory with the database files; a copy is used.</param>
    public static async Task<GatewayRig> StartAsync(RabbitMqPeer broker, string? database = null)
    {
        var server = await OvsdbServerPeer.StartAsync();
        await server.VtepCtlAsync(
            "add-ps", "leaf1", "--", "set", "Physical_Switch", "leaf1", "tunnel_ips=192.0.2.101", "--", "add-port", "leaf1", "eth1");
        var directory = new TempDirectory();
        foreach (var file in database is null ? [] : Directory.GetFiles(database))
        {
            File.Copy(file, directory[Path.GetFileName(file)]);
        }

        var neutron = Vteplab("neutron", "--listen", "http://127.0.0.1:0", "--bus", $"{broker.Uri}", "--db", directory["l2gw.db"], "--host", "controller");
        await neutron.WaitUntilAsync(
            "the API", () => Task.FromResult(neutron.Output.Contains("listening on http", StringComparison.Ordinal)), TimeSpan.FromSeconds(60));
        return new GatewayRig(broker, server, directory, neutron);
    }

    /// <summary>Starts the agent: the one that OpenStack ships, or ours.</summary>
    public void StartAgent(bool isOriginal)
    {
        var target = $"leaf1:127.0.0.1:{Server.Port}";
        _original = isOriginal ? L2GatewayAgentPeer.Start(_broker, "agent-1", target) : null;
        _agent = _original?.Process ?? StartOurs(_broker, _directory, [target]);
    }

    /// <summary>Starts our agent.</summary>
    /// <param name="broker">The bus.</param>
    /// <param name="directory">Where its file goes.</param>
    /// <param name="switches">Its switches: <c>name:address:port</c> each.</param>
    /// <param name="reportInterval">Its <c>report_interval</c>, in seconds.</param>
    public static PeerProcess StartOurs(RabbitMqPeer broker, TempDirectory directory, IEnumerable<string> switches, int reportInterval = 5)
    {
        File.WriteAllText(directory["agent.ini"], string.Create(CultureInfo.InvariantCulture, $"""
            [DEFAULT]
            host = agent-1
            transport_url = rabbit://guest:guest@127.0.0.1:{broker.Port}/
            [agent]
            report_interval = {reportInterval}
            [ovsdb]
            ovsdb_hosts = {string.Join(',', switches)}

            """));
        return Vteplab("agent", "l2gateway", "--config", directory["agent.ini"]);
    }

    /// <summary>Reports as the L2 agents of the compute nodes, again and again.</summary>
    public static async Task ReportNodesAsync(IHost host)
    {
        for (var n = 0; n < Nodes; n++)
        {
            await host.Bus.CallAsync(new BusTarget("q-reports-plugin", Version: "1.2"), "report_state", Report(n), TimeSpan.FromSeconds(60));
        }

        host.Spawn("L2 agents", async stop =>
        {
            while (true)
            {
                await host.DelayAsync(TimeSpan.FromSeconds(25), stop);
                for (var n = 0; n < Nodes; n++)
                {
                    await host.Bus.CastAsync(new BusTarget("q-reports-plugin", Version: "1.2"), "report_state", Report(n), cancel: stop);
                }
            }
        });
    }

    /// <summary>Asks again until it holds.</summary>
    public async Task UntilAsync(IHost host, string what, Func<Task<bool>> holds, TimeSpan? limit = null)
    {
        var start = host.Time.GetTimestamp();
        while (!await holds())
        {
            if (host.Time.GetElapsedTime(start) > (limit ?? TimeSpan.FromSeconds(90)) || Neutron.HasExited || Agent.HasExited)
            {
                throw new TimeoutException($"{what} did not come about\n{Neutron.Output}\n{Agent.Output}");
            }

            await host.DelayAsync(TimeSpan.FromMilliseconds(100));
        }
    }

    /// <summary>Ends the plugin in good order and keeps its database files.</summary>
    public async Task KeepDatabaseAsync(string into)
    {
        await Neutron.DisposeAsync();
        foreach (var file in Directory.GetFiles(_directory.Path, "l2gw.db*"))
        {
            File.Copy(file, Path.Combine(into, Path.GetFileName(file)), overwrite: true);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Cloud.Dispose();
        if (_agent is not null)
        {
            await _agent.DisposeAsync();
        }

        if (_original is not null)
        {
            await _original.DisposeAsync();
        }

        await Neutron.DisposeAsync();
        await Server.DisposeAsync();
        _directory.Dispose();
    }

    private static PeerProcess Vteplab(params string[] arguments) => PeerProcess.Start(Path.Combine(AppContext.BaseDirectory, "vteplab"), arguments);

    private static JsonObject Report(int n) => new()
    {
        ["time"] = "2026-01-01T00:00:00.000000",
        ["agent_state"] = new JsonObject
        {
            ["agent_state"] = new JsonObject
            {
                ["agent_type"] = "Open vSwitch agent", ["binary"] = "neutron-openvswitch-agent", ["host"] = $"node-{n}", ["topic"] = "N/A",
                ["configurations"] = new JsonObject { ["tunnel_types"] = new JsonArray("vxlan"), ["tunneling_ip"] = $"192.0.2.{11 + n}", ["l2_population"] = true },
            },
        },
    };
}
