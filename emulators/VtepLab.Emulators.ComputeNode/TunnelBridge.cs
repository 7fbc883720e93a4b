using VtepLab.OpenFlow.Switching;
using VtepLab.Packets;

namespace VtepLab.Emulators.ComputeNode;

/// <summary>Programs br-tun as Neutron's agent does: which VNI is which local VLAN, who is behind which tunnel, who gets floods.</summary>
/// <remarks>
/// Tables: 0 by port; 2 from local, unicast to 20 and the rest to 22; 4 from tunnels, VNI to VLAN; 10 learns into 20; 21 answers ARP; 22
/// floods. What was learnt matches the VLAN without its "present" bit, so <see cref="Reclaim"/> leaves it, as the real one does.
/// </remarks>
internal sealed class TunnelBridge(Bridge bridge, ulong cookie)
{
    public void SetUp(int patchPort, bool hasArpResponder)
    {
        Add($"""
            table=0,priority=1,in_port={patchPort},actions=goto_table:2
            table=0,priority=0,actions=drop
            table=2,priority=0,dl_dst=00:00:00:00:00:00/01:00:00:00:00:00,actions=goto_table:20
            table=2,priority=0,dl_dst=01:00:00:00:00:00/01:00:00:00:00:00,actions=goto_table:22
            table=3,priority=0,actions=drop
            table=4,priority=0,actions=drop
            table=6,priority=0,actions=drop
            table=10,priority=1,actions=learn(table=20,hard_timeout=300,priority=1,cookie=0x{cookie:x},NXM_OF_VLAN_TCI[0..11],NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],load:0->NXM_OF_VLAN_TCI[],load:NXM_NX_TUN_ID[]->NXM_NX_TUN_ID[],output:OXM_OF_IN_PORT[]),output:{patchPort}
            table=20,priority=0,actions=goto_table:22
            table=22,priority=0,actions=drop
            """);
        if (hasArpResponder)
        {
            Add("""
                table=2,priority=1,arp,dl_dst=ff:ff:ff:ff:ff:ff,actions=goto_table:21
                table=21,priority=0,actions=goto_table:22
                """);
        }
    }

    public void AddTunnelPort(int port) => Add($"table=0,priority=1,in_port={port},actions=goto_table:4");

    public void RemoveTunnelPort(int port) => bridge.Flows.Delete($"table=0,in_port={port}");

    public void Provision(int vlan, Vni vni) =>
        Add($"table=4,priority=1,tun_id={vni},actions=push_vlan:0x8100,set_field:{vlan + 4096}->vlan_vid,goto_table:10");

    public void Reclaim(int vlan, Vni vni)
    {
        bridge.Flows.Delete($"table=4,tun_id={vni}");
        foreach (var table in (int[])[22, 20, 21])
        {
            bridge.Flows.Delete($"table={table},{(table == 21 ? "arp," : "")}dl_vlan={vlan}");
        }
    }

    public void Flood(int vlan, Vni vni, IReadOnlyCollection<int> ports)
    {
        if (ports.Count == 0)
        {
            bridge.Flows.Delete($"table=22,dl_vlan={vlan}");
            return;
        }

        var outputs = string.Join(',', ports.Select(p => $"output:{p}"));
        Add($"table=22,priority=1,dl_vlan={vlan},actions=pop_vlan,set_field:{vni}->tun_id,{outputs}");
    }

    public void AddUnicast(int vlan, Vni vni, MacAddress mac, int port) =>
        Add($"table=20,priority=2,dl_vlan={vlan},dl_dst={mac},actions=pop_vlan,set_field:{vni}->tun_id,output:{port}");

    public void RemoveUnicast(int vlan, MacAddress mac) => bridge.Flows.Delete($"table=20,dl_vlan={vlan},dl_dst={mac}");

    public void AddArpAnswer(int vlan, IpAddress ip, MacAddress mac) =>
        Add(
            $"table=21,priority=1,arp,dl_vlan={vlan},arp_tpa={ip},actions=set_field:2->arp_op,"
            + "move:NXM_NX_ARP_SHA[]->NXM_NX_ARP_THA[],move:NXM_OF_ARP_SPA[]->NXM_OF_ARP_TPA[],"
            + $"set_field:{mac}->arp_sha,set_field:{ip}->arp_spa,move:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[],set_field:{mac}->eth_src,IN_PORT");

    public void RemoveArpAnswer(int vlan, IpAddress ip) => bridge.Flows.Delete($"table=21,arp,dl_vlan={vlan},arp_tpa={ip}");

    private void Add(string flows) => Flows.Add(bridge, cookie, flows);
}
