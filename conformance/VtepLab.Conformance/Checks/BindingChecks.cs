using System.Text.Json.Nodes;
using VtepLab.Conformance.Harness;
using VtepLab.Conformance.Wire;

namespace VtepLab.Conformance.Checks;

/// <summary>VLAN bindings, and what the switch publishes about a network that is bound.</summary>
public static class BindingChecks
{
    /// <summary>vtep(5), Physical_Port.vlan_stats: one entry a bound VLAN, if any.</summary>
    [Check("VTEP-VLN-006", Catches = "keeps-binding-stats", Partly = "of the entry, vlan_stats only")]
    public static async Task An_unbound_VLAN_leaves_no_statistics(CheckContext c)
    {
        var bench = await Bench.FindAsync(c);
        var (network, vlan) = await bench.BindNewAsync(c.Name("bound"), c.Vni());
        await bench.ExpectFloodingOrQuietAsync(c, network);
        await c.CommitAsync("unbind it", bench.Removal(network, vlan));
        await c.EventuallyAsync(
            "wait for the entry to go", $"no entry for VLAN {vlan} in vlan_stats", c.Timing.Hardware,
            async () =>
            {
                var row = (await c.PeekAsync("Physical_Port", Ovs.WhereUuid(bench.Port.Uuid), "vlan_stats", "vlan_bindings"))[0];
                return (!Bench.Keys(row, "vlan_stats").Contains(Bench.Text(vlan)), $"entries for VLANs {string.Join(", ", Bench.Keys(row, "vlan_stats"))}");
            });
    }

    /// <summary>vtep(5), Physical_Port.port_fault_status; which VLANs are in local use comes from the device file.</summary>
    [Check("VTEP-VLN-008", Catches = "silent-vlan-conflict fault-never-cleared",
        Partly = "the binding is taken back instead of the local use, so it is not seen to work afterwards")]
    public static async Task A_VLAN_in_local_use_raises_a_fault(CheckContext c)
    {
        var bench = await Bench.FindAsync(c);
        CheckContext.Applies(!c.Tester.Device.LocalVlans.IsEmpty, "no device file says which VLANs the switch uses by itself");
        var (before, vlan, name) = (await bench.SettledFaultsAsync(), c.Tester.Device.LocalVlans[0], c.Name("conflict"));
        await c.CommitAsync($"bind VLAN {vlan}", Given.Network(name, c.Vni(), "net"), bench.Binding("insert", vlan, Ovs.Named("net")));
        await bench.ExpectFaultAsync(before, "invalid_vlan_map");
        var network = (await c.ExpectRowsAsync(1, "Logical_Switch", Given.Named(name), "_uuid"))[0].Uuid;
        await c.CommitAsync("unbind it", bench.Binding("delete", vlan, Ovs.Uuid(network)));
        await bench.ExpectFaultsGoneAsync(before);
    }

    /// <summary>vlan_bindings is one cell: what one client writes must not undo what another has written.</summary>
    [Check("VTEP-VLN-014", Catches = "forgets-vlan-binding",
        Partly = "single keys only, without an update of the whole map; the database, not the hardware")]
    public static async Task Bindings_that_clients_make_one_by_one_all_stay(CheckContext c)
    {
        var bench = await Bench.FindAsync(c);
        var (network, first) = await bench.BindNewAsync(c.Name("shared"), c.Vni());
        var other = await c.OpenAsync();
        var (second, third) = (bench.FreeVlan(), bench.FreeVlan());
        await other.CommitAsync($"another client binds VLAN {second}", bench.Binding("insert", second, Ovs.Uuid(network)));
        await c.CommitAsync($"the first one binds VLAN {third}", bench.Binding("insert", third, Ovs.Uuid(network)));
        await c.Tester.Host.DelayAsync(c.Timing.Database, c.Cancel);
        var row = (await c.SelectAsync("Physical_Port", Ovs.WhereUuid(bench.Port.Uuid), "vlan_bindings"))[0];
        var ours = row.Map("vlan_bindings").Where(p => p.Value.Uuid() == network).Select(p => p.Key.GetRawText()).ToList();
        int[] all = [first, second, third];
        c.Expect(
            ours.Order(StringComparer.Ordinal).SequenceEqual(all.Select(Bench.Text).Order(StringComparer.Ordinal)), $"VLANs {first}, {second}, {third}",
            $"VLANs {string.Join(", ", ours)}");
    }

