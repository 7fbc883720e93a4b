using System.Text.Json.Nodes;
using VtepLab.Neutron;

namespace VtepLab.L2Gateway.Plugin;

/// <summary>What an agent told of itself with its report; read once, and asked with every look at the agents.</summary>
public sealed class AgentConfiguration
{
    /// <summary>Reads it.</summary>
    /// <param name="text">A JSON object.</param>
    public AgentConfiguration(string text)
    {
        Text = text;
        var told = JsonNode.Parse(text)!.AsObject();
        Term = CastOrigin.TermOf(told);
        IsMonitor = told["l2gw_agent_type"]?.ToString() == L2GatewayRpc.MonitorRole;
        IsStopping = told[L2GatewayRpc.StoppingMember]?.ToString() == "true";
        Switches = told["ovsdb_identifiers"] is JsonArray names ? [.. names.Select(n => n?.ToString() ?? "")] : null;
    }

    /// <summary>The JSON object as it came.</summary>
    public string Text { get; }

    /// <summary>The election by which it says that it monitors; null when it does not say.</summary>
    public long? Term { get; }

    /// <summary>Whether it says that it monitors.</summary>
    public bool IsMonitor { get; }

    /// <summary>Whether it says that it is about to end.</summary>
    public bool IsStopping { get; }

    /// <summary>The switches that it says it can reach a request for; null of an agent that does not say, as the original.</summary>
    public IReadOnlyList<string>? Switches { get; }
}
