using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using VtepLab.Conformance.Harness;
using VtepLab.Conformance.Wire;

namespace VtepLab.Conformance.Checks;

/// <summary>The switch behind the database, one of its ports, and what checks do with them.</summary>
/// <param name="c">The running check.</param>
/// <param name="device">The Physical_Switch row.</param>
/// <param name="port">The Physical_Port row; null when the switch has none that may be used.</param>
internal sealed class Bench(CheckContext c, Row device, Row? port)
{
    /// <summary>Words that vtep(5) has for Physical_Switch.switch_fault_status alone.</summary>
    public static readonly string[] SwitchFaults =
    [
        "mac_table_exhaustion", "tunnel_exhaustion", "lr_switch_bindings_fault", "lr_static_routes_fault", "lr_creation_fault", "lr_support_fault",
        "unsupported_source_node_replication",
    ];

    /// <summary>Words that vtep(5) has for Physical_Port.port_fault_status alone.</summary>
    public static readonly string[] PortFaults = ["invalid_vlan_map", "invalid_ACL_binding"];

    private static readonly string[] DocumentedFaults = [.. SwitchFaults, .. PortFaults, "unspecified_fault"];

    private int _vlan = 99;

    /// <summary>The Physical_Switch row as it was when the check began.</summary>
    public Row Device => device;

    /// <summary>The Physical_Port row as it was when the check began.</summary>
    public Row Port => port ?? throw new NotApplicableException("the switch has no Physical_Port that may be bound");

    /// <summary>Finds the switch; ends the check as not applicable where there is none.</summary>
    public static async Task<Bench> FindAsync(CheckContext c)
    {
        var switches = await c.SelectAsync("Physical_Switch", Ovs.All);
        CheckContext.Applies(switches.Count > 0, "a database without a switch behind it: there is no Physical_Switch row");
        var ports = await c.SelectAsync("Physical_Port", Ovs.All);
        var wanted = c.Tester.Device.Ports.Select(p => p.Name).ToList();
        foreach (var device in switches.OrderBy(s => s.Text("name"), StringComparer.Ordinal))
        {
            var own = device.Uuids("ports");
            var port = ports.Where(p => own.Contains(p.Uuid) && (wanted.Count == 0 || wanted.Contains(p.Text("name"))))
                .OrderBy(p => p.Map("vlan_bindings").Count).ThenBy(p => p.Text("name"), StringComparer.Ordinal).FirstOrDefault();
            if (port is not null)
            {
                return new Bench(c, device, port);
            }
        }

        return new Bench(c, switches[0], null);
    }

    /// <summary>A VLAN of the port that nobody uses.</summary>
    public int FreeVlan()
    {
        var used = Port.Map("vlan_bindings").Select(p => p.Key.GetRawText()).ToList();
        do
        {
            _vlan++;
        }
        while (used.Contains(Text(_vlan)));
        return _vlan;
    }

    /// <summary>Inserts a Logical_Switch and binds a VLAN of the port to it, in one transaction.</summary>
    /// <returns>UUID of the Logical_Switch, and the VLAN.</returns>
    public async Task<(string Network, int Vlan)> BindNewAsync(string name, JsonNode? tunnelKey, params JsonObject[] more)
    {
        var vlan = FreeVlan();
        var reply = await c.CommitAsync(
            $"insert Logical_Switch {name} and bind VLAN {vlan} of port {Port.Text("name")} to it",
            [Given.Network(name, tunnelKey, "net"), Binding("insert", vlan, Ovs.Named("net")), .. more]);
        return (reply.UuidAt(0)!, vlan);
    }

    /// <summary>The mutation that makes or takes away a binding.</summary>
    public JsonObject Binding(string mutator, int vlan, JsonArray network) =>
        Ovs.Mutate("Physical_Port", Ovs.WhereUuid(Port.Uuid), Ovs.Mutation("vlan_bindings", mutator, Ovs.Map((vlan, network))));

    /// <summary>The operations that take a network off the device: its remote MACs, its binding, itself.</summary>
    public JsonObject[] Removal(string network, int vlan) =>
    [
        Ovs.Delete("Ucast_Macs_Remote", Ovs.Where("logical_switch", "==", Ovs.Uuid(network))),
        Ovs.Delete("Mcast_Macs_Remote", Ovs.Where("logical_switch", "==", Ovs.Uuid(network))),
        Binding("delete", vlan, Ovs.Uuid(network)),
    ];

    /// <summary>Every fault that the switch reports now, <c>Physical_Switch.name: word</c>, sorted.</summary>
    public async Task<IReadOnlyList<string>> FaultsAsync()
    {
        var request = await c.Ctl.StartTransactAsync(
            Ovs.Select("Physical_Switch", Ovs.All, "name", "switch_fault_status"), Ovs.Select("Physical_Port", Ovs.All, "name", "port_fault_status"));
        var reply = new TransactReply(await c.Ctl.ReplyAsync(request), 2);
        return FaultsIn(reply.RowsAt(0), reply.RowsAt(1));
    }

