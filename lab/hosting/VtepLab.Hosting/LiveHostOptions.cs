using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using VtepLab.Runtime;

namespace VtepLab.Hosting;

/// <summary>What a live host is made of.</summary>
public sealed record LiveHostOptions
{
    /// <summary>The directory of the host's store; null for a host that keeps nothing (its store then refuses to be used).</summary>
    public string? StoreDirectory { get; init; }

    /// <summary>
    /// True to run on the loop of the host that starts it, and not on a loop of its own: the code of both may then touch each other's
    /// objects, as it may in the simulation.
    /// </summary>
    public bool SharesLoop { get; init; }

    /// <summary>Where logs go.</summary>
    public ILoggerFactory Logs { get; init; } = NullLoggerFactory.Instance;

    /// <summary>How long spawned work may go on after the host was asked to stop; what remains then is left behind.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a TLS handshake, or the last bytes of a closing stream, may take.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>After how long with nothing, or little, to do the host gives memory that it does not need back to the system; null for never.</summary>
    public TimeSpan? TrimAfter { get; init; }

    /// <summary>Makes the host's message bus when it is first used; null for a host attached to none.</summary>
    public Func<IHost, IMessageBus>? Bus { get; init; }

    /// <summary>Opens the host's frame ports, on its loop, when they are first used; null for a host without.</summary>
    public Func<IHost, IReadOnlyDictionary<string, IFramePort>>? FramePorts { get; init; }
}
