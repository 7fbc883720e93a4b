using System.Text.Json.Nodes;
using VtepLab.Neutron;
using VtepLab.Runtime;

namespace VtepLab.Scenarios.L2Gateway;

/// <summary>The bus as a plugin of another release uses it.</summary>
internal sealed class ReleasedPluginBus(IMessageBus inner, Release release) : SpokenBus(inner)
{
    private static readonly string[] OursInContext = [CastOrigin.TermMember, CastOrigin.SessionMember, CastOrigin.SequenceMember, L2GatewayRpc.SenderMember];

    /// <inheritdoc/>
    public override async ValueTask CastAsync(BusTarget target, string method, JsonObject arguments, JsonObject? context, CancellationToken cancel)
    {
        if (release == Release.Older && Ours.Contains(method))
        {
            return;
        }

        if (release == Release.Newer && method == L2GatewayRpc.SetMonitorAgent)
        {
            await Inner.CastAsync(target, UnknownMethod, Capabilities, About(context), cancel);
        }

        await Inner.CastAsync(target, method, Said(arguments), About(context), cancel);
    }

    /// <inheritdoc/>
    public override async ValueTask<JsonNode?> CallAsync(
        BusTarget target, string method, JsonObject arguments, TimeSpan timeout, JsonObject? context, CancellationToken cancel) =>
        release == Release.Older && Ours.Contains(method) ? null : await Inner.CallAsync(target, method, Said(arguments), timeout, About(context), cancel);

    /// <inheritdoc/>
    public override ValueTask<IAsyncDisposable> ServeAsync(BusTarget target, BusHandler handler, int atATime, CancellationToken cancel) => Inner.ServeAsync(
        target,
        (request, stop) => handler(
            release == Release.Older && target.Topic == L2GatewayRpc.PluginTopic
                ? request with { Arguments = Heard(request.Arguments), Context = Without(request.Context, OursInContext) }
                : request,
            stop),
        atATime,
        cancel);

    private JsonObject? About(JsonObject? context) => context is null ? null : release switch
    {
        Release.Older => Without(context, OursInContext),
        Release.Newer => More(context),
        _ => context,
    };

    // Rows may have more members; arguments may not, in the same version of a method.
    private JsonObject Said(JsonObject arguments)
    {
        var said = arguments.DeepClone().AsObject();
        if (release == Release.Newer)
        {
            foreach (var row in said.Where(a => a.Key.EndsWith("_dict", StringComparison.Ordinal)).Select(a => a.Value).OfType<JsonObject>())
            {
                row["revision"] = 7;
            }
        }

        return said;
    }

    private static JsonObject Heard(JsonObject arguments)
    {
        var heard = arguments.DeepClone().AsObject();
        KeepOriginal(ConfigurationsOf(heard));
        if (heard["ovsdb_data"] is JsonObject data)
        {
            foreach (var more in data.Select(d => d.Key).Where(k => k is L2GatewayRpc.RangesMember or L2GatewayRpc.LastPartMember || k.EndsWith("_mremote_macs", StringComparison.Ordinal)).ToList())
            {
                data.Remove(more);
            }
        }

        return heard;
    }
}
