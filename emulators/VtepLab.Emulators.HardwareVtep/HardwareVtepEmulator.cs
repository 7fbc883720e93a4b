using Microsoft.Extensions.Logging;
using VtepLab.HardwareVtep;
using VtepLab.Ovsdb;
using VtepLab.OvsdbPeers;
using VtepLab.Runtime;

namespace VtepLab.Emulators.HardwareVtep;

/// <summary>A switch that speaks hardware_vtep, running on a host.</summary>
/// <remarks>It announces itself before it listens, keeps its database in the host's store, and reacts to what controllers write.</remarks>
public sealed class HardwareVtepEmulator : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly SwitchCore _core;
    private readonly ILogger _log;

    private HardwareVtepEmulator(IHost host, HardwareVtepOptions options, Database database)
    {
        _host = host;
        _log = host.Logs.CreateLogger<HardwareVtepEmulator>();
        Options = options;
        _core = new SwitchCore(options, database, host.Time, host.Entropy.NewUuid, WhenTurnEnds);
        Server = new OvsdbServer(_core.ServerOptions);
        Service = new OvsdbServerService(host, Server, new OvsdbServerServiceOptions
        {
            Remotes = options.Listen, Managers = ManagerColumn.HardwareVtep, Tls = options.Tls,
        });
        _core.FellBehind += () => host.Spawn($"{options.Name} reacts", ReactAsync);
    }

    /// <summary>What the switch is.</summary>
    public HardwareVtepOptions Options { get; }

    /// <summary>The engine that serves its database.</summary>
    public OvsdbServer Server { get; }

    /// <summary>How peers reach it.</summary>
    public OvsdbServerService Service { get; }

    /// <summary>Its hardware_vtep database.</summary>
    public Database Database => _core.Database;

    /// <summary>What its hardware holds now.</summary>
    public HardwareState Hardware => _core.Agent.Hardware;

    /// <summary>Where it listens, with the ports it was given.</summary>
    public IReadOnlyList<Endpoint> ListeningOn => Service.ListeningOn;

    /// <summary>Starts a switch on a host; when this returns it has announced itself and listens.</summary>
    /// <exception cref="ArgumentException">The options are wrong; the message says which one.</exception>
    /// <exception cref="NetworkException">It cannot listen where it should.</exception>
    public static async Task<HardwareVtepEmulator> StartAsync(IHost host, HardwareVtepOptions options)
    {
        options.Validate();
        var emulator = new HardwareVtepEmulator(host, options, await OpenDatabaseAsync(host, options));
        emulator._core.Start();
        emulator.Server.Add(emulator.Database);
        await emulator.Service.StartAsync();
        emulator._log.LogInformation(
            "switch {Name} serves {Database} {Version} with {Ports} ports, quirks: {Quirks}", options.Name, VtepSchema.DatabaseName,
            emulator.Database.Schema.Version, options.Ports.Count, options.Quirks.IsEmpty ? "none" : options.Quirks);
        return emulator;
    }

    /// <summary>Takes a VLAN of a port for the switch's own configuration, or gives it back, as its command line would.</summary>
    public void Reserve(string port, int vlan, bool isReserved)
    {
        _core.Agent.Reserve(port, vlan, isReserved);
        _core.FallBehind();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await Service.DisposeAsync();

    private static async Task<Database> OpenDatabaseAsync(IHost host, HardwareVtepOptions options)
    {
        var schema = SwitchSchema.Served(options);
        if (options.StoreName is not { } name)
        {
            return new Database(schema, host.Entropy.NewUuid);
        }

        var storage = new StoredLog(host, name);
        var file = options.Quirks.Has(SwitchQuirkBook.ForgetsAtRestart) ? null : await host.Store.ReadAsync(name, host.Stopping);
        if (file is null)
        {
            return FileLog.Create(schema, storage, host.Time, host.Entropy.NewUuid).Database;
        }

        var log = FileLog.Open(file, storage, host.Time, host.Entropy.NewUuid, out var problem);
        if (problem is not null)
        {
            host.Logs.CreateLogger<HardwareVtepEmulator>().LogWarning("the end of {File} was cut off: {Problem}", name, problem);
        }

        return (IsSame(log.Database.Schema, schema) ? log : log.ConvertTo(schema, host.Entropy.NewUuid)).Database;
    }

    private static bool IsSame(DatabaseSchema one, DatabaseSchema other)
    {
        var (first, second) = (new JsonWriter(), new JsonWriter());
        one.WriteTo(first);
        other.WriteTo(second);
        return first.Written.SequenceEqual(second.Written);
    }

    private async Task ReactAsync(CancellationToken cancel)
    {
        if (Options.ReactionTime > TimeSpan.Zero)
        {
            await _host.DelayAsync(Options.ReactionTime, cancel);
        }
        else
        {
            await _host.YieldAsync();
        }

        _core.React();
    }

    private void WhenTurnEnds(Action action) => _host.Spawn("end of turn", async _ =>
    {
        await _host.YieldAsync();
        action();
    });
}
