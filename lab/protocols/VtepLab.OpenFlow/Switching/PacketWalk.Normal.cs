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
        if (!Admits(from.Vlan, given) || ReservedAddresses.Contains(destination))
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
        var isUntagged = port.Vlan.Mode == PortVlanMode.Access || (port.Vlan.Mode == PortVlanMode.NativeUntagged && tag.Vlan == port.Vlan.Tag);
        if (isUntagged || tag.Vlan == 0)
        {
            // VLAN 0 leaves without a tag: priority-tags is "never" by default.
            _key.Set(FlowFields.VlanTci, 0);
            _key[FlowFields.OuterTpid.Word] = 0;
        }
        else
        {
            _key.Set(FlowFields.VlanTci, (uint)tag.Vlan | tag.Priority | FlowKeyReader.TagPresent);
            _key.Set(FlowFields.OuterTpid, tag.Tpid);
        }

        Emit(port);
        _key.Set(FlowFields.VlanTci, kept.Tci);
        _key[FlowFields.OuterTpid.Word] = kept.Others;
    }

    private readonly record struct NormalTag(int Vlan, ulong Priority, ulong Tpid, ulong InnerTci);
}
