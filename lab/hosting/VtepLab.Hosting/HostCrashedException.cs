namespace VtepLab.Hosting;

/// <summary>Work that a host had spawned ended with an exception; the message names both.</summary>
public sealed class HostCrashedException(string message, Exception inner) : Exception(message, inner);
