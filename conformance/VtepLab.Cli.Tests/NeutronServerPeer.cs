using System.Globalization;
using VtepLab.Testing;
using VtepLab.Testing.Peers;

namespace VtepLab.Cli.Tests;

/// <summary>OpenStack's own Neutron server: Debian's <c>neutron-server</c>, with ML2 and the service plugin of networking-l2gw 19, without Keystone.</summary>
internal sealed class NeutronServerPeer : IAsyncDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly int _port = PeerProcess.FreePort();
    private readonly PeerProcess _process;

    private NeutronServerPeer(RabbitMqPeer broker)
    {
        Directory.CreateDirectory(_directory["policy.d"]);
        File.WriteAllText(_directory["policy.yaml"], "# As neutron has it.\n");
        File.WriteAllText(_directory["neutron.conf"], string.Create(CultureInfo.InvariantCulture, $"""
            [DEFAULT]
            auth_strategy = noauth
            core_plugin = ml2
            service_plugins = networking_l2gw.services.l2gateway.plugin.L2GatewayPlugin
            host = controller
            bind_host = 127.0.0.1
            bind_port = {_port}
            transport_url = rabbit://guest:guest@127.0.0.1:{broker.Port}/
            api_workers = 0
            rpc_workers = 0
            rpc_state_report_workers = 0
            notify_nova_on_port_status_changes = False
            notify_nova_on_port_data_changes = False
            api_paste_config = /usr/share/neutron-common/api-paste.ini
            state_path = {_directory["state"]}
            periodic_monitoring_interval = 1
            [service_providers]
            service_provider = L2GW:l2gw:networking_l2gw.services.l2gateway.service_drivers.rpc_l2gw.L2gwRpcDriver:default
            [oslo_policy]
            policy_file = {_directory["policy.yaml"]}
            policy_dirs = {_directory["policy.d"]}
            [oslo_concurrency]
            lock_path = {_directory["lock"]}
            [database]
            connection = sqlite:///{_directory["neutron.db"]}?timeout=0
            [ml2]
            type_drivers = vxlan
            tenant_network_types = vxlan
            mechanism_drivers = openvswitch,l2population
            [ml2_type_vxlan]
            vni_ranges = 5000:7000

            """));
        _process = PeerProcess.Start(
            RealPeer.Require("/usr/bin/python3"), // Debian's own, whose packages they are.
            [Path.Combine(TestContext.CurrentContext.TestDirectory, "neutron_server.py"), _directory["neutron.db"], "--config-file", _directory["neutron.conf"]]);
        Client = new NeutronClient(new Uri($"http://127.0.0.1:{_port}"));
    }

    /// <summary>A client of its API.</summary>
    public NeutronClient Client { get; }

    /// <summary>What the server wrote.</summary>
    public string Output => _process.Output;

    /// <summary>Starts a server and waits until it answers.</summary>
    public static async Task<NeutronServerPeer> StartAsync(RabbitMqPeer broker)
    {
        RealPeer.Require("neutron-server");
        var peer = new NeutronServerPeer(broker);
        try
        {
            await peer._process.WaitUntilAsync("an answer", peer.AnswersAsync, TimeSpan.FromSeconds(90));
            return peer;
        }
        catch // Whatever it was, the test has no peer to end.
        {
            await peer.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _process.DisposeAsync();
        _directory.Dispose();
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            return (await Client.AskAsync("GET", "/l2-gateways")).Status == 200;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
