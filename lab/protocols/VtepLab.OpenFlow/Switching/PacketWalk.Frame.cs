using System.Buffers.Binary;
using VtepLab.OpenFlow.Fields;
using VtepLab.Packets;

namespace VtepLab.OpenFlow.Switching;

// The bytes of the frame: kept from the Ethernet type on, with room in front for addresses, tags and a tunnel's headers.
internal sealed partial class PacketWalk
{
    private const int Headroom = 128;
    private const int TagSize = VlanTag.Size;

    private byte[] _buffer = new byte[Headroom + 2048];
    private int _end;
    private ushort _wireTci;
    private FlowKey _arrived; // What the tag, and what the bytes behind it, said when they came.
    private FlowKey _written; // What the bytes behind the Ethernet type say now.

    /// <summary>Gives a frame without a tag one with VLAN 0.</summary>
    public void EnsureTag()
    {
        if (!HasTag)
        {
            _key.Set(FlowFields.VlanTci, FlowKeyReader.TagPresent);
            _key.Set(FlowFields.OuterTpid, EtherTypes.Vlan);
        }
    }

    public void PushTag(ushort protocolId)
    {
        _key.Set(FlowFields.InnerTci, _key.Get(FlowFields.VlanTci));
        _key.Set(FlowFields.InnerTpid, _key.Get(FlowFields.OuterTpid));
        _key.Set(FlowFields.VlanTci, FlowKeyReader.TagPresent);
        _key.Set(FlowFields.OuterTpid, protocolId);
    }

    public void PopTag()
    {
        _key.Set(FlowFields.VlanTci, _key.Get(FlowFields.InnerTci));
        _key.Set(FlowFields.OuterTpid, _key.Get(FlowFields.InnerTpid));
        _key.Set(FlowFields.InnerTci, 0);
        _key.Set(FlowFields.InnerTpid, 0);
    }

    private bool Load(ReadOnlySpan<byte> frame)
    {
        if (!FlowKeyReader.TryRead(frame, ref _key, out var typeAt))
        {
            return false;
        }

        if (_buffer.Length < Headroom + frame.Length)
        {
            _buffer = new byte[Headroom + frame.Length];
        }

        frame[typeAt..].CopyTo(_buffer.AsSpan(Headroom));
        _end = Headroom + frame.Length - typeAt;
        _wireTci = typeAt == 12 ? (ushort)0 : BinaryPrimitives.ReadUInt16BigEndian(frame[14..]);
        _arrived = _key;
        _written = _key;
        return true;
    }

    /// <summary>The frame as the key says it is now, in place.</summary>
    private Span<byte> Compose()
    {
        var at = ComposeAt();
        return _buffer.AsSpan(at, _end - at);
    }

    private int ComposeAt()
    {
        WriteUpperLayers();
        var at = Headroom;
        if (HasTag)
        {
            at -= WriteTag(at, _key.Get(FlowFields.InnerTci), _key.Get(FlowFields.InnerTpid), isInnermost: true);
        }

        at -= WriteTag(at, _key.Get(FlowFields.VlanTci), _key.Get(FlowFields.OuterTpid), isInnermost: at == Headroom);
        at -= 12;
        new MacAddress(_key.Get(FlowFields.EthDst)).Write(_buffer.AsSpan(at));
        new MacAddress(_key.Get(FlowFields.EthSrc)).Write(_buffer.AsSpan(at + 6));
        return at;
    }

    private int WriteTag(int before, ulong tci, ulong tpid, bool isInnermost)
    {
        if ((tci & FlowKeyReader.TagPresent) == 0)
        {
            return 0;
        }

        // The tag that came is left as it is, drop-eligible bit included; in any other that bit is 0.
        var isTheOneThatCame = isInnermost && tci == _arrived.Get(FlowFields.VlanTci) && tpid == _arrived.Get(FlowFields.OuterTpid);
        var bits = isTheOneThatCame ? _wireTci : (ushort)(tci & 0xEFFF);
        BinaryPrimitives.WriteUInt16BigEndian(_buffer.AsSpan(before - TagSize), tpid == 0 ? EtherTypes.Vlan : (ushort)tpid);
        BinaryPrimitives.WriteUInt16BigEndian(_buffer.AsSpan(before - 2), bits);
        return TagSize;
    }

    private void SendThroughTunnel(TunnelPort port)
    {
        if (_bridge.Switch.Underlay is not { } underlay)
        {
            return;
        }

        var vni = port.Options.Key is { } key ? (ulong)key.Value : _key.Get(FlowFields.TunId) & 0xFF_FFFF;
        var at = ComposeAt();
        var payloadAt = at - VxlanHeader.Size;
        new VxlanHeader(new Vni((int)vni)).Write(_buffer.AsSpan(payloadAt));
        port.SentFrames++;
        underlay.Send(
            _buffer.AsSpan(0, _end), payloadAt, port.Options.LocalIp, port.Options.RemoteIp, SourcePort(), port.Options.UdpPort, Congestion());
    }

    // One port for one inner flow, from the range that Open vSwitch and Linux use.
    private ushort SourcePort()
    {
        ulong hash = 0xCBF2_9CE4_8422_2325;
        ReadOnlySpan<ulong> parts = [_key[4], _key[5] >> 32, _key.Get(FlowFields.IpProto), _key[18], _key[19], _key[20], _key[21]];
        foreach (var part in parts)
        {
            hash = unchecked((hash ^ part) * 0x0000_0100_0000_01B3);
            hash ^= hash >> 31;
        }

        return (ushort)(32768 + (hash % (61000 - 32768)));
    }

    // DSCP is not copied; congestion bits are, but "experienced" goes out as "capable" (RFC 6040's compatibility mode).
    private byte Congestion()
    {
        if (!IsIp)
        {
            return 0;
        }

        var ecn = _key.Get(FlowFields.IpEcn);
        return (byte)(ecn == 3 ? 2 : ecn);
    }
}
