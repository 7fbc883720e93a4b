using System.Text.Json.Nodes;
using VtepLab.Conformance.Harness;
using VtepLab.Conformance.Wire;

namespace VtepLab.Conformance.Checks;

/// <summary>What the switch says when it cannot do as it is told (vtep(5), the columns of faults), and bad values that must not reach the hardware.</summary>
public static class FaultChecks
{
    /// <summary>vtep(5), mac_table_exhaustion; how large the table is comes from the device file.</summary>
    [Check("VTEP-FLT-001", Catches = "exhaustion-deletes-macs silent-mac-exhaustion",
        Partly = "the fault and the rows, not whether earlier entries still forward")]
    public static async Task A_full_MAC_table_is_told_and_no_row_is_lost(CheckContext c)
    {
        var (bench, before, macs, network) = await OverfillAsync(c);
        await bench.ExpectFaultAsync(before, "mac_table_exhaustion");
        await c.ExpectRowsAsync(macs.Count, "Ucast_Macs_Remote", Ovs.Where("logical_switch", "==", Ovs.Uuid(network)), "MAC");
    }

    /// <summary>The fault goes when there is room again, without a write of anybody.</summary>
    [Check("VTEP-FLT-002", Catches = "fault-never-cleared", Partly = "the fault, not whether the waiting rows are programmed")]
    public static async Task A_MAC_table_with_room_again_is_told(CheckContext c)
    {
        var (bench, before, macs, _) = await OverfillAsync(c);
        await bench.ExpectFaultAsync(before, "mac_table_exhaustion");
        await c.CommitAsync(
            "delete the first twenty MACs", [.. macs.Take(20).Select(m => Ovs.Delete("Ucast_Macs_Remote", Ovs.Where("MAC", "==", m)))]);
        await bench.ExpectFaultsGoneAsync(before);
    }

    /// <summary>vtep(5), tunnel_exhaustion; how many tunnels there are comes from the device file.</summary>
    [Check("VTEP-FLT-003", Catches = "silent-tunnel-exhaustion",
        Partly = "the fault, not whether the first tunnels keep working")]
    public static async Task A_tunnel_too_many_is_told(CheckContext c)
    {
        var bench = await Bench.FindAsync(c);
        CheckContext.Applies(c.Tester.Device.TunnelLimit is > 0 and <= 2000, "no device file says how many tunnels the switch has");
        var before = await bench.SettledFaultsAsync();
        var (network, _) = await bench.BindNewAsync(c.Name("tunnels"), c.Vni());
        var count = c.Tester.Device.TunnelLimit!.Value + 1;
        var macs = Enumerable.Range(0, count).Select(_ => c.Mac()).ToList();
        await c.CommitAsync(
            $"insert remote MACs behind {count} locators",
            [.. macs.SelectMany((m, i) => new[] { Given.Locator(c.Ip(), $"far{i}"), Given.RemoteMac(m, Ovs.Uuid(network), Ovs.Named($"far{i}")) })]);
        await bench.ExpectFaultAsync(before, "tunnel_exhaustion");
        await c.CommitAsync("delete half of them", [.. macs.Take((count / 2) + 1).Select(m => Ovs.Delete("Ucast_Macs_Remote", Ovs.Where("MAC", "==", m)))]);
        await bench.ExpectFaultsGoneAsync(before);
    }

    /// <summary>vtep(5), unsupported_source_node_replication; whether it is supported comes from the device file.</summary>
    [Check("VTEP-FLT-004", Catches = "silent-source-node", Partly = "the fault may take as long as hardware does")]
    public static async Task Replication_that_is_not_supported_is_told(CheckContext c)
    {
        c.Needs("Logical_Switch", "replication_mode");
        var bench = await Bench.FindAsync(c);
        CheckContext.Applies(c.Tester.Device.SourceNode is not null, "no device file says whether the switch replicates in source_node mode");
        CheckContext.Applies(c.Tester.Device.SourceNode is false, "the switch replicates in source_node mode");
        var before = await bench.SettledFaultsAsync();
        var name = c.Name("source-node");
        await bench.BindNewAsync(name, c.Vni());
        await c.CommitAsync("ask for source_node", Ovs.Update("Logical_Switch", Given.Named(name), new JsonObject { ["replication_mode"] = "source_node" }));
        await bench.ExpectFaultAsync(before, "unsupported_source_node_replication");
        await c.CommitAsync("ask for service_node", Ovs.Update("Logical_Switch", Given.Named(name), new JsonObject { ["replication_mode"] = "service_node" }));
        await bench.ExpectFaultsGoneAsync(before);
    }