    /// <summary>vtep(5), Mcast_Macs_Local: the switch takes part in flooding.</summary>
    [Check("VTEP-BUM-010", Catches = "no-mcast-local")]
    public static async Task A_bound_network_is_published_for_flooding(CheckContext c)
    {
        var bench = await Bench.FindAsync(c);
        var (network, _) = await bench.BindNewAsync(c.Name("flooded"), c.Vni());
        await bench.ExpectFloodingRowAsync(true, network, "wait for the switch to publish it");
        var row = (await c.SelectAsync("Mcast_Macs_Local", Ovs.Where("logical_switch", "==", Ovs.Uuid(network))))[0];
        var members = (await c.SelectAsync("Physical_Locator_Set", Ovs.WhereUuid(row.Uuids("locator_set").FirstOrDefault("")), "locators"))[0].Uuids("locators");
        var addresses = (await c.SelectAsync("Physical_Locator", Ovs.All, "_uuid", "dst_ip")).Where(l => members.Contains(l.Uuid)).Select(l => l.Text("dst_ip")).ToList();
        c.Expect(
            addresses.Count > 0 && addresses.All(bench.Device.Texts("tunnel_ips").Contains), $"own addresses {string.Join(", ", bench.Device.Texts("tunnel_ips"))}",
            string.Join(", ", addresses));
    }

    /// <summary>A switch that keeps its row makes the network undeletable.</summary>
    [Check("VTEP-BUM-011", Catches = "keeps-mcast-local")]
    public static async Task The_last_unbinding_withdraws_the_flooding_row(CheckContext c)
    {
        var bench = await Bench.FindAsync(c);
        var name = c.Name("unbound");
        var (network, vlan) = await bench.BindNewAsync(name, c.Vni());
        await bench.ExpectFloodingOrQuietAsync(c, network);
        await c.CommitAsync("unbind it", bench.Removal(network, vlan));
        await bench.ExpectFloodingRowAsync(false, network, "wait for the row to go");
        await c.CommitAsync("delete the network", Ovs.Delete("Logical_Switch", Given.Named(name)));
    }

    /// <summary>Controllers delete a network in one transaction; own rows of the switch must not stand in the way.</summary>
    [Check("VTEP-MAC-013", Catches = "withdraws-after-commit")]
    public static async Task A_network_goes_in_one_transaction(CheckContext c)
    {
        var bench = await Bench.FindAsync(c);
        var name = c.Name("deleted");
        var (network, vlan) = await bench.BindNewAsync(
            name, c.Vni(), Given.Locator(c.Ip(), "far"), Given.RemoteMac(c.Mac(), Ovs.Named("net"), Ovs.Named("far")));
        await bench.ExpectFloodingOrQuietAsync(c, network);
        await c.CommitAsync(
            "delete its MACs, its binding and itself in one transaction", [.. bench.Removal(network, vlan), Ovs.Delete("Logical_Switch", Given.Named(name))]);
        await c.ExpectRowsAsync(0, "Logical_Switch", Given.Named(name), "name");
    }

    /// <summary>A second row for a locator is the race that every controller runs into.</summary>
    [Check("VTEP-MAC-007", Catches = "duplicate-locators ignores-indexes")]
    public static async Task A_second_locator_of_an_address_is_refused_whole(CheckContext c)
    {
        var (ip, first, second, third) = (c.Ip(), c.Mac(), c.Mac(), c.Mac());
        var reply = await c.CommitAsync("insert a remote MAC and its locator", Given.Network(c.Name("net"), c.Vni(), "net"), Given.Locator(ip, "far"),
            Given.RemoteMac(first, Ovs.Named("net"), Ovs.Named("far")));
        var (network, locator) = (Ovs.Uuid(reply.UuidAt(0)!), Ovs.Uuid(reply.UuidAt(1)!));
        c.ExpectRefused(
            await c.TransactAsync("insert another MAC with another locator of that address", Given.Locator(ip, "far"),
                Given.RemoteMac(second, network, Ovs.Named("far"))),
            "constraint violation");
        await c.ExpectRowsAsync(0, "Ucast_Macs_Remote", Ovs.Where("MAC", "==", second), "MAC");
        await c.CommitAsync("the same with the locator that is there", Given.RemoteMac(third, network, locator));
    }

