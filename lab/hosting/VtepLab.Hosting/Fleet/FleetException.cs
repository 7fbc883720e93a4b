namespace VtepLab.Hosting;

/// <summary>The workers cannot do what they were asked to.</summary>
public sealed class FleetException(string message, Exception? inner = null) : Exception(message, inner);
