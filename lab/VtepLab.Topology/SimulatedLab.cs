using VtepLab.Emulators.HardwareVtep;
using VtepLab.Runtime;
using VtepLab.Simulation;

namespace VtepLab.Topology;

/// <summary>A lab in virtual time.</summary>
public sealed class SimulatedLab : LabWorld
{
    private readonly SimulatedHost _driver;
    private readonly SwitchTrouble _trouble;

    private SimulatedLab(SimulatedWorld world)
    {
        World = world;
        _trouble = new SwitchTrouble(world);
        World.AddBroker();
        _driver = World.AddHost("scenario");
    }

    /// <summary>The world underneath, for what only a simulation can do.</summary>
    public SimulatedWorld World { get; }

    /// <inheritdoc/>
    public override IHost Driver => _driver.Services;

    /// <inheritdoc/>
    public override ulong? Seed => World.Seed;

    /// <inheritdoc/>
    public override string Position => $"seed {World.Seed}, virtual time {World.Now:c}";

    /// <summary>Runs something in a new lab, to its end; takes no longer than the computer needs.</summary>
    /// <param name="seed">Decides everything that chance decides.</param>
    /// <param name="body">Runs on the lab's driver.</param>
    /// <param name="options">What the world is like; null for the defaults.</param>
    /// <exception cref="SimulationException">A machine crashed that was not told to, or nothing is left that could happen.</exception>
    public static T Run<T>(ulong seed, Func<SimulatedLab, Task<T>> body, SimulationOptions? options = null) =>
        Run(new SimulatedWorld(seed, options), body);

    /// <summary>Runs something in a lab in a world that is still empty, such as one an exploration made, to its end.</summary>
    /// <param name="world">The world; gets a broker and the driver's machine.</param>
    /// <param name="body">Runs on the lab's driver.</param>
    /// <exception cref="SimulationException">As in the other one; and an invariant of the world did not hold.</exception>
    public static T Run<T>(SimulatedWorld world, Func<SimulatedLab, Task<T>> body)
    {
        ArgumentNullException.ThrowIfNull(world);
        var lab = new SimulatedLab(world);
        return lab.World.Run(() =>
        {
            var done = new TaskCompletionSource<T>();
            lab.Driver.Spawn("scenario", async _ =>
            {
                try
                {
                    done.TrySetResult(await body(lab));
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

    /// <summary>Gives a switch the frame ports that servers can be plugged into; before it has started.</summary>
    public void AddPorts(string name, IEnumerable<string> ports)
    {
        foreach (var port in ports)
        {
            World.Hosts[name].AddPort(port);
        }
    }

    /// <inheritdoc/>
    protected override LabMachine Add(string name, Func<IHost, Task> program) => new SimulatedMachine(World.AddHost(name).Start(program));

    // A switch that loses power comes back with what it had stored; forgetting is a quirk.
    /// <inheritdoc/>
    public override bool MachinesKeepFiles => true;

    /// <inheritdoc/>
    protected override SwitchMishaps? MishapsOf(string name) => _trouble.Of(name);

    /// <inheritdoc/>
    protected override ValueTask<Endpoint> NewListenerAsync(string machine) =>
        ValueTask.FromResult(new Endpoint(EndpointScheme.PassiveTcp, "", Endpoint.DefaultPort));

    private sealed class SimulatedMachine(SimulatedHost host) : LabMachine
    {
        private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

        public override string Name => host.Name;

        public override Task CrashAsync()
        {
            host.Crash(CrashKind.Power);
            return Task.CompletedTask;
        }

        public override Task RestartAsync()
        {
            host.Restart(CrashKind.Power);
            return Task.CompletedTask;
        }

        public override Task PauseAsync()
        {
            host.Pause();
            return Task.CompletedTask;
        }

        public override Task ResumeAsync()
        {
            host.Resume();
            return Task.CompletedTask;
        }

        public override Task StopAsync() => host.StopAsync(Grace);
    }
}
