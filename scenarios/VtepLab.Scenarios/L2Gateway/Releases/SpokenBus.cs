using System.Text.Json.Nodes;
using VtepLab.Neutron;
using VtepLab.Runtime;

namespace VtepLab.Scenarios.L2Gateway;

/// <summary>The bus as another release uses it: what it says and what it understands differ from what the code here does.</summary>
internal abstract class SpokenBus(IMessageBus inner) : IMessageBus
{
    /// <summary>A method that nobody here knows.</summary>
    protected const string UnknownMethod = "announce_capabilities";

    /// <summary>The methods between plugin and agents that no original has.</summary>
    protected static readonly string[] Ours = [L2GatewayRpc.SetOvsdbHosts, L2GatewayRpc.UpdateUnknownDst];

    // What the original's agents say of themselves.
    private static readonly string[] Original = ["report_interval", "l2gw_agent_type"];

    /// <inheritdoc/>
    public event Action? Reconnected
    {
        add => inner.Reconnected += value;
        remove => inner.Reconnected -= value;
    }

    /// <summary>The bus underneath.</summary>
    protected IMessageBus Inner => inner;

    /// <inheritdoc/>
    public abstract ValueTask CastAsync(BusTarget target, string method, JsonObject arguments, JsonObject? context, CancellationToken cancel);

    /// <inheritdoc/>
    public abstract ValueTask<JsonNode?> CallAsync(
        BusTarget target, string method, JsonObject arguments, TimeSpan timeout, JsonObject? context, CancellationToken cancel);

    /// <inheritdoc/>
    public abstract ValueTask<IAsyncDisposable> ServeAsync(BusTarget target, BusHandler handler, int atATime, CancellationToken cancel);

    /// <summary>What a newer release announces.</summary>
    protected static JsonObject Capabilities => new() { ["capabilities"] = new JsonArray("routing") };

    /// <summary>A context without members.</summary>
    protected static JsonObject Without(JsonObject from, params string[] members)
    {
        var copy = from.DeepClone().AsObject();
        foreach (var member in members)
        {
            copy.Remove(member);
        }

        return copy;
    }

    /// <summary>A context with a member that nobody here knows.</summary>
    protected static JsonObject More(JsonObject context)
    {
        var copy = context.DeepClone().AsObject();
        copy["trace_id"] = "7";
        return copy;
    }

    /// <summary>What a report says of its agent; null when it is no report of an agent.</summary>
    protected static JsonObject? ConfigurationsOf(JsonObject report) => report["agent_state"]?["agent_state"]?["configurations"] as JsonObject;

    /// <summary>Leaves what the original says.</summary>
    protected static void KeepOriginal(JsonObject? configurations)
    {
        foreach (var more in (configurations ?? []).Select(c => c.Key).Where(k => !Original.Contains(k)).ToList())
        {
            configurations!.Remove(more);
        }
    }
}
