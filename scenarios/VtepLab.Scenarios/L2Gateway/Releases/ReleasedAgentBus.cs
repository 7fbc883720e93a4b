using System.Text.Json.Nodes;
using VtepLab.Neutron;
using VtepLab.Runtime;

namespace VtepLab.Scenarios.L2Gateway;

/// <summary>Which release of itself an agent is, by what its messages are like.</summary>
internal enum AgentRelease
{
    /// <summary>Speaks what networking-l2gw 19 speaks and no more: no numbered elections and casts, no word of which switches it serves, none of the methods that are ours.</summary>
    Older,

    /// <summary>The one that is built here.</summary>
    Current,

    /// <summary>Says more than anybody here knows of: members, lists and a method of a release to come.</summary>
    Newer,
}

/// <summary>The bus as an agent of another release uses it: what it says and what it understands differ from what the code here does.</summary>
internal sealed class ReleasedBus(IMessageBus inner, AgentRelease release) : IMessageBus
{
    private static readonly string[] Original = ["report_interval", "l2gw_agent_type"];
    private static readonly string[] Ours = [L2GatewayRpc.SetOvsdbHosts, L2GatewayRpc.UpdateUnknownDst];

    /// <inheritdoc/>
    public event Action? Reconnected
    {
        add => inner.Reconnected += value;
        remove => inner.Reconnected -= value;
    }

    /// <inheritdoc/>
    public ValueTask CastAsync(BusTarget target, string method, JsonObject arguments, JsonObject? context, CancellationToken cancel) =>
        inner.CastAsync(target, method, Said(method, arguments), About(context), cancel);

    /// <inheritdoc/>
    public async ValueTask<JsonNode?> CallAsync(
        BusTarget target, string method, JsonObject arguments, TimeSpan timeout, JsonObject? context, CancellationToken cancel)
    {
        if (release == AgentRelease.Newer && method == L2GatewayRpc.ReportState)
        {
            await inner.CastAsync(target, "announce_capabilities", new JsonObject { ["capabilities"] = new JsonArray("routing") }, About(context), cancel);
        }

        return await inner.CallAsync(target, method, Said(method, arguments), timeout, About(context), cancel);
    }

    /// <inheritdoc/>
    public ValueTask<IAsyncDisposable> ServeAsync(BusTarget target, BusHandler handler, int atATime, CancellationToken cancel) => inner.ServeAsync(
        target,
        (request, stop) => release != AgentRelease.Older ? handler(request, stop)
            : Ours.Contains(request.Method) ? throw new BusRemoteException("NoSuchMethod", $"Endpoint does not support RPC method {request.Method}")
            : handler(request with { Context = Without(request.Context, CastOrigin.TermMember) }, stop),
        atATime,
        cancel);

    private static JsonObject Without(JsonObject from, string member)
    {
        var copy = from.DeepClone().AsObject();
        copy.Remove(member);
        return copy;
    }

    private static JsonObject More(JsonObject context)
    {
        var copy = context.DeepClone().AsObject();
        copy["trace_id"] = "7";
        return copy;
    }

    private JsonObject? About(JsonObject? context) => release switch
    {
        AgentRelease.Older => new JsonObject { ["is_admin"] = true },
        AgentRelease.Newer when context is not null => More(context),
        _ => context,
    };

    private JsonObject Said(string method, JsonObject arguments)
    {
        var said = arguments.DeepClone().AsObject();
        if (method == L2GatewayRpc.ReportState && said["agent_state"]!["agent_state"]!["configurations"] is JsonObject configurations)
        {
            foreach (var more in configurations.Select(c => c.Key).Where(k => release == AgentRelease.Older && !Original.Contains(k)).ToList())
            {
                configurations.Remove(more);
            }

            if (release == AgentRelease.Newer)
            {
                configurations["capabilities"] = new JsonArray("routing");
            }
        }

        if (release == AgentRelease.Newer && said["ovsdb_data"] is JsonObject data)
        {
            foreach (var row in data.Where(d => d.Value is JsonArray).SelectMany(d => d.Value!.AsArray()).OfType<JsonObject>())
            {
                row["revision"] = 7;
            }

            data["new_logical_routers"] = new JsonArray(new JsonObject { ["uuid"] = "no uuid", ["name"] = "router" });
        }

        return said;
    }
}
