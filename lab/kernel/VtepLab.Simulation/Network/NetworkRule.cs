namespace VtepLab.Simulation;

/// <summary>What becomes of a segment.</summary>
public enum VerdictKind
{
    /// <summary>No opinion: the next rule is asked.</summary>
    Pass,

    /// <summary>It is delivered, later than usual by the verdict's delay.</summary>
    Deliver,

    /// <summary>It is lost; a stream sends it again after its retransmission time-out.</summary>
    Drop,

    /// <summary>It resets its stream.</summary>
    Reset,
}

/// <summary>A rule's answer.</summary>
public readonly record struct Verdict(VerdictKind Kind, TimeSpan Delay = default)
{
    public static Verdict Pass => default;

    public static Verdict Drop => new(VerdictKind.Drop);

    public static Verdict Reset => new(VerdictKind.Reset);

    public static Verdict Late(TimeSpan by) => new(VerdictKind.Deliver, by);
}

/// <summary>Judges a segment on its way from one host to another; the first rule with an opinion wins.</summary>
public delegate Verdict NetworkRule(SimulatedHost from, SimulatedHost to, int bytes);

/// <summary>How one host reaches another, where it differs from the rest of the network.</summary>
/// <param name="Latency">The shortest time a packet takes.</param>
/// <param name="Jitter">What is added at random, evenly from zero.</param>
/// <param name="Bandwidth">Bytes a second.</param>
public sealed record PathOptions(TimeSpan Latency, TimeSpan Jitter, long Bandwidth);
