namespace VtepLab.Runtime;

/// <summary>Receives one Ethernet frame, without its frame check sequence. The bytes are valid during the call only.</summary>
public delegate void FrameHandler(ReadOnlySpan<byte> frame);

/// <summary>A network interface that carries Ethernet frames.</summary>
public interface IFramePort
{
    /// <summary>The interface's name on its host.</summary>
    string Name { get; }

    /// <summary>True while the link is up.</summary>
    bool IsUp { get; }

    /// <summary>The largest payload of a frame in bytes, without the Ethernet header.</summary>
    int Mtu { get; }

    /// <summary>Called for every frame that arrives; one receiver a port.</summary>
    FrameHandler? Received { get; set; }

    /// <summary>Called when <see cref="IsUp"/> has changed.</summary>
    Action? LinkChanged { get; set; }

    /// <summary>Sends a frame; one that the link cannot take (down, too long, queue full) is dropped and counted.</summary>
    void Send(ReadOnlySpan<byte> frame);
}
