using VtepLab.Emulators.ComputeNode;
using VtepLab.Emulators.Endpoints;
using VtepLab.OpenFlow;
using VtepLab.Packets;
using Node = VtepLab.Emulators.ComputeNode.ComputeNode;

namespace VtepLab.Emulators.Tests.ComputeNode;

/// <summary>Nodes that are told by l2population where addresses are.</summary>
public class L2PopulationTests
{
    private Cloud _cloud = null!;
    private Node _a = null!;
    private Node _b = null!;
    private Node _c = null!;
    private Endpoint _vm1 = null!;
    private Endpoint _vm2 = null!;

    [SetUp]
    public void TwoVms()
    {
        _cloud = new Cloud(hasL2Population: true);
        (_a, _b, _c) = (_cloud.AddNode("kvm-a", "192.0.2.1"), _cloud.AddNode("kvm-b", "192.0.2.2"), _cloud.AddNode("kvm-c", "192.0.2.3"));
        _vm1 = _cloud.AddVm("vm1", _a, "blue", Cloud.Blue, "198.51.100.1");
        _vm2 = _cloud.AddVm("vm2", _b, "blue", Cloud.Blue, "198.51.100.2");
        _a.AddFdbEntries(Behind(_b, _vm2));
        _b.AddFdbEntries(Behind(_a, _vm1));
    }

    [Test]
    public void ARP_is_answered_on_the_node_and_does_not_cross_the_underlay()
    {
        Assert.That(_cloud.Ping(_vm1, "198.51.100.2").IsAnswered);

        Assert.That(_cloud.Vxlan().Select(f => EtherType(f.Inner)), Is.EqualTo(new[] { EtherTypes.IPv4, EtherTypes.IPv4 }));
        Assert.That(_vm1.Neighbours, Is.EqualTo(new[] { (_vm2.Options.Address, _vm2.Options.Mac) }));
    }

    [Test]
    public void The_flows_are_those_of_Neutrons_agent()
    {
        // Neutron 21's own bridge classes wrote these to a real Open vSwitch, for VNI 5000, but for ports, VLAN and addresses.
        var flows = _a.Tunnels.Flows.Dump(version: OpenFlowVersion.OpenFlow13, withStatistics: false)
            .Select(l => l[(l.IndexOf(", ", StringComparison.Ordinal) + 2)..]).Where(l => l.StartsWith("table=2", StringComparison.Ordinal));

        Assert.That(flows, Is.EqualTo(new[]
        {
            "table=2, priority=1,arp,dl_dst=ff:ff:ff:ff:ff:ff actions=goto_table:21",
            "table=2, priority=0,dl_dst=00:00:00:00:00:00/01:00:00:00:00:00 actions=goto_table:20",
            "table=2, priority=0,dl_dst=01:00:00:00:00:00/01:00:00:00:00:00 actions=goto_table:22",
            "table=20, priority=2,dl_vlan=1,dl_dst=02:1a:c6:33:64:02 actions=pop_vlan,set_field:0x1388->tun_id,output:2",
            "table=20, priority=0 actions=goto_table:22",
            "table=21, priority=1,arp,dl_vlan=1,arp_tpa=198.51.100.2 actions=set_field:2->arp_op,move:NXM_NX_ARP_SHA[]->NXM_NX_ARP_THA[],move:NXM_OF_ARP_SPA[]->NXM_OF_ARP_TPA[],set_field:02:1a:c6:33:64:02->arp_sha,set_field:198.51.100.2->arp_spa,move:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[],set_field:02:1a:c6:33:64:02->eth_src,IN_PORT",
            "table=21, priority=0 actions=goto_table:22",
            "table=22, priority=1,dl_vlan=1 actions=pop_vlan,set_field:0x1388->tun_id,output:2",
            "table=22, priority=0 actions=drop",
        }));
    }

    [Test]
    public void Floods_go_only_to_VTEPs_that_have_the_network()
    {
        _vm1.SendFrame(MacAddress.Broadcast, _vm1.Options.Mac, 0x9999, "hello"u8);
        _cloud.World.RunFor(TimeSpan.FromSeconds(1));

        Assert.That(_cloud.Vxlan().Select(f => f.To), Is.EqualTo(new[] { _b.TunnelIp }));
        Assert.That(_a.RemoteVteps, Is.EqualTo(new[] { _b.TunnelIp }));
    }

    [Test]
    public void A_migration_told_by_fdb_messages_moves_the_traffic()
    {
        Assert.That(_cloud.Ping(_vm1, "198.51.100.2").IsAnswered);
        _b.DetachPort("vm2");
        _vm2.Dispose();
        var moved = _cloud.AddVm("vm2-moved", _c, "blue", Cloud.Blue, "198.51.100.2");

        // The old host is told of only after the new one is known, as the server does it.
        _c.AddFdbEntries(Behind(_a, _vm1));
        _a.AddFdbEntries(Behind(_c, moved));
        _a.RemoveFdbEntries(Behind(_b, _vm2));
        _cloud.Underlay.Clear();

        Assert.That(_cloud.Ping(_vm1, "198.51.100.2").IsAnswered);
        Assert.That(_cloud.Vxlan().Where(f => f.From == "kvm-a").Select(f => f.To), Is.All.EqualTo(_c.TunnelIp));
        Assert.That(_a.RemoteVteps, Is.EqualTo(new[] { _c.TunnelIp }), "the tunnel to kvm-b is used by nothing any more");
    }

    [Test]
    public void A_changed_address_is_answered_for_and_the_old_one_is_not()
    {
        _a.UpdateFdbEntries(new FdbIpChange(
            "blue", _b.TunnelIp, [new FdbPort(_vm2.Options.Mac, _vm2.Options.Address)],
            [new FdbPort(_vm2.Options.Mac, IpAddress.Parse("198.51.100.22"))]));

        Assert.That(
            _a.Tunnels.Flows.List("table=21,arp,dl_vlan=1").Select(f => f.Match.ToString()), Is.EqualTo(new[] { "arp,dl_vlan=1,arp_tpa=198.51.100.22" }));
    }

    [Test]
    public void The_last_port_of_a_network_takes_its_flows_and_tunnels_with_it()
    {
        var empty = new Cloud(hasL2Population: true).AddNode("kvm-x", "192.0.2.9");

        _a.DetachPort("vm1");

        Assert.That((_a.VlanOf("blue"), _a.RemoteVteps.Count()), Is.EqualTo(((int?)null, 0)));
        Assert.That(Matches(_a), Is.EqualTo(Matches(empty)));

        static IEnumerable<string> Matches(Node node) => node.Tunnels.Flows.List().Select(f => $"{f.TableId} {f.Priority} {f.Match}");
    }

    private static FdbEntries Behind(Node node, Endpoint vm) =>
        FdbEntries.Behind("blue", Cloud.Blue, node.TunnelIp, FdbPort.Flooding, new FdbPort(vm.Options.Mac, vm.Options.Address));

    private static ushort EtherType(byte[] inner) => EthernetFrame.TryRead(inner, out var frame) ? frame.EtherType : (ushort)0;
}
