using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using VtepLab.L2Gateway.Agent;
using VtepLab.Neutron;
using VtepLab.Ovsdb;
using VtepLab.Runtime;
using VtepLab.Topology;

namespace VtepLab.Agents.Tests.L2Gateway;

/// <summary>What an agent puts on the bus and what it answers, in virtual time beside an emulated switch.</summary>
public partial class AgentOnTheBusTests
{
    [Test]
    public void A_report_has_what_Neutron_needs_of_an_agent()
    {
        var reports = Run(async bus =>
        {
            await bus.UntilAsync(() => bus.Received("report_state").Count == 2, TimeSpan.FromSeconds(40));
            return bus.Received("report_state");
        });

        Assert.That(reports[0].Version, Is.EqualTo("1.2"));
        Assert.That((string?)reports[0].Arguments["time"], Does.Match(@"^2026-01-01T00:00:00\.\d{6}$"));
        Assert.That(Normal(reports[0].Arguments["agent_state"]!), Is.EqualTo("""
            {"agent_state":{"agent_type":"L2 Gateway agent","binary":"neutron-l2gateway-agent","host":"agent-1","topic":"l2gateway_agent","start_flag":true,"uuid":"<0>","configurations":{"report_interval":30.0,"l2gw_agent_type":"","ovsdb_identifiers":["leaf1"]}}}
            """));
        Assert.That((bool)reports[1].Arguments["agent_state"]!["agent_state"]!["start_flag"]!, Is.False);
        Assert.That((string?)reports[1].Arguments["time"], Does.StartWith("2026-01-01T00:00:30."));
    }

    [Test]
    public void An_elected_agent_reports_at_once_and_tells_the_whole_switch()
    {
        var (report, dump) = Run(async bus =>
        {
            await bus.ElectAsync("agent-1");
            await bus.UntilAsync(() => bus.Received("update_ovsdb_changes").Count == 1, TimeSpan.FromSeconds(1));
            return (bus.Received("report_state")[^1], bus.Received("update_ovsdb_changes")[0]);
        });

        Assert.That((string?)report.Arguments["agent_state"]!["agent_state"]!["configurations"]!["l2gw_agent_type"], Is.EqualTo("monitor"));
        Assert.That(Normal(dump.Arguments), Is.EqualTo("""
            {"activity":0,"ovsdb_data":{"ovsdb_identifier":"leaf1","new_physical_switches":[{"uuid":"<0>","name":"leaf1","tunnel_ip":"198.51.100.1","switch_fault_status":null}],"new_physical_ports":[{"uuid":"<1>","name":"eth1","physical_switch_id":"<0>","vlan_bindings":[],"port_fault_status":null}]}}
            """));
    }

    [Test]
    public void What_one_transaction_changed_is_one_cast()
    {
        var casts = Run(async bus =>
        {
            await bus.ElectAsync("agent-1");
            await bus.UntilAsync(() => bus.Received("update_ovsdb_changes").Count == 1, TimeSpan.FromSeconds(1));
            await bus.CallAsync("update_connection_to_gateway", Connect());
            await bus.UntilAsync(() => bus.Changes("modified_physical_ports").Any(), TimeSpan.FromSeconds(3));
            return bus.Changes("modified_physical_ports").ToList();
        });

        Assert.That(casts, Has.Count.EqualTo(1));
        Assert.That(Normal(casts[0]), Is.EqualTo("""
            {"activity":1,"ovsdb_data":{"ovsdb_identifier":"leaf1","new_logical_switches":[{"uuid":"<0>","name":"blue","key":5000,"description":"net-b"}],"new_physical_locators":[{"uuid":"<1>","dst_ip":"192.0.2.21"}],"new_remote_macs":[{"uuid":"<2>","mac":"02:1a:0a:00:00:01","logical_switch_id":"<0>","physical_locator_id":"<1>","ip_address":"10.0.0.1"}],"modified_physical_ports":[{"uuid":"<3>","name":"eth1","physical_switch_id":"<4>","vlan_bindings":[{"vlan":10,"logical_switch_uuid":"<0>"}],"port_fault_status":null}]}}
            """));
    }

