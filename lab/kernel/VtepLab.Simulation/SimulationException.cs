namespace VtepLab.Simulation;

/// <summary>A run could not go on, or did not do what was asked of it; the message names the seed and the virtual time.</summary>
public class SimulationException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A condition did not become true in time.</summary>
public sealed class SimulationTimeoutException(string message) : SimulationException(message);
