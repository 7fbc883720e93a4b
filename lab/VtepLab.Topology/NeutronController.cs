using System.Text;
using System.Text.Json.Nodes;
using VtepLab.Emulators.Neutron;
using VtepLab.L2Gateway.Plugin;
using VtepLab.Neutron.Rest;
using VtepLab.Runtime;

namespace VtepLab.Topology;

/// <summary>A cloud controller: a Neutron server with the L2 gateway service plugin in it, and the way in for requests.</summary>
public sealed class NeutronController : IAsyncDisposable
{
    private readonly SynchronizationContext? _home = SynchronizationContext.Current;

    private NeutronController(NeutronServer server, L2GatewayPlugin plugin) => (Server, Plugin) = (server, plugin);

    /// <summary>The Neutron server.</summary>
    public NeutronServer Server { get; }

    /// <summary>The service plugin.</summary>
    public L2GatewayPlugin Plugin { get; }

    /// <summary>Starts both; to be called on the host's own thread.</summary>
    /// <param name="host">The machine; attached to the bus.</param>
    /// <param name="neutron">What the server is made of.</param>
    /// <param name="plugin">What the plugin has to know.</param>
    /// <param name="cancel">Gives up starting.</param>
    public static async Task<NeutronController> StartAsync(
        IHost host, NeutronServerOptions neutron, PluginOptions plugin, CancellationToken cancel = default)
    {
        var server = await NeutronServer.StartAsync(host, neutron, cancel);
        var started = new NeutronController(server, await L2GatewayPlugin.StartAsync(host, server, plugin, cancel));
        server.Add(started.Plugin);
        return started;
    }

    /// <summary>Answers a request, which may come from any thread or any other host; the work is done on the controller's own.</summary>
    /// <remarks>Never answers when the controller crashes meanwhile, as a connection that hangs.</remarks>
    public Task<RestResponse> RequestAsync(RestRequest request, CancellationToken cancel = default)
    {
        if (_home is null || _home == SynchronizationContext.Current)
        {
            return Server.HandleAsync(request, cancel);
        }

        var answer = new TaskCompletionSource<RestResponse>();
        _home.Post(
            async _ =>
            {
                try
                {
                    answer.TrySetResult(await Server.HandleAsync(request, cancel));
                }
                catch (OperationCanceledException)
                {
                    answer.TrySetCanceled(cancel);
                }
            },
            null);
        return answer.Task;
    }

    /// <summary>As the other one, as an administrator.</summary>
    /// <param name="method">GET, POST, PUT or DELETE.</param>
    /// <param name="path">The path behind <c>/v2.0</c>, with its query.</param>
    /// <param name="body">The body; null for none.</param>
    /// <param name="cancel">Gives up.</param>
    public Task<RestResponse> RequestAsync(string method, string path, JsonNode? body = null, CancellationToken cancel = default)
    {
        var cut = path.IndexOf('?', StringComparison.Ordinal);
        return RequestAsync(
            new RestRequest(
                method, "/v2.0" + (cut < 0 ? path : path[..cut]), cut < 0 ? [] : ReadQuery(path[(cut + 1)..]),
                body is null ? ReadOnlyMemory<byte>.Empty : Encoding.UTF8.GetBytes(body.ToJsonString()), RestCaller.Admin),
            cancel);
    }

    /// <summary>Names and values of a query, in their order.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> ReadQuery(string query) =>
    [
        .. query.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(part => part.Split('=', 2)).Select(part => KeyValuePair.Create(
            Uri.UnescapeDataString(part[0].Replace('+', ' ')), part.Length > 1 ? Uri.UnescapeDataString(part[1].Replace('+', ' ')) : "")),
    ];

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Plugin.DisposeAsync();
}
