using Microsoft.Extensions.Logging;
using VtepLab.HardwareVtep;
using VtepLab.Ovsdb;
using VtepLab.OvsdbPeers;
using VtepLab.Runtime;

namespace VtepLab.Emulators.HardwareVtep;

/// <summary>A switch that speaks hardware_vtep, running on a host; or a front end that represents several switches in one database.</summary>
/// <remarks>It announces itself before it listens, keeps its database in the host's store, and reacts to what controllers write.</remarks>
public sealed class HardwareVtepEmulator : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly SwitchCore _core;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop;
    private bool _cannotWrite;

    private HardwareVtepEmulator(IHost host, IReadOnlyList<HardwareVtepOptions> switches, Database database)
    {
        var options = switches[0];
        _host = host;
        _log = host.Logs.CreateLogger<HardwareVtepEmulator>();
        Options = options;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(host.Stopping);
        _core = new SwitchCore(switches, database, host.Time, host.Entropy.NewUuid, WhenTurnEnds);
        Server = new OvsdbServer(_core.ServerOptions);
        Service = new OvsdbServerService(host, Server, new OvsdbServerServiceOptions
        {
            Remotes = options.Listen, Managers = ManagerColumn.HardwareVtep, Tls = options.Tls,
        });
        _core.FellBehind += () => host.Spawn($"{options.Name} reacts", _ => ReactAsync(_stop.Token));
    }

    /// <summary>What the switch is; of several the first one.</summary>
    public HardwareVtepOptions Options { get; }

    /// <summary>The engine that serves its database.</summary>
    public OvsdbServer Server { get; }

    /// <summary>How peers reach it.</summary>
    public OvsdbServerService Service { get; }

    /// <summary>Its hardware_vtep database; another one after a conversion.</summary>
    public Database Database => _core.Database;

    /// <summary>What its hardware holds now; of several switches that of the first one.</summary>
    public HardwareState Hardware => _core.Agent.Hardware;

    /// <summary>Called when the database's file cannot be written: the database takes nothing more until it can.</summary>
    public Action? Failed { get; set; }

    /// <summary>Where it listens, with the ports it was given.</summary>
    public IReadOnlyList<Endpoint> ListeningOn => Service.ListeningOn;

    /// <summary>Starts a switch on a host; when this returns it has announced itself and listens.</summary>
    /// <exception cref="ArgumentException">The options are wrong; the message says which one.</exception>
    /// <exception cref="NetworkException">It cannot listen where it should.</exception>
    public static Task<HardwareVtepEmulator> StartAsync(IHost host, HardwareVtepOptions options) => StartAsync(host, [options]);

    /// <summary>Starts switches that share a database; when this returns all have announced themselves and their server listens.</summary>
    /// <param name="host">Where they run; its frame ports are named after switch and port, <c>leaf1:eth3</c>, unless there is one switch only.</param>
    /// <param name="switches">What they are. The first one says what the database and its server are like.</param>
    /// <exception cref="ArgumentException">The options are wrong, or do not go together; the message says which one.</exception>
    /// <exception cref="NetworkException">The server cannot listen where it should.</exception>
    public static async Task<HardwareVtepEmulator> StartAsync(IHost host, IReadOnlyList<HardwareVtepOptions> switches)
    {
        HardwareVtepOptions.Validate(switches);
        var options = switches[0];
        HardwareVtepEmulator? emulator = null;
        emulator = new HardwareVtepEmulator(host, switches, await OpenDatabaseAsync(host, options, failure => emulator?.Heed(failure)));
        if (host.FramePorts.Count > 0)
        {
            emulator._core.Attach(host.FramePorts, () => host.Entropy.NextDouble("bfd"));
            foreach (var unit in emulator._core.Units)
            {
                if (unit.Bfd is { } bfd)
                {
                    bfd.Started += session => host.Spawn($"{unit.Options.Name} BFD", _ => emulator.SpeakAsync(bfd, session, emulator._stop.Token));
                }

                host.Spawn($"{unit.Options.Name} ages addresses", _ => emulator.AgeAsync(unit, emulator._stop.Token));
                host.Spawn($"{unit.Options.Name} counts", _ => emulator.CountAsync(unit, emulator._stop.Token));
            }
        }

        emulator._core.Start();
        emulator.Server.Add(emulator.Database);
        emulator.Server.Converted += emulator.Follow;
        await emulator.Service.StartAsync();
        emulator._log.LogInformation(
            "switch {Name} serves {Database} {Version} with {Ports} ports, quirks: {Quirks}", options.Name, VtepSchema.DatabaseName,
            emulator.Database.Schema.Version, options.Ports.Count, options.Quirks.IsEmpty ? "none" : options.Quirks);
        return emulator;
    }

    /// <summary>Takes a VLAN of a port for the switch's own configuration, or gives it back, as its command line would.</summary>
    public void Reserve(string port, int vlan, bool isReserved)
    {
        _core.Units.ForEach(u => u.Agent.Reserve(port, vlan, isReserved));
        _core.FallBehind();
    }

    /// <summary>What it says it has; of several switches the first one. Another value is announced at once, and lasts until it starts again.</summary>
    public SwitchInventory Inventory
    {
        get => _core.Agent.Inventory;
        set
        {
            _core.Agent.Inventory = value;
            _core.FallBehind();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _stop.Cancel();
        await Service.DisposeAsync();
        _stop.Dispose();
    }

    private static async Task<Database> OpenDatabaseAsync(IHost host, HardwareVtepOptions options, Action<string?> failing)
    {
        var schema = SwitchSchema.Served(options);
        return options.StoreName is { } name && !options.Quirks.Has(SwitchQuirkBook.ForgetsAtRestart)
            ? await StoredDatabase.OpenAsync(host, name, schema, converts: true, failing, host.Stopping)
            : new Database(schema, host.Entropy.NewUuid);
    }

    private async Task SpeakAsync(BfdBook book, BfdSession session, CancellationToken cancel)
    {
        while (book.Lives(session))
        {
            session.Run();
            await _host.DelayAsync(session.UntilNext, cancel);
        }
    }

    private async Task AgeAsync(SwitchUnit unit, CancellationToken cancel)
    {
        while (true)
        {
            await _host.DelayAsync(unit.Options.MacAge / 10, cancel);
            unit.Learned.Expire();
        }
    }

    private async Task CountAsync(SwitchUnit unit, CancellationToken cancel)
    {
        long written = 0;
        while (true)
        {
            await _host.DelayAsync(unit.Options.StatsInterval, cancel);
            if (unit.Forwarding!.Passed != written)
            {
                written = unit.Forwarding.Passed;
                _core.FallBehind();
            }
        }
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

        try
        {
            _core.React();
        }
        catch (OvsdbErrorException) when (_cannotWrite)
        {
            // It cannot write for now, and whoever runs the switch has been told.
        }
    }

    private void Follow(Database old, Database converted)
    {
        if (old != Database)
        {
            return;
        }

        if (_core.MoveTo(converted) is { } objection)
        {
            _log.LogWarning("switch {Name} stands still: its database was converted to a schema it cannot use: {Reason}", Options.Name, objection);
        }
        else
        {
            _log.LogInformation("switch {Name} goes on with its database converted to {Version}", Options.Name, converted.Schema.Version);
        }
    }

    private void Heed(string? failure)
    {
        _cannotWrite = failure is not null;
        if (_cannotWrite)
        {
            Failed?.Invoke();
        }
        else
        {
            _core.FallBehind(); // What it could not write meanwhile.
        }
    }

    private void WhenTurnEnds(Action action) => _host.Spawn("end of turn", async _ =>
    {
        await _host.YieldAsync();
        action();
    });
}
