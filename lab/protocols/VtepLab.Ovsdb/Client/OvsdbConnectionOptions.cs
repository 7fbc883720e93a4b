namespace VtepLab.Ovsdb;

/// <summary>How an <see cref="OvsdbConnection"/> behaves.</summary>
public sealed record OvsdbConnectionOptions
{
    /// <summary>The peer's name in messages, such as <c>leaf1</c> or <c>tcp:192.0.2.11:6640</c>.</summary>
    public string Peer { get; init; } = "the peer";

    /// <summary>
    /// Silence after which an echo request is sent; the same time again without a byte ends the connection. Zero: never. Default
    /// 5 s, as Open vSwitch has it.
    /// </summary>
    public TimeSpan InactivityProbe
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            field = value;
        }
    } = TimeSpan.FromSeconds(5);

    /// <summary>How long a call waits for its reply unless it says otherwise; <see cref="Timeout.InfiniteTimeSpan"/> for ever. Default 30 s.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>What is accepted from the peer.</summary>
    public JsonStreamLimits Limits { get; init; } = JsonStreamLimits.Default;

    /// <summary>Bytes that may wait for a peer that does not read before the connection is given up. Default 64 MiB.</summary>
    public int MaxUnsentBytes
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 64 * 1024 * 1024;

    /// <summary>Sees every message as it passes, for transcripts.</summary>
    public OvsdbTap? Tap { get; init; }
}

/// <summary>Sees one JSON-RPC message; the bytes are valid during the call only.</summary>
/// <param name="isSent">True for a message that we send.</param>
/// <param name="message">The JSON text.</param>
public delegate void OvsdbTap(bool isSent, ReadOnlySpan<byte> message);
