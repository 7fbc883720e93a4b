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
    private readonly CancellationTokenSource _stop;
    private bool _cannotWrite;

    private HardwareVtepEmulator(IHost host, HardwareVtepOptions options, Database database)
    {
        _host = host;
        _log = host.Logs.CreateLogger<HardwareVtepEmulator>();
        Options = options;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(host.Stopping);
        _core = new SwitchCore(options, database, host.Time, host.Entropy.NewUuid, WhenTurnEnds);
        Server = new OvsdbServer(_core.ServerOptions);
        Service = new OvsdbServerService(host, Server, new OvsdbServerServiceOptions
        {
            Remotes = options.Listen, Managers = ManagerColumn.HardwareVtep, Tls = options.Tls,
        });
        _core.FellBehind += () => host.Spawn($"{options.Name} reacts", _ => ReactAsync(_stop.Token));
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

    /// <summary>Called once when the database's file could not be written: the database takes nothing more, and the switch has to be started again.</summary>
    public Action? Failed { get; set; }

    /// <summary>Where it listens, with the ports it was given.</summary>
    public IReadOnlyList<Endpoint> ListeningOn => Service.ListeningOn;

    /// <summary>Starts a switch on a host; when this returns it has announced itself and listens.</summary>
    /// <exception cref="ArgumentException">The options are wrong; the message says which one.</exception>
    /// <exception cref="NetworkException">It cannot listen where it should.</exception>
    public static async Task<HardwareVtepEmulator> StartAsync(IHost host, HardwareVtepOptions options)
    {
        options.Validate();
        HardwareVtepEmulator? emulator = null;
        emulator = new HardwareVtepEmulator(host, options, await OpenDatabaseAsync(host, options, _ => emulator?.CannotWrite()));
        if (host.FramePorts.Count > 0)
        {
            emulator._core.Attach(host.FramePorts, () => host.Entropy.NextDouble("bfd"));
            if (emulator._core.Bfd is { } bfd)
            {
                bfd.Started += session => host.Spawn($"{options.Name} BFD", _ => emulator.SpeakAsync(bfd, session, emulator._stop.Token));
            }

            host.Spawn($"{options.Name} ages addresses", _ => emulator.AgeAsync(emulator._stop.Token));
            host.Spawn($"{options.Name} counts", _ => emulator.CountAsync(emulator._stop.Token));
        }

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
    public async ValueTask DisposeAsync()
    {
        _stop.Cancel();
        await Service.DisposeAsync();
        _stop.Dispose();
    }

    private static async Task<Database> OpenDatabaseAsync(IHost host, HardwareVtepOptions options, Action<string> failed)
    {
        var schema = SwitchSchema.Served(options);
        return options.StoreName is { } name && !options.Quirks.Has(SwitchQuirkBook.ForgetsAtRestart)
            ? await StoredDatabase.OpenAsync(host, name, schema, converts: true, failed, host.Stopping)
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

    private async Task AgeAsync(CancellationToken cancel)
    {
        while (true)
        {
            await _host.DelayAsync(Options.MacAge / 10, cancel);
            _core.Learned.Expire();
        }
    }

    private async Task CountAsync(CancellationToken cancel)
    {
        long written = 0;
        while (true)
        {
            await _host.DelayAsync(Options.StatsInterval, cancel);
            if (_core.Forwarding!.Passed != written)
            {
                written = _core.Forwarding.Passed;
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
            // It cannot write any more, and whoever runs the switch has been told.
        }
    }

    private void CannotWrite()
    {
        _cannotWrite = true;
        Failed?.Invoke();
    }

    private void WhenTurnEnds(Action action) => _host.Spawn("end of turn", async _ =>
    {
        await _host.YieldAsync();
        action();
    });
}
