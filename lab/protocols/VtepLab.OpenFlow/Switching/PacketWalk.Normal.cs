using VtepLab.OpenFlow.Fields;
using VtepLab.Packets;

namespace VtepLab.OpenFlow.Switching;

// The output NORMAL: a learning switch with VLANs.
internal sealed partial class PacketWalk
{
    private const ulong Vid = 0xFFF;
    private const ulong Pcp = 0xE000;

    private void RunNormal()
    {
        if (_bridge.Port((int)_key.Get(FlowFields.InPort)) is not { } from)
        {
            return;
        }

        var tci = _key.Get(FlowFields.VlanTci);
        var given = (int)(tci & Vid);
        var destination = new MacAddress(_key.Get(FlowFields.EthDst));
        var isCut = tci == 0 && _key.Get(FlowFields.EthType) == EtherTypes.Vlan; // A tag nobody looked into.
        if (isCut || !Admits(from.Vlan, given) || ReservedAddresses.Contains(destination))
        {
            return;
        }

        var vlan = from.Vlan.Mode switch
        {
            PortVlanMode.Access => from.Vlan.Tag,
            PortVlanMode.Trunk => given,
            _ => given == 0 ? from.Vlan.Tag : given,
        };
        _bridge.Macs.Learn(vlan, new MacAddress(_key.Get(FlowFields.EthSrc)), from, Now);
        var tag = new NormalTag(
            vlan, tci & Pcp, _key.Get(FlowFields.OuterTpid) is var tpid and not 0 ? tpid : EtherTypes.Vlan,
            from.Vlan.Mode == PortVlanMode.Access ? 0 : _key.Get(FlowFields.InnerTci));
        if (!destination.IsGroup && _bridge.Macs.Find(vlan, destination, Now) is { } known)
        {
            if (known != from)
            {
                SendNormal(known, tag);
            }

            return;
        }

        foreach (var port in _bridge.PortList)
        {
            if (port != from && port.IsFlooded && Includes(port.Vlan, tag))
            {
                SendNormal(port, tag);
            }
        }
    }

    private static bool Admits(PortVlan port, int given) => port.Mode switch
    {
        PortVlanMode.Access => given == 0,
        PortVlanMode.Trunk => port.Carries(given),
        _ => given == 0 || port.Carries(given),
    };

    // A frame with a second tag behind an access port's VLAN is not for it.
    private static bool Includes(PortVlan port, NormalTag tag) =>
        port.Carries(tag.Vlan) && (port.Mode != PortVlanMode.Access || (tag.InnerTci & Vid) == 0);

    private void SendNormal(BridgePort port, NormalTag tag)
    {
        var kept = (Tci: _key.Get(FlowFields.VlanTci), Others: _key[FlowFields.OuterTpid.Word]);
        var isPopped = port.Vlan.Mode == PortVlanMode.NativeUntagged && tag.Vlan == port.Vlan.Tag;
        var (outer, inner) = port.Vlan.Mode == PortVlanMode.Access ? (0UL, 0UL)
            : isPopped ? (tag.InnerTci & (Vid | Pcp), 0UL)
            : ((uint)tag.Vlan | tag.Priority, tag.InnerTci & (Vid | Pcp));

        // VLAN 0 without a priority leaves without a tag: priority-tags is "never" by default.
        _key.Set(FlowFields.VlanTci, outer == 0 ? 0 : outer | FlowKeyReader.TagPresent);
        _key.Set(FlowFields.InnerTci, inner == 0 ? 0 : inner | FlowKeyReader.TagPresent);
        _key.Set(FlowFields.OuterTpid, isPopped ? _key.Get(FlowFields.InnerTpid) : tag.Tpid);
        Emit(port);
        _key.Set(FlowFields.VlanTci, kept.Tci);
        _key[FlowFields.OuterTpid.Word] = kept.Others;
    }

    private readonly record struct NormalTag(int Vlan, ulong Priority, ulong Tpid, ulong InnerTci);
}