    [Test]
    public void A_switch_that_no_message_has_room_for_costs_the_agent_nothing_else_and_is_told_when_one_has()
    {
        var (meanwhile, reports, dump) = Run(async bus =>
        {
            await bus.ElectAsync("agent-1", term: 1);
            await bus.UntilAsync(() => bus.Received("update_ovsdb_changes").Count == 1, TimeSpan.FromSeconds(1));
            bus.LimitMessages(4000);
            await bus.WriteAsync(write => write.Insert("Logical_Switch", ("name", "blue"), ("description", new string('x', 8000))));
            await bus.WaitAsync(TimeSpan.FromSeconds(5));
            var before = bus.Received("report_state").Count;
            await bus.WaitAsync(TimeSpan.FromSeconds(65));
            var quiet = (bus.Received("update_ovsdb_changes").Count, bus.Received("report_state").Count - before);
            await bus.WriteAsync(write => write.Update("Logical_Switch", Where.EveryRow, ("description", "short")));
            await bus.UntilAsync(() => bus.Received("update_ovsdb_changes").Count == 2, TimeSpan.FromSeconds(5));
            return (quiet.Item1, quiet.Item2, bus.Received("update_ovsdb_changes")[1]);
        });

        Assert.That((meanwhile, reports), Is.EqualTo((1, 2)), "it neither connects nor reports again and again");
        Assert.That((int)dump.Arguments["activity"]!, Is.Zero);
        Assert.That((string?)dump.Arguments["ovsdb_data"]!["new_logical_switches"]![0]!["description"], Is.EqualTo("short"));
    }

    [Test]
    public void A_MAC_that_went_is_told_without_what_it_referred_to()
    {
        var casts = Run(async bus =>
        {
            await bus.ElectAsync("agent-1");
            await bus.CallAsync("update_connection_to_gateway", Connect());
            await bus.UntilAsync(() => bus.Received("update_ovsdb_changes").Count >= 1, TimeSpan.FromSeconds(3));
            var network = await bus.NetworkAsync();
            await bus.CallAsync("delete_vif_from_gateway", new DeleteVifRequest("leaf1", network, ["02:1a:0a:00:00:01"]).ToJson());
            await bus.UntilAsync(() => bus.Changes("deleted_remote_macs").Any(), TimeSpan.FromSeconds(3));
            return bus.Changes("deleted_remote_macs").ToList();
        });

        Assert.That(Normal(casts.Single()["ovsdb_data"]!["deleted_remote_macs"]!), Is.EqualTo("""
            [{"uuid":"<0>","mac":"02:1a:0a:00:00:01","logical_switch_id":"<1>","physical_locator_id":null,"ip_address":null}]
            """));
    }

    [Test]
    public void An_agent_that_is_not_elected_any_more_tells_nothing_more()
    {
        var (before, after) = Run(async bus =>
        {
            await bus.ElectAsync("agent-1");
            await bus.UntilAsync(() => bus.Received("update_ovsdb_changes").Count == 1, TimeSpan.FromSeconds(1));
            await bus.ElectAsync("agent-2");
            await bus.WaitAsync(TimeSpan.FromSeconds(1));
            var told = bus.Received("update_ovsdb_changes").Count;
            await bus.CallAsync("update_connection_to_gateway", Connect());
            await bus.WaitAsync(TimeSpan.FromSeconds(10));
            return (told, bus.Received("update_ovsdb_changes").Count);
        });

        Assert.That((before, after), Is.EqualTo((1, 1)));
    }

    [Test]
    public void Casts_and_reports_say_under_which_election_and_in_which_order_they_were_made()
    {
        var (origins, report) = Run(async bus =>
        {
            await bus.ElectAsync("agent-1", term: 4);
            await bus.UntilAsync(() => bus.Received("update_ovsdb_changes").Count == 1, TimeSpan.FromSeconds(1));
            await bus.CallAsync("update_connection_to_gateway", Connect());
            await bus.UntilAsync(() => bus.Changes("modified_physical_ports").Any(), TimeSpan.FromSeconds(3));
            var told = bus.Received("report_state").Count;
            await bus.UntilAsync(() => bus.Received("report_state").Count > told, TimeSpan.FromSeconds(40));
            return (bus.Received("update_ovsdb_changes").Select(c => CastOrigin.Read(c.Context)!).ToList(), bus.Received("report_state")[^1]);
        });

        Assert.That(origins, Is.EqualTo(origins.Select((_, i) => new CastOrigin(4, origins[0].Session, i))));
        var configurations = report.Arguments["agent_state"]!["agent_state"]!["configurations"]!;
        Assert.That((long)configurations["monitor_term"]!, Is.EqualTo(4));
        Assert.That(CastOrigin.Read(configurations["ovsdb_casts"]!["leaf1"]!.AsObject()), Is.EqualTo(origins[^1]));
    }

