using VtepLab.Ovsdb;
using VtepLab.Runtime;

namespace VtepLab.OvsdbPeers;

/// <summary>A client's end of a stream that can leave out the probes of an idle connection.</summary>
internal sealed class ClientIdleEnd(OvsdbConnection rpc) : IIdleEnd
{
    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Request => EchoMessages.RequestMemory;

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Reply => EchoMessages.ReplyMemory;

    /// <inheritdoc/>
    public bool IsAtRest => rpc.IsAtRest;

    /// <summary>Lets a connection's stream leave out its probes, if it can.</summary>
    public static void Attach(IConnection connection, OvsdbConnection rpc)
    {
        if (connection is IIdleStream stream && stream.Attach(new ClientIdleEnd(rpc)))
        {
            rpc.Life.LeavesOut = stream.LeavesOut;
        }
    }

    /// <inheritdoc/>
    public void WillHear(long timestamp) => rpc.Life.WillHear(timestamp);

    /// <inheritdoc/>
    public void Unhear() => rpc.Life.Unhear();

    /// <inheritdoc/>
    public void Missed(long bytes) => rpc.Skip(bytes);
}
