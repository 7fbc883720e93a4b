namespace VtepLab.Simulation;

/// <summary>A run could not go on, or did not do what was asked of it; the message names the seed and the virtual time.</summary>
/// <param name="message">What happened.</param>
/// <param name="kind">What kind of failure it is: a stable word by which runs are compared.</param>
/// <param name="inner">Why.</param>
public class SimulationException(string message, string kind = "simulation", Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What kind of failure it is, the same in every run that fails for the same reason.</summary>
    public virtual string Kind => kind;
}

/// <summary>A condition did not become true in time.</summary>
public sealed class SimulationTimeoutException(string message, string what) : SimulationException(message, $"timeout {what}");