    [Test]
    public void An_agent_elected_anew_tells_everything_anew_and_heeds_no_older_election()
    {
        var terms = Run(async bus =>
        {
            await bus.ElectAsync("agent-1", term: 4);
            await bus.UntilAsync(() => bus.Received("update_ovsdb_changes").Count == 1, TimeSpan.FromSeconds(1));
            await bus.ElectAsync("agent-1", term: 4);
            await bus.ElectAsync("agent-2", term: 3);
            await bus.WaitAsync(TimeSpan.FromSeconds(5));
            await bus.ElectAsync("agent-1", term: 5);
            await bus.WaitAsync(TimeSpan.FromSeconds(5));
            return bus.Received("update_ovsdb_changes").Select(c => CastOrigin.Read(c.Context)!).ToList();
        });

        Assert.That(terms.Select(t => (t.Term, t.Sequence)), Is.EqualTo(new[] { ((long?)4, 0L), (5, 0) }));
        Assert.That(terms[0].Session, Is.Not.EqualTo(terms[1].Session));
    }

    [TestCase("update_connection_to_gateway", "leaf9", "OVSDBError", "agent agent-1 looks after no switch 'leaf9'")]
    [TestCase("make_coffee", "leaf1", "NoSuchMethod", "Endpoint does not support RPC method make_coffee")]
    public void What_cannot_be_done_is_refused(string method, string identifier, string remoteClass, string message)
    {
        var refused = Run(bus => bus.RefusedAsync(method, Connect(identifier)));

        Assert.That((refused.RemoteClass, refused.Message), Is.EqualTo((remoteClass, message)));
    }

    [Test]
    public void Arguments_that_are_wrong_are_refused_by_their_place()
    {
        var arguments = Connect();
        arguments["port_dicts"]![0]!["vlan_bindings"]![0]!["vlan"] = 5000;

        Assert.That(
            Run(bus => bus.RefusedAsync("update_connection_to_gateway", arguments)).Message,
            Is.EqualTo("update_connection_to_gateway: port_dicts[0].vlan_bindings[0].vlan: expected an integer from 0 to 4095, found 5000"));
    }

    [Test]
    public void A_call_that_its_caller_has_given_up_is_not_carried_out()
    {
        var (refused, networks) = Run(async bus =>
        {
            await bus.WaitAsync(TimeSpan.FromMinutes(2));
            // A request that comes in time tells how the two clocks stand.
            await bus.CallAsync("agent_updated", [], sentAt: "2026-01-01 00:02:00.000000");
            var late = await bus.RefusedAsync("update_connection_to_gateway", Connect(), sentAt: "2026-01-01 00:00:50.000000");
            return (late, await bus.NetworksAsync());
        });

        Assert.That(refused.Message, Is.EqualTo("update_connection_to_gateway is 70 s old, its caller waits 60 s: not carried out"));
        Assert.That(networks, Is.Empty);
    }

    [Test]
    public void A_version_that_the_agent_does_not_speak_is_refused() =>
        Assert.That(
            Run(bus => bus.RefusedAsync("update_connection_to_gateway", Connect(), version: "1.1")).RemoteClass,
            Is.EqualTo("UnsupportedVersion"));

    private static JsonObject Connect(string identifier = "leaf1") => new UpdateConnectionRequest(
        identifier, new LogicalSwitchDict(null, "blue", 5000, "net-b"),
        [new NodeMacs(new LocatorDict(null, "192.0.2.21"), [new MacDict(null, "02:1a:0a:00:00:01", "10.0.0.1")])],
        [new PortDict(null, "eth1", null, [new VlanBindingDict(10, null)])], ConnectionOperation.Create).ToJson();

