using VtepLab.Emulators.HardwareVtep;
using VtepLab.Runtime;
using VtepLab.Simulation;

namespace VtepLab.Topology;

/// <summary>One emulated switch in virtual time, a tester's machine beside it, and nothing else.</summary>
public sealed class EmulatedDevice
{
    private readonly SimulatedWorld _world;
    private readonly SimulatedHost _tester;

    private EmulatedDevice(ulong seed, HardwareVtepOptions options)
    {
        _world = new SimulatedWorld(seed);
        Options = options with { Listen = [new Endpoint(EndpointScheme.PassiveTcp, "", Endpoint.DefaultPort)] };
        _world.AddHost(Options.Name, Address).Start(async host =>
        {
            await using var emulator = await HardwareVtepEmulator.StartAsync(host, Options);
            await host.DelayAsync(Timeout.InfiniteTimeSpan, host.Stopping);
        });
        _tester = _world.AddHost("tester", "192.0.2.1");
    }

    /// <summary>The address of the switch's management.</summary>
    public const string Address = "192.0.2.2";

    /// <summary>What the switch is.</summary>
    public HardwareVtepOptions Options { get; }

    /// <summary>The world both are in, for what only a simulation can do.</summary>
    public SimulatedWorld World => _world;

    /// <summary>Where the switch's database is reached from the tester's machine.</summary>
    public Endpoint Endpoint { get; } = new(EndpointScheme.Tcp, Address, Endpoint.DefaultPort);

    /// <summary>The switch that is certified when nobody names another: an honest one, small and without frills, so that its faults can be seen.</summary>
    public static HardwareVtepOptions Honest { get; } = new()
    {
        Name = "leaf1",
        Ports = ["eth1", "eth2", "eth3", "eth4"],
        TunnelIps = ["192.0.2.11"],
        ManagementIps = [Address],
        ReservedVlans = [4094],
        MaxRemoteMacs = 200,
        MaxTunnels = 40,
        MaxBfdSessions = 4,
        ReplicatesAtSource = false,
        HasRouting = false,
    };

    /// <summary>Runs something on the tester's machine, to its end; takes no longer than the computer needs.</summary>
    /// <param name="seed">Decides everything that chance decides.</param>
    /// <param name="options">What the switch is; where it listens is set here.</param>
    /// <param name="body">Runs on the tester's machine.</param>
    /// <exception cref="SimulationException">A machine crashed, or nothing is left that could happen.</exception>
    public static T Run<T>(ulong seed, HardwareVtepOptions options, Func<EmulatedDevice, IHost, Task<T>> body)
    {
        var device = new EmulatedDevice(seed, options);
        return device._world.Run(() =>
        {
            var done = new TaskCompletionSource<T>();
            device._tester.Services.Spawn("tester", async _ =>
            {
                try
                {
                    done.TrySetResult(await body(device, device._tester.Services));
                }
#pragma warning disable CA1031 // Whatever the body lets out is the caller's, and no crash of the machine it ran on.
                catch (Exception e)
#pragma warning restore CA1031
                {
                    done.TrySetException(e);
                }
            });
            return done.Task;
        });
    }
}
