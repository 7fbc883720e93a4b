using System.Buffers.Binary;

namespace VtepLab.Packets;

/// <summary>The state of a BFD session (RFC 5880 section 4.1); the numbers are the wire's.</summary>
public enum BfdState
{
    /// <summary>Held down by the administrator.</summary>
    AdminDown = 0,

    /// <summary>Down, or just made.</summary>
    Down = 1,

    /// <summary>The peer is heard, and does not yet hear us.</summary>
    Init = 2,

    /// <summary>Both hear each other.</summary>
    Up = 3,
}

/// <summary>Why a BFD session left its last state (RFC 5880 section 4.1); the numbers are the wire's.</summary>
public enum BfdDiagnostic
{
    /// <summary>Nothing happened.</summary>
    None = 0,

    /// <summary>Control detection time expired.</summary>
    ControlDetectionTimeExpired = 1,

    /// <summary>Echo function failed.</summary>
    EchoFunctionFailed = 2,

    /// <summary>The neighbour signalled that its session is down.</summary>
    NeighborSignaledSessionDown = 3,

    /// <summary>Forwarding plane reset.</summary>
    ForwardingPlaneReset = 4,

    /// <summary>Path down.</summary>
    PathDown = 5,

    /// <summary>Concatenated path down.</summary>
    ConcatenatedPathDown = 6,

    /// <summary>Administratively down.</summary>
    AdministrativelyDown = 7,

    /// <summary>Reverse concatenated path down.</summary>
    ReverseConcatenatedPathDown = 8,
}

/// <summary>A BFD control packet without authentication (RFC 5880 section 4.1).</summary>
/// <param name="State">The sender's session state.</param>
/// <param name="Diagnostic">Why the sender's session last went down.</param>
/// <param name="DetectMultiplier">After how many missed intervals the peer is taken for dead.</param>
/// <param name="MyDiscriminator">The sender's name of the session, not 0.</param>
/// <param name="YourDiscriminator">The receiver's name of the session as the sender knows it; 0 while it does not.</param>
/// <param name="DesiredMinTx">The sender's wish, in microseconds.</param>
/// <param name="RequiredMinRx">What the sender can take, in microseconds; 0 asks for silence.</param>
/// <param name="Poll">The sender asks for an answer with <paramref name="Final"/>.</param>
/// <param name="Final">The answer to a poll.</param>
public readonly record struct BfdPacket(
    BfdState State, BfdDiagnostic Diagnostic, byte DetectMultiplier, uint MyDiscriminator, uint YourDiscriminator, uint DesiredMinTx,
    uint RequiredMinRx, bool Poll = false, bool Final = false)
{
    /// <summary>Encoded size in bytes.</summary>
    public const int Size = 24;

    /// <summary>The UDP destination port of single hop BFD (RFC 5881 section 4).</summary>
    public const ushort UdpPort = 3784;

    private const byte VersionOne = 1 << 5;

    /// <summary>Reads a UDP payload with the reception checks of RFC 5880 section 6.8.6; false when the packet must be discarded.</summary>
    public static bool TryRead(ReadOnlySpan<byte> wire, out BfdPacket packet)
    {
        packet = default;
        if (wire.Length < Size || (wire[0] & 0xE0) != VersionOne || wire[3] < Size || wire[3] > wire.Length)
        {
            return false;
        }

        var flags = wire[1];
        var hasAuthentication = (flags & 0x04) != 0;
        var isMultipoint = (flags & 0x01) != 0;
        var mine = BinaryPrimitives.ReadUInt32BigEndian(wire[4..]);
        var yours = BinaryPrimitives.ReadUInt32BigEndian(wire[8..]);
        var state = (BfdState)(flags >> 6);
        if (wire[2] == 0 || isMultipoint || hasAuthentication || mine == 0
            || (yours == 0 && state is not (BfdState.Down or BfdState.AdminDown)))
        {
            return false;
        }

        packet = new BfdPacket(
            state, (BfdDiagnostic)(wire[0] & 0x1F), wire[2], mine, yours, BinaryPrimitives.ReadUInt32BigEndian(wire[12..]),
            BinaryPrimitives.ReadUInt32BigEndian(wire[16..]), (flags & 0x20) != 0, (flags & 0x10) != 0);
        return true;
    }

    /// <summary>Writes the packet; echo is not offered.</summary>
    public void Write(Span<byte> to)
    {
        to[0] = (byte)(VersionOne | (int)Diagnostic);
        to[1] = (byte)(((int)State << 6) | (Poll ? 0x20 : 0) | (Final ? 0x10 : 0));
        to[2] = DetectMultiplier;
        to[3] = Size;
        BinaryPrimitives.WriteUInt32BigEndian(to[4..], MyDiscriminator);
        BinaryPrimitives.WriteUInt32BigEndian(to[8..], YourDiscriminator);
        BinaryPrimitives.WriteUInt32BigEndian(to[12..], DesiredMinTx);
        BinaryPrimitives.WriteUInt32BigEndian(to[16..], RequiredMinRx);
        BinaryPrimitives.WriteUInt32BigEndian(to[20..], 0);
    }
}
