using VtepLab.HardwareVtep;
using VtepLab.Hosting;
using VtepLab.Ovsdb;
using VtepLab.OvsdbPeers;
using VtepLab.Runtime;
using VtepLab.Testing.Peers;

namespace VtepLab.Contrast.Tests.OvsdbTools;

/// <summary>Our server on a live host of its own, listening on loopback and on a unix socket, for tools that are not ours.</summary>
internal sealed class OurServer : IAsyncDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    private OurServer()
    {
    }

    /// <summary>Where it listens: <c>tcp:127.0.0.1:PORT</c>.</summary>
    public string Endpoint { get; private set; } = "";

    /// <summary>Its unix socket: <c>unix:PATH</c>.</summary>
    public string UnixEndpoint => $"unix:{_directory["db.sock"]}";

    /// <summary>Starts a server of some schemas; of hardware_vtep when none is given.</summary>
    public static Task<OurServer> StartAsync(params DatabaseSchema[] schemas) => StartAsync(null, schemas);

    /// <summary>Starts a server that speaks TLS on its port when it is given an identity.</summary>
    public static async Task<OurServer> StartAsync(TlsIdentity? tls, params DatabaseSchema[] schemas)
    {
        var server = new OurServer();
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        server._running = LiveHost.RunAsync("ours", null, async host =>
        {
            try
            {
                var engine = new OvsdbServer(new OvsdbServerOptions { Time = host.Time, NewUuid = host.Entropy.NewUuid });
                foreach (var schema in schemas.Length > 0 ? schemas : [VtepSchema.Load()])
                {
                    engine.Add(new Database(schema, host.Entropy.NewUuid));
                }

                var service = new OvsdbServerService(host, engine, new OvsdbServerServiceOptions
                {
                    Remotes = [Runtime.Endpoint.Parse(tls is null ? "ptcp:0:127.0.0.1" : "pssl:0:127.0.0.1"), Runtime.Endpoint.Parse($"punix:{server._directory["db.sock"]}")],
                    Tls = tls,
                    Managers = schemas.Length > 0 ? null : ManagerColumn.HardwareVtep,
                });
                await service.StartAsync();
                while (service.ListeningOn.Count < 2)
                {
                    await host.YieldAsync();
                }

                server.Endpoint = $"{(tls is null ? "tcp" : "ssl")}:127.0.0.1:{service.ListeningOn[0].Port}";
                started.SetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, host.Time, host.Stopping);
            }
            catch (Exception e) when (started.TrySetException(e))
            {
                throw;
            }
        }, server._stop.Token);
        await started.Task;
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        _stop.Cancel();
        try
        {
            await _running;
        }
        catch (OperationCanceledException)
        {
            // As asked for.
        }

        _stop.Dispose();
        _directory.Dispose();
    }
}