    /// <summary>vtep(5), lr_support_fault; whether the switch routes comes from the device file.</summary>
    [Check("VTEP-FLT-005", Catches = "silent-router")]
    public static async Task A_router_on_a_switch_that_does_not_route_is_told(CheckContext c)
    {
        var bench = await Bench.FindAsync(c);
        CheckContext.Applies(c.Tester.Device.Routing is not null, "no device file says whether the switch routes");
        CheckContext.Applies(c.Tester.Device.Routing is false, "the switch routes");
        var (before, name) = (await bench.SettledFaultsAsync(), c.Name("router"));
        await c.CommitAsync("insert a Logical_Router", Given.Router(name, ("10.0.0.0/8", "192.0.2.1")));
        await bench.ExpectFaultAsync(before, "lr_support_fault");
        await c.CommitAsync("delete it", Ovs.Delete("Logical_Router", Given.Named(name)));
        await bench.ExpectFaultsGoneAsync(before);
    }

    /// <summary>The column is a set: one fault does not hide another.</summary>
    [Check("VTEP-FLT-006", Catches = "one-fault-only")]
    public static async Task Two_faults_stand_side_by_side(CheckContext c)
    {
        var bench = await Bench.FindAsync(c);
        CheckContext.Applies(c.Tester.Device.Routing is false, "no device file says that the switch does not route, which is the second fault here");
        var (before, net, router) = (await bench.SettledFaultsAsync(), c.Name("bad-key"), c.Name("router"));
        await bench.BindNewAsync(net, 16_777_216);
        await c.EventuallyAsync("wait for the first fault", "a fault", c.Timing.Hardware, async () => Said((await bench.FaultsAsync()).Except(before), 1));
        var first = (await bench.FaultsAsync()).Except(before).ToList();
        await c.CommitAsync("insert a Logical_Router", Given.Router(router));
        await bench.ExpectFaultAsync([.. before, .. first], "lr_support_fault");
        var both = await bench.FaultsAsync();
        c.Expect(first.All(both.Contains), $"{string.Join(", ", first)} still there", string.Join(", ", both));
        await c.CommitAsync("delete the router", Ovs.Delete("Logical_Router", Given.Named(router)));
        await bench.ExpectFaultsGoneAsync([.. before, .. first]);
        var left = await bench.FaultsAsync();
        c.Expect(first.All(left.Contains), $"{string.Join(", ", first)} still there", left.Count == 0 ? "nothing" : string.Join(", ", left));
    }

    /// <summary>A controller cannot hide or invent a fault for long.</summary>
    [Check("VTEP-FLT-008", Catches = "fault-columns-writable", Partly = "a fault is invented, none is cleared")]
    public static async Task An_invented_fault_is_put_right(CheckContext c)
    {
        c.Needs("Physical_Switch", "switch_fault_status");
        var bench = await Bench.FindAsync(c);
        c.Tester.Journal.Writing("Physical_Switch", bench.Device.Uuid, "switch_fault_status", bench.Device["switch_fault_status"]!.Value);
        var reply = await c.TransactAsync(
            "write a fault that is not there",
            Ovs.Mutate("Physical_Switch", Ovs.WhereUuid(bench.Device.Uuid), Ovs.Mutation("switch_fault_status", "insert", "tunnel_exhaustion")));
        if (!reply.IsCommitted)
        {
            return; // Refused: that is an answer, too.
        }

        await bench.BindNewAsync(c.Name("event"), c.Vni());
        await c.EventuallyAsync(
            "wait for the switch to put it right", "no fault tunnel_exhaustion", c.Timing.Hardware,
            async () =>
            {
                var faults = await bench.FaultsAsync();
                return (!faults.Any(f => f.EndsWith(": tunnel_exhaustion", StringComparison.Ordinal)), faults.Count == 0 ? "no fault" : string.Join(", ", faults));
            });
    }

