namespace VtepLab.Simulation;

/// <summary>What a fault may hit, as the one who draws a plan allows it.</summary>
public sealed record FaultTargets
{
    /// <summary>Hosts that may crash, stop and lose their clocks.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>Hosts whose streams may be hurt; those that may crash when empty.</summary>
    public IReadOnlyList<string> Network { get; init; } = [];

    /// <summary>Links of frames, by name.</summary>
    public IReadOnlyList<string> Links { get; init; } = [];

    /// <summary>Hosts whose disk may come back older, or empty: those of which nobody was promised that they keep what they were told.</summary>
    public IReadOnlyList<string> Disks { get; init; } = [];

    /// <summary>What the kinds may hit that only the systems of the experiment can do, by kind; see <see cref="SimulatedWorld.SystemFaults"/>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Systems { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>What the message broker may do wrong while it is up.</summary>
    public BusHarm Bus { get; init; }

    internal IReadOnlyList<string> Reachable => Network.Count > 0 ? Network : Hosts;

    internal IReadOnlyList<string> Of(string kind) => Systems.GetValueOrDefault(kind) ?? [];
}

/// <summary>How much a message broker may do wrong while it is up.</summary>
public enum BusHarm
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>It holds up, refuses and repeats messages, and lets nonsense in, but loses nothing that it has confirmed.</summary>
    Delay,

    /// <summary>It also loses what it holds, as a restart does.</summary>
    Loss,
}

/// <summary>A kind of fault: how it is drawn and how it is done.</summary>
/// <param name="Name">Its name in plans, marks and the trace.</param>
/// <param name="Draw">Draws its subjects and amount; null when the targets have nothing for it.</param>
/// <param name="Begin">Does it; disposing the result ends it. True in the tuple: it hit something in progress.</param>
/// <param name="Longest">How long it lasts at most; zero for what is over at once.</param>
/// <param name="Weight">How often it is drawn beside the others.</param>
/// <param name="Stream">The stream of random numbers it is drawn from: kinds of one stream share it, and those of others do not change what it draws.</param>
public sealed record FaultKind(
    string Name,
    Func<RandomStream, FaultTargets, (IReadOnlyList<string> Subjects, double Amount)?> Draw,
    Func<SimulatedWorld, FaultCommand, (IDisposable? Scope, bool Hit)> Begin,
    TimeSpan Longest,
    double Weight = 1,
    string Stream = Nemesis.FirstStream);