    /// <summary>The faults before a check causes one, when those of the check before have had time to go.</summary>
    public async Task<IReadOnlyList<string>> SettledFaultsAsync()
    {
        c.Needs("Physical_Switch", "switch_fault_status");
        c.Did("read the faults that are there before");
        var (start, first) = (c.Tester.Transcript.Now, FaultsIn(c.Tester.First));
        while (true)
        {
            var now = await FaultsAsync();
            if (!now.Except(first).Any() || c.Tester.Transcript.Now - start >= c.Timing.Hardware)
            {
                return now;
            }

            await c.Tester.Host.DelayAsync(TimeSpan.FromMilliseconds(50), c.Cancel);
        }
    }

    /// <summary>A fault that was not there before has to appear.</summary>
    /// <param name="before">Faults before its cause.</param>
    /// <param name="words">Any of these words; none for any documented one.</param>
    public async Task ExpectFaultAsync(IReadOnlyList<string> before, params string[] words)
    {
        string[] expected = words.Length > 0 ? words : DocumentedFaults;
        await c.EventuallyAsync(
            "wait for a fault", words.Length > 0 ? $"the fault {string.Join(" or ", words)}" : "a documented fault", c.Timing.Hardware,
            async () =>
            {
                var now = (await FaultsAsync()).Except(before).ToList();
                return (now.Any(f => expected.Any(w => f.EndsWith($": {w}", StringComparison.Ordinal))), now.Count == 0 ? "no new fault" : string.Join(", ", now));
            });
    }

    /// <summary>The faults have to be again what they were.</summary>
    public Task ExpectFaultsGoneAsync(IReadOnlyList<string> before) => c.EventuallyAsync(
        "wait until the fault is gone", before.Count == 0 ? "no fault" : $"faults as before: {string.Join(", ", before)}", c.Timing.Hardware,
        async () =>
        {
            var now = (await FaultsAsync()).Except(before).ToList();
            return (now.Count == 0, now.Count == 0 ? "gone" : string.Join(", ", now));
        });

    /// <summary>Tunnel rows of the switch that lead to an address.</summary>
    public async Task<IReadOnlyList<Row>> TunnelsToAsync(string ip)
    {
        var locators = await c.PeekAsync("Physical_Locator", Ovs.Where("dst_ip", "==", ip), "_uuid", "dst_ip");
        var tunnels = await c.PeekAsync("Tunnel", Ovs.All);
        var mine = (await c.PeekAsync("Physical_Switch", Ovs.WhereUuid(device.Uuid), "tunnels"))[0].Uuids("tunnels");
        return [.. tunnels.Where(t => mine.Contains(t.Uuid) && t.Uuids("remote").Any(r => locators.Any(l => l.Uuid == r)))];
    }

    /// <summary>Waits for so many Tunnel rows to an address.</summary>
    public Task ExpectTunnelsAsync(int count, string ip, string did) => c.EventuallyAsync(
        did, $"{CheckContext.Rows(count, "Tunnel")} to {ip}", c.Timing.Hardware,
        async () =>
        {
            var rows = await TunnelsToAsync(ip);
            return (rows.Count == count, CheckContext.Rows(rows.Count, "Tunnel"));
        });

    /// <summary>Waits until the switch has published what it publishes for a network, or not.</summary>
    public Task ExpectFloodingRowAsync(bool there, string network, string did) => c.EventuallyAsync(
        did, there ? "an unknown-dst row of the network in Mcast_Macs_Local" : "no row of the network in Mcast_Macs_Local", c.Timing.Hardware,
        async () =>
        {
            var rows = await c.PeekAsync("Mcast_Macs_Local", Ovs.Where("logical_switch", "==", Ovs.Uuid(network)));
            var holds = there ? rows.Any(r => r.Text("MAC") == "unknown-dst") : rows.Count == 0;
            return (holds, CheckContext.Rows(rows.Count, "Mcast_Macs_Local"));
        });

    /// <summary>True for a fault of a port, in the words of <see cref="FaultsAsync"/>.</summary>
    public static bool IsPort(string fault) => fault.StartsWith("port ", StringComparison.Ordinal);

    /// <summary>A number as it stands in JSON.</summary>
    public static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>The keys of a map column, sorted.</summary>
    public static IReadOnlyList<string> Keys(Row row, string column) =>
        [.. row.Map(column).Select(p => p.Key.ValueKind == JsonValueKind.String ? p.Key.GetString()! : p.Key.GetRawText()).Order(StringComparer.Ordinal)];

    private static IReadOnlyList<string> FaultsIn(Snapshot snapshot) => FaultsIn(snapshot.Rows("Physical_Switch"), snapshot.Rows("Physical_Port"));

    private static IReadOnlyList<string> FaultsIn(IEnumerable<Row> switches, IEnumerable<Row> ports) =>
    [
        .. switches.SelectMany(r => r.Texts("switch_fault_status").Select(f => $"{r.Text("name")}: {f}"))
            .Concat(ports.SelectMany(r => r.Texts("port_fault_status").Select(f => $"port {r.Text("name")}: {f}")))
            .Order(StringComparer.Ordinal),
    ];
}
