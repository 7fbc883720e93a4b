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
    private readonly KeptLog _log = new();
    private Task _running = Task.CompletedTask;

    private OurServer()
    {
    }

    /// <summary>Where it listens: <c>tcp:127.0.0.1:PORT</c>.</summary>
    public string Endpoint { get; private set; } = "";

    /// <summary>Its unix socket: <c>unix:PATH</c>.</summary>
    public string UnixEndpoint => $"unix:{_directory["db.sock"]}";

    /// <summary>The file of its database, when it keeps one.</summary>
    public string DatabaseFile => _directory["store/ours.db"];

    /// <summary>What it logged.</summary>
    public string Log => _log.Text;

    /// <summary>Starts a server of some schemas; of hardware_vtep when none is given.</summary>
    public static Task<OurServer> StartAsync(params DatabaseSchema[] schemas) => StartAsync(null, schemas);

    /// <summary>Starts a server that speaks TLS on its port when it is given an identity.</summary>
    public static Task<OurServer> StartAsync(TlsIdentity? tls, params DatabaseSchema[] schemas) =>
        StartAsync((host, engine) =>
        {
            foreach (var schema in schemas.Length > 0 ? schemas : [VtepSchema.Load()])
            {
                engine.Add(new Database(schema, host.Entropy.NewUuid));
            }

            return Task.CompletedTask;
        }, new OvsdbServerServiceOptions { Tls = tls, Managers = schemas.Length > 0 ? null : ManagerColumn.HardwareVtep });

    /// <summary>Starts a server of hardware_vtep with limits and a probe of its own.</summary>
    public static Task<OurServer> StartAsync(OvsdbLimits limits, TimeSpan probe) =>
        StartAsync((host, engine) =>
        {
            engine.Add(new Database(VtepSchema.Load(), host.Entropy.NewUuid));
            return Task.CompletedTask;
        }, new OvsdbServerServiceOptions { InactivityProbe = probe }, limits);

    /// <summary>Starts a server that keeps hardware_vtep, by the schema that Debian installs, in <see cref="DatabaseFile"/>.</summary>
    /// <param name="file">A file to begin with; null for an empty database.</param>
    public static Task<OurServer> StartStoredAsync(string? file = null) =>
        StartAsync(async (host, engine) =>
        {
            if (file is not null)
            {
                await host.Store.ReplaceAsync("ours.db", await File.ReadAllBytesAsync(file));
            }

            engine.Add(await StoredDatabase.OpenAsync(host, "ours.db", DatabaseSchema.Parse(await File.ReadAllBytesAsync(OvsdbServerPeer.VtepSchema))));
        }, new OvsdbServerServiceOptions());

    private static async Task<OurServer> StartAsync(Func<IHost, OvsdbServer, Task> fill, OvsdbServerServiceOptions options, OvsdbLimits? limits = null)
    {
        var server = new OurServer();
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var live = new LiveHostOptions { Logs = server._log, StoreDirectory = server._directory["store"] };
        server._running = LiveHost.RunAsync("ours", live, async host =>
        {
            try
            {
                var engine = new OvsdbServer(new OvsdbServerOptions { Time = host.Time, NewUuid = host.Entropy.NewUuid, Limits = limits ?? new OvsdbLimits() });
                await fill(host, engine);
                var tls = options.Tls is not null;
                var service = new OvsdbServerService(host, engine, options with
                {
                    Remotes = [Runtime.Endpoint.Parse(tls ? "pssl:0:127.0.0.1" : "ptcp:0:127.0.0.1"), Runtime.Endpoint.Parse($"punix:{server._directory["db.sock"]}")],
                });
                await service.StartAsync();
                while (service.ListeningOn.Count < 2)
                {
                    await host.YieldAsync();
                }

                server.Endpoint = $"{(tls ? "ssl" : "tcp")}:127.0.0.1:{service.ListeningOn[0].Port}";
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

    /// <summary>Stops it and keeps its file.</summary>
    public async Task StopAsync()
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
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
        _log.Dispose();
        _directory.Dispose();
    }
}
