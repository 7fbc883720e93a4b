namespace VtepLab.L2Gateway.Agent;

/// <summary>A request of the plugin that could not be carried out; the message is one line and says which switch and what.</summary>
/// <param name="message">What the plugin is told.</param>
/// <param name="inner">What lies under it.</param>
public sealed class GatewayException(string message, Exception? inner = null) : Exception(message, inner);
