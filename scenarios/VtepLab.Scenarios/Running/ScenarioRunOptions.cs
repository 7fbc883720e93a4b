using Microsoft.Extensions.Logging;
using VtepLab.Simulation;
using VtepLab.Topology;

namespace VtepLab.Scenarios;

/// <summary>How scenarios are run.</summary>
public sealed record ScenarioRunOptions
{
    /// <summary>The seed of a simulated run.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>How much processor time one event of a simulated run may take before it counts as an endless loop.</summary>
    public TimeSpan EventLimit { get; init; } = new SimulationOptions().EventLimit;

    /// <summary>How much virtual time a simulated run may take before it counts as one that waits for ever. The scenarios here take up to seven minutes.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromDays(1);

    /// <summary>The real devices that stand for the scenario's switches, in the order in which it names them; none for emulated ones in virtual time.</summary>
    public IReadOnlyList<LabDevice> Devices { get; init; } = [];

    /// <summary>The RabbitMQ that joins the machines of a live run, <c>amqp://…</c>; null for a bus of this process's own.</summary>
    public Uri? Bus { get; init; }

    /// <summary>What to write behind <c>--device</c> in the command that repeats a live run.</summary>
    public string DeviceFile { get; init; } = "";

    /// <summary>What goes wrong in a simulated run; null for what the scenario itself asks for. For one run only.</summary>
    public ScenarioFaults? Faults { get; init; }

    /// <summary>Where the hosts' logs go; null for nowhere.</summary>
    public ILoggerFactory? Logs { get; init; }

    /// <summary>
    /// Gives the place for the frames of a simulated run as pcapng, an interface a link; called when the scenario makes its first link.
    /// Null for no capture.
    /// </summary>
    public Func<Stream>? Frames { get; init; }

    /// <summary>Told of every event as it happens; may be null. In a live run it is called on the lab's thread.</summary>
    public Action<ExecutionEvent>? Listener { get; init; }
}
