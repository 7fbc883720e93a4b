using BenchmarkDotNet.Attributes;
using VtepLab.OpenFlow;
using VtepLab.OpenFlow.Switching;
using VtepLab.Packets;

namespace VtepLab.Benchmarks.ComputeNode;

/// <summary>Frames through br-int and br-tun as Neutron's agent programs them: to a tunnel, from one, and flooded to ten.</summary>
[MemoryDiagnoser]
public class PipelineBenchmarks : ITunnelUnderlay
{
    private const int Vteps = 10;

    private readonly byte[] _unicast = Frame(0x021A_C633_6402);
    private readonly byte[] _unknown = Frame(0x021A_C633_6499);
    private OpenVSwitch _switch = null!;
    private EndPort _vm = null!;
    private byte[] _fromTunnel = [];

    /// <summary>Bytes that went into the underlay or to the VM: keeps the work from being optimised away.</summary>
    public long Bytes { get; private set; }

    /// <summary>Programs the bridges.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        _switch = new OpenVSwitch(TimeProvider.System) { Underlay = this };
        var (brInt, brTun) = (_switch.AddBridge("br-int"), _switch.AddBridge("br-tun"));
        OpenVSwitch.Patch(brInt, "patch-tun", brTun, "patch-int", 1, 1);
        _vm = brInt.AddPort("vm1", f => Bytes += f.Length, 2);
        _vm.Vlan = PortVlan.Access(1);
        brInt.Flows.AddAll("table=0,priority=0,actions=goto_table:60\ntable=60,priority=3,actions=NORMAL", OpenFlowVersion.OpenFlow13);
        var flood = string.Join(',', Enumerable.Range(2, Vteps).Select(p => $"output:{p}"));
        for (var n = 0; n < Vteps; n++)
        {
            brTun.AddTunnelPort($"vxlan-{n}", new TunnelOptions(IpAddress.Parse($"192.0.2.{n + 2}"), IpAddress.Parse("192.0.2.1")), n + 2);
            brTun.Flows.Add($"table=0,priority=1,in_port={n + 2},actions=goto_table:4", OpenFlowVersion.OpenFlow13);
        }

        brTun.Flows.AddAll(
            $"""
            table=0,priority=1,in_port=1,actions=goto_table:2
            table=2,priority=0,dl_dst=00:00:00:00:00:00/01:00:00:00:00:00,actions=goto_table:20
            table=2,priority=0,dl_dst=01:00:00:00:00:00/01:00:00:00:00:00,actions=goto_table:22
            table=4,priority=1,tun_id=5000,actions=push_vlan:0x8100,set_field:4097->vlan_vid,goto_table:10
            table=10,priority=1,actions=learn(table=20,hard_timeout=300,priority=1,NXM_OF_VLAN_TCI[0..11],NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],load:0->NXM_OF_VLAN_TCI[],load:NXM_NX_TUN_ID[]->NXM_NX_TUN_ID[],output:OXM_OF_IN_PORT[]),output:1
            table=20,priority=2,dl_vlan=1,dl_dst=02:1a:c6:33:64:02,actions=pop_vlan,set_field:5000->tun_id,output:2
            table=20,priority=0,actions=goto_table:22
            table=22,priority=1,dl_vlan=1,actions=pop_vlan,set_field:5000->tun_id,{flood}
            """,
            OpenFlowVersion.OpenFlow13);
        _fromTunnel = Frames.Vxlan(new Vni(5000), Frame(0x021A_C633_6401, 0x021A_C633_6403));
        FromTunnel();
    }

    /// <summary>A VM's frame to a known address: br-int, br-tun, one tunnel.</summary>
    [Benchmark]
    public void ToTunnel() => _vm.Receive(_unicast);

    /// <summary>A VM's frame to an unknown address: copies to ten tunnels.</summary>
    [Benchmark]
    public void FloodToTen() => _vm.Receive(_unknown);

    /// <summary>A frame from a tunnel: decapsulated, learnt from, handed to the VM.</summary>
    [Benchmark]
    public void FromTunnel() => _switch.ReceiveVxlan(_fromTunnel, IpAddress.V4(0xC000_0202), IpAddress.V4(0xC000_0201), 0);

    void ITunnelUnderlay.Send(
        Span<byte> buffer, int payloadAt, IpAddress source, IpAddress destination, ushort sourcePort, ushort destinationPort, byte trafficClass) =>
        Bytes += buffer.Length - payloadAt;

    private static byte[] Frame(ulong destination, ulong source = 0x021A_C633_6401) =>
        Frames.Ethernet(
            new MacAddress(destination), new MacAddress(source), EtherTypes.IPv4,
            Frames.Udp(IpAddress.Parse("198.51.100.1"), IpAddress.Parse("198.51.100.2"), 1, 2, new byte[100]));
}