    private static T Run<T>(Func<BusWatch, Task<T>> body) => SimulatedLab.Run(7, async lab =>
    {
        var leaf1 = await lab.AddSwitchAsync("leaf1", ["eth1"]);
        var bus = new BusWatch(lab, leaf1);
        await bus.StartAsync();
        var options = new AgentOptions { Host = "agent-1", OvsdbHosts = [new OvsdbHost("leaf1", leaf1.Endpoint)] };
        lab.Start("agent-1", host => L2GatewayAgent.RunAsync(host, options, host.Stopping));
        await bus.UntilAsync(() => bus.Received("report_state").Count > 0, TimeSpan.FromSeconds(5));
        return await body(bus);
    });

    // UUIDs by the order in which they appear.
    private static string Normal(JsonNode json)
    {
        var seen = new List<string>();
        return Uuids().Replace(json.ToJsonString().Replace("\\u003C", "<", StringComparison.Ordinal), match =>
        {
            if (!seen.Contains(match.Value))
            {
                seen.Add(match.Value);
            }

            return $"<{seen.IndexOf(match.Value)}>";
        });
    }

    [GeneratedRegex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")]
    private static partial Regex Uuids();

    /// <summary>The plugin's end of the bus: keeps what agents send.</summary>
    private sealed class BusWatch(LabWorld lab, LabSwitch target)
    {
        private readonly List<BusRequest> _received = [];

        public List<BusRequest> Received(string method) => [.. _received.Where(r => r.Method == method)];

        public IEnumerable<JsonObject> Changes(string list) =>
            Received("update_ovsdb_changes").Select(r => r.Arguments).Where(a => a["ovsdb_data"]!.AsObject().ContainsKey(list));

        public async Task StartAsync() => await lab.Driver.Bus.ServeAsync(
            new BusTarget("l2gateway_plugin", "plugin", Version: "1.2"),
            (request, _) =>
            {
                _received.Add(request);
                return ValueTask.FromResult<JsonNode?>("alive");
            });

        public Task<bool> UntilAsync(Func<bool> holds, TimeSpan within) =>
            lab.UntilAsync(_ => Task.FromResult(holds()), seen => seen ? null : $"so far: {string.Join(", ", _received.Select(r => r.Method))}", within);

        public Task WaitAsync(TimeSpan time) => lab.Driver.DelayAsync(time).AsTask();

        public void LimitMessages(int bytes) => ((SimulatedLab)lab).World.Bus.MaxMessageSize = bytes;

        public Task<TransactionResult> WriteAsync(Action<OvsdbTransaction> build) => OvsdbVisit.RunAsync(lab.Driver, target.Endpoint, null, "leaf1", (client, schema) =>
        {
            var write = new OvsdbTransaction(schema);
            build(write);
            return client.TransactAsync(write);
        }, default);

        public async Task ElectAsync(string agent, long? term = null) => await lab.Driver.Bus.CastAsync(
            new BusTarget("l2gateway_agent", Fanout: true), "set_monitor_agent", new JsonObject { ["hostname"] = agent },
            term is null ? null : new JsonObject { [CastOrigin.TermMember] = term });

        public async Task CallAsync(string method, JsonObject arguments, string? sentAt = null, string version = "1.0") =>
            await lab.Driver.Bus.CallAsync(
                new BusTarget("l2gateway_agent", Version: version), method, arguments, TimeSpan.FromSeconds(60),
                sentAt is null ? null : new JsonObject { ["timestamp"] = sentAt });

        public async Task<BusRemoteException> RefusedAsync(string method, JsonObject arguments, string? sentAt = null, string version = "1.0")
        {
            try
            {
                await CallAsync(method, arguments, sentAt, version);
            }
            catch (BusRemoteException refused)
            {
                return refused;
            }

            throw new AssertionException($"{method} was not refused");
        }

        public async Task<IEnumerable<string>> NetworksAsync() => (await SwitchContents.ReadAsync(lab.Driver, target)).LogicalSwitches.Keys;

        public Task<Guid> NetworkAsync() => OvsdbVisit.RunAsync(lab.Driver, target.Endpoint, null, "leaf1", async (client, schema) =>
        {
            var read = new OvsdbTransaction(schema);
            read.Select("Logical_Switch", Where.EveryRow);
            return (await client.TransactAsync(read)).RowsOf(0)[0].Uuid.ToGuid();
        }, default);
    }
}
