using System.Collections.Immutable;
using VtepLab.Hosting;
using VtepLab.L2Gateway.Agent;
using VtepLab.Neutron;
using VtepLab.OvsdbPeers;
using VtepLab.Runtime;
using VtepLab.Testing.Peers;

namespace VtepLab.Agents.Tests.L2Gateway;

/// <summary>The plugin's requests carried out on Debian's ovsdb-server; what it then holds is read with vtep-ctl.</summary>
[Category(RealPeer.Category)]
public partial class GatewaySwitchRealPeerTests
{
    private static readonly LogicalSwitchDict Blue = new(null, "blue", 5000, "the blue network");
    private static readonly LogicalSwitchDict Red = new(null, "red", 6000, "");
    private OvsdbServerPeer _server = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _server = await OvsdbServerPeer.StartAsync();
        await _server.VtepCtlAsync(
            "add-ps", "leaf1", "--", "set", "Physical_Switch", "leaf1", "tunnel_ips=192.0.2.101", "--", "add-port", "leaf1", "eth1", "--",
            "add-port", "leaf1", "eth2");
    }

    [TearDown]
    public ValueTask StopAsync() => _server.DisposeAsync();

    [Test]
    public async Task A_connection_makes_logical_switch_binding_and_remote_MACs()
    {
        await RunAsync(s => s.UpdateConnectionAsync(Connect(Blue, "eth1", 10, Behind("192.0.2.11", 1, 2), Behind("192.0.2.12", 3)), default));

        Assert.That(await CtlAsync("list-ls"), Is.EqualTo("blue"));
        Assert.That(await CtlAsync("--bare", "--columns=tunnel_key", "list", "Logical_Switch"), Is.EqualTo("5000"));
        Assert.That(await CtlAsync("list-bindings", "leaf1", "eth1"), Is.EqualTo("0010 blue"));
        Assert.That(await RemoteMacsAsync("blue"), Is.EqualTo(
            "02:1a:0a:00:00:01->192.0.2.11 02:1a:0a:00:00:02->192.0.2.11 02:1a:0a:00:00:03->192.0.2.12"));
    }

    [Test]
    public async Task What_is_asked_for_twice_changes_nothing_the_second_time()
    {
        var request = Connect(Blue, "eth1", 10, Behind("192.0.2.11", 1, 2, 3, 4, 5, 6));
        await RunAsync(s => s.UpdateConnectionAsync(request, default));
        var before = await _server.OvsdbClientAsync("dump", "hardware_vtep");

        await RunAsync(async s =>
        {
            await s.UpdateConnectionAsync(request, default);
            await s.AddVifAsync(new AddVifRequest("leaf1", Blue, new LocatorDict(null, "192.0.2.11"), Mac(3)), default);
        });

        Assert.That(await _server.OvsdbClientAsync("dump", "hardware_vtep"), Is.EqualTo(before));
    }

    [Test]
    public async Task A_locator_that_is_there_is_used_again_although_the_plugin_knows_of_none()
    {
        await RunAsync(async s =>
        {
            await s.AddVifAsync(new AddVifRequest("leaf1", Blue, new LocatorDict(null, "192.0.2.11"), Mac(1)), default);
            await s.AddVifAsync(new AddVifRequest("leaf1", Blue, new LocatorDict(null, "192.0.2.11"), Mac(2)), default);
            // A UUID from before the switch collected the row must not count.
            await s.AddVifAsync(new AddVifRequest("leaf1", Red, new LocatorDict(Guid.Parse("00000000-1111-4222-8333-444444444444"), "192.0.2.11"), Mac(3)), default);
        });

        Assert.That(await CtlAsync("--bare", "--columns=dst_ip", "list", "Physical_Locator"), Is.EqualTo("192.0.2.11"));
        Assert.That(await RemoteMacsAsync("red"), Is.EqualTo("02:1a:0a:00:00:03->192.0.2.11"));
    }

    [Test]
    public async Task A_machine_that_moves_is_behind_its_new_node_alone()
    {
        await RunAsync(async s =>
        {
            await s.AddVifAsync(new AddVifRequest("leaf1", Blue, new LocatorDict(null, "192.0.2.11"), Mac(1)), default);
            var row = Guid.Parse(await CtlAsync("--bare", "--columns=_uuid", "list", "Ucast_Macs_Remote"));
            await s.UpdateVifAsync(new UpdateVifRequest("leaf1", new LocatorDict(null, "192.0.2.12"), Mac(1) with { Uuid = row }), default);
        });

        Assert.That(await RemoteMacsAsync("blue"), Is.EqualTo("02:1a:0a:00:00:01->192.0.2.12"));
        Assert.That(await CtlAsync("--bare", "--columns=dst_ip", "list", "Physical_Locator"), Is.EqualTo("192.0.2.12"));
    }

    [Test]
    public async Task A_move_of_a_row_that_is_gone_puts_the_machine_where_it_belongs()
    {
        await RunAsync(async s =>
        {
            await s.AddVifAsync(new AddVifRequest("leaf1", Blue, new LocatorDict(null, "192.0.2.11"), Mac(1)), default);
            var network = Guid.Parse(await CtlAsync("--bare", "--columns=_uuid", "list", "Logical_Switch"));
            var stale = Mac(1) with { Uuid = Guid.Parse("00000000-1111-4222-8333-444444444444"), LogicalSwitchId = network };
            await s.UpdateVifAsync(new UpdateVifRequest("leaf1", new LocatorDict(null, "192.0.2.12"), stale), default);
        });

        Assert.That(await RemoteMacsAsync("blue"), Is.EqualTo("02:1a:0a:00:00:01->192.0.2.12"));
    }

    [Test]
    public async Task Rows_that_two_writers_left_for_one_MAC_become_one()
    {
        await RunAsync(s => s.AddVifAsync(new AddVifRequest("leaf1", Blue, new LocatorDict(null, "192.0.2.11"), Mac(1)), default));
        await CtlAsync(
            "--id=@l", "create", "Physical_Locator", "dst_ip=192.0.2.13", "encapsulation_type=vxlan_over_ipv4", "--", "create",
            "Ucast_Macs_Remote", "MAC=\"02:1a:0a:00:00:01\"", "locator=@l", $"logical_switch={await CtlAsync("--bare", "--columns=_uuid", "list", "Logical_Switch")}");

        await RunAsync(s => s.AddVifAsync(new AddVifRequest("leaf1", Blue, new LocatorDict(null, "192.0.2.12"), Mac(1)), default));

        Assert.That(await RemoteMacsAsync("blue"), Is.EqualTo("02:1a:0a:00:00:01->192.0.2.12"));
    }

    [Test]
    public async Task A_deleted_connection_leaves_the_bindings_of_others()
    {
        await RunAsync(async s =>
        {
            await s.UpdateConnectionAsync(Connect(Blue, "eth1", 10), default);
            await s.UpdateConnectionAsync(Connect(Red, "eth1", 20), default);
            await s.UpdateConnectionAsync(Connect(Blue, "eth1", 10) with { Operation = ConnectionOperation.Delete }, default);
            // VLAN 20 is red's, whatever a late request of blue says.
            await s.UpdateConnectionAsync(Connect(Blue, "eth1", 20) with { Operation = ConnectionOperation.Delete }, default);
        });

        Assert.That(await CtlAsync("list-bindings", "leaf1", "eth1"), Is.EqualTo("0020 red"));
    }

    [Test]
    public async Task A_VLAN_is_bound_to_the_network_that_asked_last()
    {
        await RunAsync(async s =>
        {
            await s.UpdateConnectionAsync(Connect(Blue, "eth1", 10), default);
            await s.UpdateConnectionAsync(Connect(Red, "eth1", 10), default);
        });

        Assert.That(await CtlAsync("list-bindings", "leaf1", "eth1"), Is.EqualTo("0010 red"));
    }

    [Test]
    public async Task A_port_whose_name_two_switches_of_the_database_have_is_not_guessed()
    {
        await CtlAsync("add-ps", "leaf1b", "--", "add-port", "leaf1b", "eth1");

        var error = await RefusedAsync(s => s.UpdateConnectionAsync(Connect(Blue, "eth1", 10), default));

        Assert.That(error.Message, Is.EqualTo("leaf1 has 2 ports eth1, and the request does not say of which switch or which row"));
    }

    [Test]
    public async Task An_unknown_port_is_refused_and_nothing_is_written()
    {
        var error = await RefusedAsync(s => s.UpdateConnectionAsync(Connect(Blue, "eth9", 10, Behind("192.0.2.11", 1)), default));

        Assert.That(error.Message, Is.EqualTo("leaf1 has no port eth9"));
        Assert.That(await CtlAsync("list-ls"), Is.Empty);
    }

    [Test]
    public async Task MACs_are_deleted_from_their_own_logical_switch_only()
    {
        await RunAsync(async s =>
        {
            await s.UpdateConnectionAsync(Connect(Blue, "eth1", 10, Behind("192.0.2.11", 1, 2, 3, 4, 5, 6)), default);
            await s.UpdateConnectionAsync(Connect(Red, "eth1", 20, Behind("192.0.2.11", 1)), default);
            var blue = Guid.Parse(await CtlAsync("--bare", "--columns=_uuid", "find", "Logical_Switch", "name=blue"));
            await s.DeleteVifAsync(new DeleteVifRequest("leaf1", blue, [.. Macs(1, 2, 3, 4, 5).Select(m => m.Mac), "02:1a:0a:00:00:77"]), default);
        });

        Assert.That(await RemoteMacsAsync("blue"), Is.EqualTo("02:1a:0a:00:00:06->192.0.2.11"));
        Assert.That(await RemoteMacsAsync("red"), Is.EqualTo("02:1a:0a:00:00:01->192.0.2.11"));
    }

    [Test]
    public async Task A_network_that_is_bound_stays_and_one_that_is_not_goes_with_its_MACs()
    {
        await RunAsync(async s =>
        {
            await s.UpdateConnectionAsync(Connect(Blue, "eth1", 10, Behind("192.0.2.11", 1)), default);
            await s.AddVifAsync(new AddVifRequest("leaf1", Red, new LocatorDict(null, "192.0.2.11"), Mac(2)), default);
            var red = Guid.Parse(await CtlAsync("--bare", "--columns=_uuid", "find", "Logical_Switch", "name=red"));
            await s.DeleteNetworkAsync(new DeleteNetworkRequest("leaf1", red), default);
            await s.DeleteNetworkAsync(new DeleteNetworkRequest("leaf1", red), default); // Once more is no error.
        });
        var blue = Guid.Parse(await CtlAsync("--bare", "--columns=_uuid", "find", "Logical_Switch", "name=blue"));
        var error = await RefusedAsync(s => s.DeleteNetworkAsync(new DeleteNetworkRequest("leaf1", blue), default));

        Assert.That(error.Message, Does.StartWith($"could not remove logical switch {blue}: leaf1 refused to commit: referential integrity violation"));
        Assert.That(await CtlAsync("list-ls"), Is.EqualTo("blue"));
        Assert.That(await RemoteMacsAsync("blue"), Is.EqualTo("02:1a:0a:00:00:01->192.0.2.11"));
    }

    [Test]
    public async Task Two_agents_that_bring_the_same_node_at_once_both_succeed()
    {
        // Both read before either writes, so both find no locator and no MAC: the index refuses one, the guard the other.
        await LiveHost.RunAsync("agents", null, live => Task.WhenAll(
            Start(live).UpdateConnectionAsync(Connect(Blue, "eth1", 10, Behind("192.0.2.11", 1, 2)), default),
            Start(live).UpdateConnectionAsync(Connect(Blue, "eth2", 20, Behind("192.0.2.11", 2, 3)), default)));

        Assert.That(await RemoteMacsAsync("blue"), Is.EqualTo(
            "02:1a:0a:00:00:01->192.0.2.11 02:1a:0a:00:00:02->192.0.2.11 02:1a:0a:00:00:03->192.0.2.11"));
        Assert.That(await CtlAsync("--bare", "--columns=dst_ip", "list", "Physical_Locator"), Is.EqualTo("192.0.2.11"));
    }

    [Test]
    public async Task A_switch_that_is_away_is_said_to_be_away()
    {
        await _server.StopAsync();

        var error = await RefusedAsync(s => s.UpdateConnectionAsync(Connect(Blue, "eth1", 10), default), TimeSpan.FromMilliseconds(700));

        Assert.That(error.Message, Does.StartWith("leaf1 could not be reached within 0.7 s to bind VLAN 10 on eth1: "));
    }

    [Test]
    public async Task A_switch_that_comes_back_is_served_again()
    {
        await RunAsync(async s =>
        {
            await s.UpdateConnectionAsync(Connect(Blue, "eth1", 10), default);
            await _server.CrashAsync();
            await _server.StartAgainAsync();
            await s.UpdateConnectionAsync(Connect(Red, "eth2", 20), default);
        });

        Assert.That(await CtlAsync("list-bindings", "leaf1", "eth2"), Is.EqualTo("0020 red"));
    }

    private static MacDict Mac(int n) => new(null, $"02:1a:0a:00:00:{n:x2}", $"10.0.0.{n}");

    private static IEnumerable<MacDict> Macs(params int[] numbers) => numbers.Select(Mac);

    private static NodeMacs Behind(string ip, params int[] macs) => new(new LocatorDict(null, ip), [.. Macs(macs)]);

    private static UpdateConnectionRequest Connect(LogicalSwitchDict network, string port, int vlan, params ImmutableArray<NodeMacs> nodes) =>
        new("leaf1", network, nodes, [new PortDict(null, port, null, [new VlanBindingDict(vlan, null)])], ConnectionOperation.Create);

    private async Task<GatewayException> RefusedAsync(Func<GatewaySwitch, Task> work, TimeSpan? timeout = null)
    {
        GatewayException? error = null;
        await RunAsync(
            async s =>
            {
                try
                {
                    await work(s);
                }
                catch (GatewayException refused)
                {
                    error = refused;
                }
            },
            timeout);
        return error ?? throw new AssertionException("it was not refused");
    }

    private Task RunAsync(Func<GatewaySwitch, Task> work, TimeSpan? timeout = null) =>
        LiveHost.RunAsync("agent", null, live => work(Start(live, timeout)));

    private GatewaySwitch Start(IHost live, TimeSpan? timeout = null, int? port = null)
    {
        var target = new OvsdbHost("leaf1", port is null ? Endpoint.Parse(_server.Endpoint) : Endpoint.Parse($"tcp:127.0.0.1:{port}"));
        var options = new AgentOptions
        {
            Host = "agent", OvsdbHosts = [target], TransactTimeout = TimeSpan.FromSeconds(20), ConnectPatience = timeout ?? TimeSpan.FromSeconds(20),
        };
        var session = new OvsdbClientSession(live, options.SessionWith(target, tables: []));
        session.Start();
        return new GatewaySwitch(live, "leaf1", session, options);
    }

    private async Task<string> CtlAsync(params string[] arguments) => (await _server.VtepCtlAsync(arguments)).Trim();

    private async Task<string> RemoteMacsAsync(string network)
    {
        var lines = (await _server.VtepCtlAsync("list-remote-macs", network)).Split('\n', StringSplitOptions.TrimEntries);
        return string.Join(' ', lines.Where(l => l.Contains("->", StringComparison.Ordinal))
            .Select(l => l.Replace(" ", "", StringComparison.Ordinal).Replace("vxlan_over_ipv4/", "", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal));
    }
}
