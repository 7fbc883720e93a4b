using VtepLab.OpenFlow;
using VtepLab.OpenFlow.Switching;
using VtepLab.OpenFlow.Text;

namespace VtepLab.Protocols.Tests.OpenFlow;

public class FlowTextTests
{
    // What ovs-ofctl 3.1 printed for each flow, without statistics.
    [TestCase(
        "table=1,priority=9,tun_id=5,reg0=1,reg3=0x10/0xf0,metadata=7,in_port=2,tcp,dl_vlan=5,dl_vlan_pcp=3,dl_src=00:00:00:00:00:01,dl_dst=01:00:00:00:00:00/01:00:00:00:00:00,nw_src=10.0.0.0/8,nw_dst=10.0.0.1,nw_tos=16,nw_ecn=1,nw_ttl=5,tp_src=80,tp_dst=0x10/0xfff0,tcp_flags=+fin-syn actions=drop",
        " table=1, priority=9,tcp,reg0=0x1,reg3=0x10/0xf0,tun_id=0x5,metadata=0x7,in_port=2,dl_vlan=5,dl_vlan_pcp=3,dl_src=00:00:00:00:00:01,dl_dst=01:00:00:00:00:00/01:00:00:00:00:00,nw_src=10.0.0.0/8,nw_dst=10.0.0.1,nw_tos=16,nw_ecn=1,nw_ttl=5,tp_src=80,tp_dst=0x10/0xfff0,tcp_flags=+fin-syn actions=drop")]
    [TestCase(
        "table=1,arp,arp_op=1,arp_spa=1.1.1.1,arp_tpa=2.2.2.2/255.255.0.255,arp_sha=00:00:00:00:00:01,arp_tha=00:00:00:00:00:02,tun_src=1.2.3.4,tun_dst=4.3.2.1 actions=drop",
        " table=1, arp,tun_src=1.2.3.4,tun_dst=4.3.2.1,arp_spa=1.1.1.1,arp_tpa=2.2.0.2/255.255.0.255,arp_op=1,arp_sha=00:00:00:00:00:01,arp_tha=00:00:00:00:00:02 actions=drop")]
    [TestCase("icmp,icmp_type=8,icmp_code=0,nw_frag=no actions=drop", " icmp,nw_frag=no,icmp_type=8,icmp_code=0 actions=drop")]
    [TestCase(
        "table=1,icmp6,icmp_type=136,nd_target=fe80::1,ipv6_src=fe80::/64 actions=drop",
        " table=1, icmp6,ipv6_src=fe80::/64,icmp_type=136,nd_target=fe80::1 actions=drop")]
    [TestCase("dl_type=0x88cc,vlan_tci=0 actions=drop", " vlan_tci=0x0000,dl_type=0x88cc actions=drop")]
    [TestCase("rarp,in_port=LOCAL,dl_vlan=0xffff actions=drop", " rarp,in_port=LOCAL,vlan_tci=0x0000 actions=drop")]
    [TestCase("vlan_vid=0x1005,ip,nw_proto=47 actions=drop", " ip,dl_vlan=5,nw_proto=47 actions=drop")]
    [TestCase(
        "table=3,vlan_tci=0x1000/0x1000 actions=set_field:4102->vlan_vid,set_field:3->vlan_pcp,mod_vlan_vid:5,mod_vlan_pcp:3,pop_vlan,strip_vlan",
        " table=3, vlan_tci=0x1000/0x1000 actions=mod_vlan_vid:6,mod_vlan_pcp:3,mod_vlan_vid:5,mod_vlan_pcp:3,strip_vlan,strip_vlan")]
    [TestCase(
        "table=4,actions=mod_vlan_vid:5,mod_dl_src:00:00:00:00:00:09,set_field:00:00:00:00:00:07->eth_src,set_field:00:00:00:00:00:06->dl_dst",
        " table=4, actions=mod_vlan_vid:5,mod_dl_src:00:00:00:00:00:09,mod_dl_src:00:00:00:00:00:07,mod_dl_dst:00:00:00:00:00:06")]
    [TestCase(
        "table=5,ip,actions=mod_nw_src:1.2.3.4,mod_nw_tos:8,mod_nw_ecn:1,mod_nw_ttl:3,dec_ttl,set_field:9.9.9.9->ip_src,set_field:9.9.9.9->nw_dst",
        " table=5, ip actions=mod_nw_src:1.2.3.4,mod_nw_tos:8,load:0x1->NXM_NX_IP_ECN[],load:0x3->NXM_NX_IP_TTL[],dec_ttl,mod_nw_src:9.9.9.9,mod_nw_dst:9.9.9.9")]
    [TestCase(
        "table=6,tcp,actions=mod_tp_src:1,mod_tp_dst:2,set_field:5->tp_src,load:5->NXM_OF_TCP_DST[]",
        " table=6, tcp actions=mod_tp_src:1,mod_tp_dst:2,mod_tp_src:5,load:0x5->NXM_OF_TCP_DST[]")]
    [TestCase(
        "table=8,actions=resubmit:3,resubmit(3,4),resubmit(,4),output:NXM_NX_REG0[],output:reg1,goto_table:9",
        " table=8, actions=resubmit:3,resubmit(3,4),resubmit(,4),output:NXM_NX_REG0[],output:NXM_NX_REG1[],resubmit(,9)")]
    [TestCase("table=9,priority=3,actions=all,in_port,flood,normal,local,controller,7,exit", " table=9, priority=3 actions=ALL,IN_PORT,FLOOD,NORMAL,LOCAL,CONTROLLER:65535,output:7,exit")]
    [TestCase(
        "table=11,tcp,actions=fin_timeout(idle_timeout=1),learn(table=5,idle_timeout=60,fin_idle_timeout=1,eth_type=0x800,nw_proto=6,NXM_OF_VLAN_TCI[0..11],NXM_OF_IP_SRC[]=NXM_OF_IP_DST[],NXM_OF_TCP_SRC[]=NXM_OF_TCP_DST[],reg0=5,load:5->reg1,output:NXM_OF_IN_PORT[])",
        " table=11, tcp actions=fin_timeout(idle_timeout=1),learn(table=5,idle_timeout=60,fin_idle_timeout=1,eth_type=0x800,nw_proto=6,NXM_OF_VLAN_TCI[0..11],NXM_OF_IP_SRC[]=NXM_OF_IP_DST[],NXM_OF_TCP_SRC[]=NXM_OF_TCP_DST[],reg0=0x5,load:0x5->NXM_NX_REG1[],output:NXM_OF_IN_PORT[])")]
    [TestCase(
        "table=12,priority=1,arp,dl_vlan=5,arp_tpa=192.168.0.2,actions=set_field:2->arp_op,move:NXM_NX_ARP_SHA[]->NXM_NX_ARP_THA[],set_field:fa:16:3e:00:00:02->arp_sha,set_field:192.168.0.2->arp_spa,set_field:fa:16:3e:00:00:02->eth_src,IN_PORT",
        " table=12, priority=1,arp,dl_vlan=5,arp_tpa=192.168.0.2 actions=load:0x2->NXM_OF_ARP_OP[],move:NXM_NX_ARP_SHA[]->NXM_NX_ARP_THA[],load:0xfa163e000002->NXM_NX_ARP_SHA[],load:0xc0a80002->NXM_OF_ARP_SPA[],mod_dl_src:fa:16:3e:00:00:02,IN_PORT")]
    [TestCase("table=13,idle_timeout=50,hard_timeout=60,cookie=0x1234,send_flow_rem,priority=65535,actions=1", " cookie=0x1234, table=13, idle_timeout=50, hard_timeout=60, priority=65535 actions=output:1")]
    public void A_flow_prints_as_ovs_ofctl_prints_it(string given, string printed) =>
        Assert.That(Print(given, OpenFlowVersion.OpenFlow10, OpenFlowVersion.OpenFlow10), Is.EqualTo(printed));

