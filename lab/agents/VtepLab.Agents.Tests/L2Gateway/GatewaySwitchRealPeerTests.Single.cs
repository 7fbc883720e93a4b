using System.Text.RegularExpressions;
using VtepLab.Hosting;
using VtepLab.L2Gateway.Agent;
using VtepLab.Neutron;
using VtepLab.Ovsdb;
using VtepLab.OvsdbPeers;
using VtepLab.Runtime;
using VtepLab.Testing.Peers;

namespace VtepLab.Agents.Tests.L2Gateway;

/// <content>Single MAC addresses: many at a time, from several agents, with the monitor's copy and without.</content>
public partial class GatewaySwitchRealPeerTests
{
    [Test]
    public async Task What_waits_at_one_time_goes_in_one_transaction_and_what_cannot_be_done_fails_alone()
    {
        await RunAsync(s => s.UpdateConnectionAsync(Connect(Blue, "eth1", 10), default));
        await LiveHost.RunAsync("agent", null, async live =>
        {
            var (s, watch) = (Start(live), Session(live, new MonitoredTable("Ucast_Macs_Remote", ["MAC"])));
            await watch.WhenActiveAsync();
            var updates = 0;
            watch.Replica.Changed += _ => updates++;

            var asked = Enumerable.Range(1, 50).Select(n => s.AddVifAsync(Add(Blue, n, "192.0.2.11"), default)).ToList();
            var impossible = s.AddVifAsync(Add(new LogicalSwitchDict(Guid.NewGuid(), null, null, null), 60, "192.0.2.11"), default);
            var others = Enumerable.Range(51, 5).Select(n => s.AddVifAsync(Add(Red, n, "192.0.2.12"), default)).ToList();

            var refusal = await Assert.ThrowsAsync<GatewayException>(async () => await impossible);
            Assert.That(refusal!.Message, Does.Contain("has no logical switch"));
            await Task.WhenAll([.. asked, .. others]);
            Assert.That(updates, Is.LessThan(12), "the first alone, and the others in halves until the one that fails is alone: not 55");
        });

        Assert.That((await RemoteMacsAsync("blue")).Split(' '), Has.Length.EqualTo(50));
        Assert.That((await RemoteMacsAsync("red")).Split(' '), Has.Length.EqualTo(5));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Requests_about_one_MAC_are_carried_out_in_their_order_however_many_wait(bool isMirrored)
    {
        await RunAsync(s => s.UpdateConnectionAsync(Connect(Blue, "eth1", 10), default));
        var blue = Guid.Parse(await CtlAsync("--bare", "--columns=_uuid", "list", "Logical_Switch"));

        await LiveHost.RunAsync("agent", null, live => StepsAsync(isMirrored ? StartMirroredAsync(live) : Task.FromResult(Start(live)), blue));

        Assert.That(await RemoteMacsAsync("blue"), Is.EqualTo("02:1a:0a:00:00:01->192.0.2.12 02:1a:0a:00:00:03->192.0.2.13"));
    }

    [Test]
    public async Task A_monitor_adds_moves_and_removes_single_MACs_by_its_mirror_alone()
    {
        await RunAsync(s => s.UpdateConnectionAsync(Connect(Blue, "eth1", 10, Behind("192.0.2.11", 1)), default));
        await CtlAsync("add-ucast-remote", "blue", Mac(4).Mac, "192.0.2.11"); // By a client that gives rows no keys of ours.
        var blue = Guid.Parse(await CtlAsync("--bare", "--columns=_uuid", "list", "Logical_Switch"));
        var one = Guid.Parse(await CtlAsync("--bare", "--columns=_uuid", "find", "Ucast_Macs_Remote", $"MAC=\"{Mac(1).Mac}\""));

        // Its other connection is never made, so anything that is read fails.
        await LiveHost.RunAsync("agent", null, async live =>
        {
            var s = await StartMirroredAsync(live, isConnected: false);
            await s.AddVifAsync(Add(Blue, 2, "192.0.2.12"), default);
            await s.AddVifAsync(Add(Blue, 3, "192.0.2.12"), default);
            await s.AddVifAsync(Add(Blue, 4, "192.0.2.14"), default);
            await s.UpdateVifAsync(new UpdateVifRequest("leaf1", new LocatorDict(null, "192.0.2.13"), Mac(1) with { Uuid = one }), default);
            await s.DeleteVifAsync(new DeleteVifRequest("leaf1", blue, [Mac(3).Mac, Mac(9).Mac]), default);
        });

        Assert.That(await RemoteMacsAsync("blue"), Is.EqualTo("02:1a:0a:00:00:01->192.0.2.13 02:1a:0a:00:00:02->192.0.2.12 02:1a:0a:00:00:04->192.0.2.14"));
    }

    [Test]
    public async Task Agents_that_bring_one_MAC_at_once_leave_one_row_with_mirrors_or_without()
    {
        await RunAsync(s => s.UpdateConnectionAsync(Connect(Blue, "eth1", 10), default));

        await LiveHost.RunAsync("agents", null, async live =>
        {
            GatewaySwitch[] agents = [await StartMirroredAsync(live), await StartMirroredAsync(live), Start(live)];
            for (var n = 1; n <= 30; n++)
            {
                var mac = n;
                await Task.WhenAll(agents.Select((a, i) => a.AddVifAsync(Add(Blue, mac, $"192.0.2.{(mac % 2 == 0 ? 11 : 11 + i)}"), default)));
            }
        });

        var macs = (await RemoteMacsAsync("blue")).Split(' ').Select(m => m.Split("->")[0]);
        Assert.That(macs, Is.EqualTo(Enumerable.Range(1, 30).Select(n => Mac(n).Mac)));
    }

    [Test]
    public async Task A_mirror_that_is_behind_neither_doubles_a_MAC_nor_leaves_one()
    {
        await RunAsync(s => s.UpdateConnectionAsync(Connect(Blue, "eth1", 10), default));
        var blue = Guid.Parse(await CtlAsync("--bare", "--columns=_uuid", "list", "Logical_Switch"));

        // Asked the moment another agent was answered: the update may still be on its way.
        await LiveHost.RunAsync("agents", null, async live =>
        {
            var (one, other) = (await StartMirroredAsync(live), await StartMirroredAsync(live));
            for (var n = 1; n <= 30; n++)
            {
                await one.AddVifAsync(Add(Blue, n, "192.0.2.11"), default);
                await other.AddVifAsync(Add(Blue, n, "192.0.2.12"), default);
                if (n % 2 == 0)
                {
                    await one.DeleteVifAsync(new DeleteVifRequest("leaf1", blue, [Mac(n).Mac]), default);
                }

                if (n % 4 == 0)
                {
                    await other.AddVifAsync(Add(Blue, n, "192.0.2.12"), default);
                }
            }
        });

        var left = Enumerable.Range(1, 30).Where(n => n % 2 != 0 || n % 4 == 0);
        Assert.That(await RemoteMacsAsync("blue"), Is.EqualTo(string.Join(' ', left.Select(n => $"{Mac(n).Mac}->192.0.2.12"))));
    }

    // RFC 7047 has no UUID in an insert. A switch may refuse it, as ovsdb-server before 2.13 does, or pass over it.
    [TestCase(true)]
    [TestCase(false)]
    public async Task A_switch_that_lets_nobody_choose_UUIDs_gets_each_MAC_once_all_the_same(bool isRefusing)
    {
        using var relay = new CutRelay(_server.Port, text => isRefusing
            ? text.Replace("\"uuid\":\"", "\"uuid-x\":\"", StringComparison.Ordinal)
            : ChosenUuid().Replace(text, ""));
        var blue = Guid.Empty;
        await LiveHost.RunAsync("agents", null, async live =>
        {
            GatewaySwitch[] agents = [await StartMirroredAsync(live, port: relay.Port), await StartMirroredAsync(live, port: relay.Port), Start(live, port: relay.Port)];
            await agents[0].UpdateConnectionAsync(Connect(Blue, "eth1", 10, Behind("192.0.2.11", 1)), default);
            blue = Guid.Parse(await CtlAsync("--bare", "--columns=_uuid", "list", "Logical_Switch"));
            for (var n = 2; n <= 12; n++)
            {
                var mac = n;
                await Task.WhenAll(agents.Select(a => a.AddVifAsync(Add(Blue, mac, "192.0.2.11"), default)));
            }

            await StepsAsync(Task.FromResult(agents[0]), blue);
        });

        var macs = (await RemoteMacsAsync("blue")).Split(' ').Select(m => m.Split("->")[0]);
        Assert.That(macs, Is.EqualTo(Enumerable.Range(1, 12).Where(n => n != 2).Select(n => Mac(n).Mac)));
    }

    [GeneratedRegex("\"uuid\":\"[0-9a-f-]{36}\",")]
    private static partial Regex ChosenUuid();

    private static AddVifRequest Add(LogicalSwitchDict network, int mac, string node) => new("leaf1", network, new LocatorDict(null, node), Mac(mac));

    // All at once: what is asked later must hold in the end.
    private static async Task StepsAsync(Task<GatewaySwitch> starting, Guid network)
    {
        var s = await starting;
        await Task.WhenAll(
            s.AddVifAsync(Add(Blue, 1, "192.0.2.11"), default),
            s.AddVifAsync(Add(Blue, 2, "192.0.2.11"), default),
            s.AddVifAsync(Add(Blue, 1, "192.0.2.12"), default),
            s.DeleteVifAsync(new DeleteVifRequest("leaf1", network, [Mac(2).Mac, Mac(3).Mac]), default),
            s.AddVifAsync(Add(Blue, 3, "192.0.2.13"), default));
    }

    private OvsdbClientSession Session(IHost live, params MonitoredTable[] tables)
    {
        var session = new OvsdbClientSession(live, new OvsdbClientSessionOptions
        {
            Remotes = [Endpoint.Parse(_server.Endpoint)], Database = "hardware_vtep", Name = "leaf1", Tables = tables,
        });
        session.Start();
        return session;
    }

    private async Task<GatewaySwitch> StartMirroredAsync(IHost live, bool isConnected = true, int? port = null)
    {
        var target = new OvsdbHost("leaf1", port is null ? Endpoint.Parse(_server.Endpoint) : Endpoint.Parse($"tcp:127.0.0.1:{port}"));
        var options = new AgentOptions { Host = "agent", OvsdbHosts = [target], TransactTimeout = TimeSpan.FromSeconds(20), ConnectPatience = TimeSpan.FromSeconds(20) };
        var own = new OvsdbClientSession(live, options.SessionWith(target, tables: []));
        if (isConnected)
        {
            own.Start();
        }

        var monitor = new OvsdbClientSession(live, options.SessionWith(target, ChangeCast.Monitored));
        monitor.Start();
        await monitor.WhenActiveAsync();
        return new GatewaySwitch(live, "leaf1", own, options) { Mirror = new SwitchMirror(monitor) };
    }
}
