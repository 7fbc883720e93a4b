using Microsoft.Extensions.Logging;

namespace VtepLab.Runtime;

/// <summary>A machine, as the code that runs on it sees it: everything an agent or an emulator knows of the outside.</summary>
/// <remarks>
/// Two worlds implement it: the simulation, in virtual time, and the live host. All code of one host runs on one thread, one
/// continuation at a time, so an actor needs no locks in either world. Actors use plain <c>await</c> only.
/// </remarks>
public interface IHost
{
    /// <summary>The host's name, unique in its world.</summary>
    string Name { get; }

    /// <summary>The host's clocks: wall clock, monotonic timestamp and timers.</summary>
    TimeProvider Time { get; }

    /// <summary>Streams to other hosts.</summary>
    INetwork Network { get; }

    /// <summary>The host's network interfaces that carry Ethernet frames, by name.</summary>
    IReadOnlyDictionary<string, IFramePort> FramePorts { get; }

    /// <summary>The message bus this host is attached to.</summary>
    /// <exception cref="InvalidOperationException">The host is attached to none.</exception>
    IMessageBus Bus { get; }

    /// <summary>Chance and identifiers.</summary>
    IEntropy Entropy { get; }

    /// <summary>The few bytes that survive a restart of the host.</summary>
    IStore Store { get; }

    /// <summary>Loggers, by category.</summary>
    ILoggerFactory Logs { get; }

    /// <summary>Cancelled when the host is asked to stop in good order; a crash cancels nothing.</summary>
    CancellationToken Stopping { get; }

    /// <summary>Starts work that nobody awaits. An exception that leaves it, cancellation aside, is a crash of the host.</summary>
    /// <param name="name">What the work is, for logs and for the list of what is suspended.</param>
    /// <param name="work">The work; its token is <see cref="Stopping"/>.</param>
    void Spawn(string name, Func<CancellationToken, Task> work);

    /// <summary>Waits on the host's monotonic clock.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    ValueTask DelayAsync(TimeSpan delay, CancellationToken cancel = default);

    /// <summary>Goes on after everything that is ready now has had its turn.</summary>
    ValueTask YieldAsync();
}