    /// <summary>vtep(5) names the words of each column; a vendor's own may stand beside them, but none may mean something else.</summary>
    [Check("VTEP-FLT-009", Catches = "own-fault-words", Partly = "fault columns only, with one or two faults")]
    public static async Task Faults_are_told_in_the_words_of_their_column(CheckContext c)
    {
        var bench = await Bench.FindAsync(c);
        var before = await bench.SettledFaultsAsync();
        await bench.BindNewAsync(c.Name("bad-key"), 16_777_216);
        foreach (var vlan in c.Tester.Device.LocalVlans.Take(1))
        {
            await c.CommitAsync(
                $"bind VLAN {vlan}, which the switch uses itself", Given.Network(c.Name("conflict"), c.Vni(), "net"), bench.Binding("insert", vlan, Ovs.Named("net")));
        }

        c.Did("wait for faults, of any words");
        var start = c.Tester.Transcript.Now;
        var faults = new List<string>();
        while (faults.Count < 1 + Math.Min(1, c.Tester.Device.LocalVlans.Length) && c.Tester.Transcript.Now - start < c.Timing.Hardware)
        {
            await c.Tester.Host.DelayAsync(TimeSpan.FromMilliseconds(100), c.Cancel);
            faults = [.. (await bench.FaultsAsync()).Except(before)];
        }

        CheckContext.Applies(faults.Count > 0, "the switch reports no fault for a tunnel_key out of range");
        var clashing = faults.Where(f => Bench.IsPort(f) ? Bench.SwitchFaults.Any(w => Says(f, w)) : Bench.PortFaults.Any(w => Says(f, w))).ToList();
        c.Expect(clashing.Count == 0, "no word of one column in the other", clashing.Count == 0 ? string.Join(", ", faults) : string.Join(", ", clashing));
        c.Expect(
            faults.Any(f => Says(f, "unspecified_fault") || Bench.PortFaults.Concat(Bench.SwitchFaults).Any(w => Says(f, w))), "a documented word",
            string.Join(", ", faults));
    }

    /// <summary>A VNI has 24 bits (RFC 7348 section 5); a key that is cut joins two tenants.</summary>
    [Check("VTEP-ROB-006", Catches = "cuts-tunnel-key fault-never-cleared")]
    public static async Task A_tunnel_key_out_of_range_raises_a_fault(CheckContext c)
    {
        var bench = await Bench.FindAsync(c);
        var (before, name) = (await bench.SettledFaultsAsync(), c.Name("bad-key"));
        await bench.BindNewAsync(name, c.Vni());
        foreach (var key in new[] { 16_777_216L, -1, 1L << 40 })
        {
            await c.CommitAsync($"set tunnel_key {key}", Ovs.Update("Logical_Switch", Given.Named(name), new JsonObject { ["tunnel_key"] = key }));
            await bench.ExpectFaultAsync(before);
            await c.CommitAsync("set a good one", Ovs.Update("Logical_Switch", Given.Named(name), new JsonObject { ["tunnel_key"] = c.Vni() }));
            await bench.ExpectFaultsGoneAsync(before);
        }
    }

    /// <summary>vtep(5), Physical_Locator.dst_ip: a text, in which anything may stand.</summary>
    [Check("VTEP-ROB-008", Catches = "silent-bad-address hangs-on-bad-address", DeviceMustSurvive = true,
        Partly = "the fault, not the hardware; the switch's own address is not tried")]
    public static async Task A_locator_that_is_no_unicast_address_raises_a_fault(CheckContext c)
    {
        var bench = await Bench.FindAsync(c);
        var (network, _) = await bench.BindNewAsync(c.Name("bad-locators"), c.Vni());
        var before = await bench.SettledFaultsAsync();
        foreach (var ip in new[] { "300.1.1.1", "no address at all", "2001:db8::1", "0.0.0.0", "255.255.255.255", "224.0.0.1" })
        {
            var mac = c.Mac();
            await c.CommitAsync($"insert a remote MAC behind '{ip}'", Given.Locator(ip, "far"), Given.RemoteMac(mac, Ovs.Uuid(network), Ovs.Named("far")));
            await bench.ExpectFaultAsync(before);
            await c.CommitAsync("delete it", Ovs.Delete("Ucast_Macs_Remote", Ovs.Where("MAC", "==", mac)));
            await bench.ExpectFaultsGoneAsync(before);
        }
    }

    private static async Task<(Bench Bench, IReadOnlyList<string> Before, List<string> Macs, string Network)> OverfillAsync(CheckContext c)
    {
        var bench = await Bench.FindAsync(c);
        CheckContext.Applies(c.Tester.Device.MacLimit is > 0 and <= 20_000, "no device file says how many MACs the switch takes");
        var before = await bench.SettledFaultsAsync();
        var macs = Enumerable.Range(0, c.Tester.Device.MacLimit!.Value + 10).Select(_ => c.Mac()).ToList();
        var (network, _) = await bench.BindNewAsync(c.Name("full"), c.Vni());
        await c.CommitAsync(
            $"insert {macs.Count} remote MACs",
            [Given.Locator(c.Ip(), "far"), .. macs.Select(m => Given.RemoteMac(m, Ovs.Uuid(network), Ovs.Named("far")))]);
        return (bench, before, macs, network);
    }

    private static bool Says(string fault, string word) => fault.EndsWith($": {word}", StringComparison.Ordinal);

    private static (bool Holds, string Seen) Said(IEnumerable<string> faults, int count)
    {
        var all = faults.ToList();
        return (all.Count >= count, all.Count == 0 ? "no new fault" : string.Join(", ", all));
    }
}