    /// <summary>The collector must not take the new locator for the old one.</summary>
    [Check("VTEP-MAC-008", Partly = "the database, not whether the hardware follows")]
    public static async Task A_locator_may_come_back_at_once(CheckContext c)
    {
        var (ip, first, second) = (c.Ip(), c.Mac(), c.Mac());
        var reply = await c.CommitAsync("insert a remote MAC and its locator", Given.Network(c.Name("net"), c.Vni(), "net"), Given.Locator(ip, "far"),
            Given.RemoteMac(first, Ovs.Named("net"), Ovs.Named("far")));
        await c.CommitAsync("delete the MAC", Ovs.Delete("Ucast_Macs_Remote", Ovs.Where("MAC", "==", first)));
        var there = await c.SelectAsync("Physical_Locator", Ovs.Where("dst_ip", "==", ip), "_uuid");
        JsonObject[] insert = there.Count == 0
            ? [Given.Locator(ip, "far"), Given.RemoteMac(second, Ovs.Uuid(reply.UuidAt(0)!), Ovs.Named("far"))]
            : [Given.RemoteMac(second, Ovs.Uuid(reply.UuidAt(0)!), Ovs.Uuid(there[0].Uuid))];
        await c.CommitAsync("insert another MAC with the same address at once", insert);
        await c.Tester.Host.DelayAsync(c.Timing.Quiet, c.Cancel);
        var row = (await c.ExpectRowsAsync(1, "Ucast_Macs_Remote", Ovs.Where("MAC", "==", second), "locator"))[0];
        await c.ExpectRowsAsync(1, "Physical_Locator", Ovs.WhereUuid(row.Uuids("locator").FirstOrDefault("")), "dst_ip");
    }

    /// <summary>vtep(5), Ucast_Macs_Remote.MAC: a text, in which anything may stand.</summary>
    [Check("VTEP-MAC-012", Catches = "silent-bad-mac", Partly = "the fault, not whether the hardware is programmed")]
    public static async Task A_remote_MAC_that_is_none_raises_a_fault(CheckContext c)
    {
        var bench = await Bench.FindAsync(c);
        var (network, _) = await bench.BindNewAsync(c.Name("bad-macs"), c.Vni());
        var before = await bench.SettledFaultsAsync();
        foreach (var mac in new[] { "zz:zz:zz:zz:zz:zz", "ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01", "00:00:00:00:00:00" })
        {
            var reply = await c.CommitAsync($"insert the remote MAC {mac}", Given.Locator(c.Ip(), "far"),
                Given.RemoteMac(mac, Ovs.Uuid(network), Ovs.Named("far")));
            await bench.ExpectFaultAsync(before);
            await c.CommitAsync("delete it", Ovs.Delete("Ucast_Macs_Remote", Ovs.WhereUuid(reply.UuidAt(1)!)));
            await bench.ExpectFaultsGoneAsync(before);
        }
    }

    // Lets the switch publish what it publishes, so that there is something to withdraw; a switch that publishes nothing has failed
    // the requirement that says so, and must not fail here.
    private static async Task ExpectFloodingOrQuietAsync(this Bench bench, CheckContext c, string network)
    {
        c.Did("give the switch time to publish the network");
        var start = c.Tester.Transcript.Now;
        while (c.Tester.Transcript.Now - start < c.Timing.Hardware / 2)
        {
            if ((await c.PeekAsync("Mcast_Macs_Local", Ovs.Where("logical_switch", "==", Ovs.Uuid(network)), "_uuid")).Count > 0)
            {
                return;
            }

            await c.Tester.Host.DelayAsync(TimeSpan.FromMilliseconds(100), c.Cancel);
        }
    }
}
