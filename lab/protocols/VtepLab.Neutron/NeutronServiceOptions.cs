namespace VtepLab.Neutron;

/// <summary>What the parts of one Neutron server have in common; the names are those of neutron.conf where it has the option.</summary>
public abstract record NeutronServiceOptions
{
    /// <summary>The server's name on the bus: the queue <c>l2gateway_plugin.HOST</c>, and so for its other topics.</summary>
    public string Host { get; init; } = "controller";

    /// <summary>The oslo.messaging exchange.</summary>
    public string ControlExchange { get; init; } = "neutron";

    /// <summary><c>agent_down_time</c>: an agent that was not heard for so long is dead. Default 75 s.</summary>
    public TimeSpan AgentDownTime { get; init; } = TimeSpan.FromSeconds(75);
}
