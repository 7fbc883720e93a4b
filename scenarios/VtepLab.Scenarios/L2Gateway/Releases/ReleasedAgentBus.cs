using System.Text.Json.Nodes;
using VtepLab.Neutron;
using VtepLab.Runtime;

namespace VtepLab.Scenarios.L2Gateway;

/// <summary>The bus as an agent of another release uses it.</summary>
internal sealed class ReleasedAgentBus(IMessageBus inner, Release release) : SpokenBus(inner)
{
    /// <inheritdoc/>
    public override ValueTask CastAsync(BusTarget target, string method, JsonObject arguments, JsonObject? context, CancellationToken cancel) =>
        Inner.CastAsync(target, method, Said(method, arguments), About(context), cancel);

    /// <inheritdoc/>
    public override async ValueTask<JsonNode?> CallAsync(
        BusTarget target, string method, JsonObject arguments, TimeSpan timeout, JsonObject? context, CancellationToken cancel)
    {
        if (release == Release.Newer && method == L2GatewayRpc.ReportState)
        {
            await Inner.CastAsync(target, UnknownMethod, Capabilities, About(context), cancel);
        }

        return await Inner.CallAsync(target, method, Said(method, arguments), timeout, About(context), cancel);
    }

    /// <inheritdoc/>
    public override ValueTask<IAsyncDisposable> ServeAsync(BusTarget target, BusHandler handler, int atATime, CancellationToken cancel) => Inner.ServeAsync(
        target,
        (request, stop) => release != Release.Older ? handler(request, stop)
            : Ours.Contains(request.Method) ? throw new BusRemoteException("NoSuchMethod", $"Endpoint does not support RPC method {request.Method}")
            : handler(request with { Context = Without(request.Context, CastOrigin.TermMember) }, stop),
        atATime,
        cancel);

    private JsonObject? About(JsonObject? context) => release switch
    {
        Release.Older => new JsonObject { ["is_admin"] = true },
        Release.Newer when context is not null => More(context),
        _ => context,
    };

    private JsonObject Said(string method, JsonObject arguments)
    {
        var said = arguments.DeepClone().AsObject();
        if (method == L2GatewayRpc.ReportState && ConfigurationsOf(said) is { } configurations)
        {
            if (release == Release.Older)
            {
                KeepOriginal(configurations);
            }
            else
            {
                configurations["capabilities"] = new JsonArray("routing");
            }
        }

        if (release == Release.Newer && said["ovsdb_data"] is JsonObject data)
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
