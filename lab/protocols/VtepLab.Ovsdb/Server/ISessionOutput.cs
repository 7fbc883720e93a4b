namespace VtepLab.Ovsdb;

/// <summary>The way from a server's session to its peer; whoever has the connection implements it.</summary>
public interface ISessionOutput
{
    /// <summary>Bytes that were given to <see cref="Send"/> and are not on their way to the peer yet.</summary>
    /// <remarks>
    /// While it is not 0 the session holds back its monitors and merges their changes row by row; the owner must then not give it
    /// further messages, and must call <see cref="OvsdbSession.Drained"/> when it is 0 again.
    /// </remarks>
    long UnsentBytes { get; }

    /// <summary>Takes a message, one JSON text, over; the bytes are the caller's again afterwards.</summary>
    void Send(ReadOnlySpan<byte> message);

    /// <summary>Asks to end the connection, after what was sent; the owner then calls <see cref="OvsdbSession.Close"/>.</summary>
    /// <param name="reason">For the log.</param>
    void Disconnect(string reason);
}