    [TestCase("actions=set_field:5->tun_id,push_vlan:0x8100,set_field:0x1005->vlan_vid,output:1", " actions=load:0x5->NXM_NX_TUN_ID[],mod_vlan_vid:5,output:1")]
    public void A_flow_of_version_1_3_prints_in_the_words_of_1_0(string given, string printed) =>
        Assert.That(Print(given, OpenFlowVersion.OpenFlow13, OpenFlowVersion.OpenFlow10), Is.EqualTo(printed));

    [TestCase("priority=5,in_port=1,dl_vlan=5 actions=strip_vlan,set_tunnel:5000,output:2", " reset_counts priority=5,in_port=1,dl_vlan=5 actions=pop_vlan,set_field:0x1388->tun_id,output:2")]
    [TestCase("dl_vlan=0xffff actions=drop", " reset_counts vlan_tci=0x0000/0x1fff actions=drop")]
    [TestCase("table=4,actions=mod_vlan_vid:5,mod_vlan_pcp:3", " table=4, reset_counts actions=push_vlan:0x8100,set_field:4101->vlan_vid,set_field:3->vlan_pcp")]
    [TestCase("table=5,ip,actions=mod_nw_tos:8", " table=5, reset_counts ip actions=set_field:2->ip_dscp")]
    public void A_flow_of_version_1_0_prints_in_the_words_of_1_3(string given, string printed) =>
        Assert.That(Print(given, OpenFlowVersion.OpenFlow10, OpenFlowVersion.OpenFlow13), Is.EqualTo(printed));

    [TestCase("in_prt=1 actions=drop", "flow 'in_prt=1 actions=drop': in_prt: expected a field of ovs-fields(7), found an unknown name")]
    [TestCase("dl_vlan=5000 actions=drop", "flow 'dl_vlan=5000 actions=drop': dl_vlan: expected 0 to 4095, found '5000'")]
    [TestCase("dl_src=zz actions=drop", "flow 'dl_src=zz actions=drop': dl_src: expected an address such as 02:1a:c0:00:02:0b, or address/mask, found 'zz'")]
    [TestCase("nw_src=1.2.3.4,actions=drop", "flow 'nw_src=1.2.3.4,actions=drop': ip_src: expected a match that says ip, found none")]
    [TestCase("in_port=1", "flow 'in_port=1': expected actions=…, found none (a flow that drops says actions=drop)")]
    [TestCase("table=5,actions=goto_table:3", "flow 'table=5,actions=goto_table:3': action 'goto_table': expected a table behind 5, found 3")]
    [TestCase("actions=goto_table:3,output:1", "flow 'actions=goto_table:3,output:1': action 'output:1': expected goto_table to be the last, found an action behind it")]
    [TestCase("actions=foo", "flow 'actions=foo': action 'foo': expected an action this pipeline knows, found another one")]
    [TestCase("actions=set_field:5->vlan_vid", "flow 'actions=set_field:5->vlan_vid': action 'set_field': expected a match that says that there is a VLAN tag, found none")]
    [TestCase("actions=load:7->NXM_NX_REG0[3]", "flow 'actions=load:7->NXM_NX_REG0[3]': action 'load': expected a number that fits 1 bits, found '7'")]
    public void A_bad_flow_is_refused_by_name(string given, string complaint) =>
        Assert.That(() => FlowParser.Parse(given), Throws.TypeOf<FlowFormatException>().With.Message.EqualTo(complaint));

    private static string Print(string flow, OpenFlowVersion given, OpenFlowVersion printed)
    {
        var tables = new OpenVSwitch(TimeProvider.System).AddBridge("br0").Flows;
        tables.Add(flow, given);
        return tables.Dump(version: printed, withStatistics: false).Single();
    }
}
