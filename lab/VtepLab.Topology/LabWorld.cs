using System.Collections.Immutable;
using VtepLab.Emulators.HardwareVtep;
using VtepLab.Runtime;

namespace VtepLab.Topology;

/// <summary>A running lab, simulated or live: machines, a message bus between them, and the machine that the scenario itself runs on.</summary>
/// <remarks>What a scenario does goes through here and through the ports of <see cref="Driver"/>, so it need not know the world.</remarks>
public abstract class LabWorld
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan StartAgain = TimeSpan.FromSeconds(1);

    private readonly SortedDictionary<string, LabSwitch> _switches = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, HardwareVtepEmulator> _emulators = new(StringComparer.Ordinal);

    /// <summary>The machine of the scenario: the caller's code runs on it.</summary>
    public abstract IHost Driver { get; }

    /// <summary>The seed of a simulated world; null in a live one.</summary>
    public abstract ulong? Seed { get; }

    /// <summary>Where the world is, for messages: <c>seed 7, virtual time 00:00:04.2000000</c>.</summary>
    public abstract string Position { get; }

    /// <summary>The machines that were started, by name.</summary>
    public IReadOnlyDictionary<string, LabMachine> Machines => MachinesByName;

    /// <summary>The switches, by the scenario's names.</summary>
    public IReadOnlyDictionary<string, LabSwitch> Switches => _switches;

    /// <summary>The emulated switches as they last started, by name, for whoever watches without a trace.</summary>
    public IReadOnlyDictionary<string, HardwareVtepEmulator> Emulators => _emulators;

    /// <summary>The same, for the world that fills it.</summary>
    protected SortedDictionary<string, LabMachine> MachinesByName { get; } = new(StringComparer.Ordinal);

    /// <summary>Adds a machine, attached to the bus, and starts its program; the program is started again after each restart.</summary>
    /// <param name="name">The machine's name, by which others reach it in a simulated world.</param>
    /// <param name="program">What runs on it, until its host is stopping.</param>
    public LabMachine Start(string name, Func<IHost, Task> program)
    {
        var machine = Add(name, program);
        MachinesByName.Add(name, machine);
        return machine;
    }

    /// <summary>Adds a switch: the device if the lab has one, otherwise an emulated one on a machine of its own.</summary>
    /// <param name="name">What the scenario calls it.</param>
    /// <param name="ports">What the scenario calls its ports.</param>
    /// <param name="quirks">How an emulated one misbehaves; null for well. A real device has its own.</param>
    /// <param name="announced">What an emulated one calls itself; null for the scenario's name. A real device has its own.</param>
    /// <exception cref="LabExpectationException">The device cannot stand for it.</exception>
    public async Task<LabSwitch> AddSwitchAsync(string name, IReadOnlyList<string> ports, SwitchQuirks? quirks = null, string? announced = null)
    {
        if (Devices.Count == 0)
        {
            return await AddEmulatedSwitchAsync(new HardwareVtepOptions
            {
                Name = announced ?? name, Ports = ports, Quirks = quirks ?? SwitchQuirks.None, TunnelIps = [$"198.51.100.{_switches.Count + 1}"],
                StoreName = MachinesKeepFiles ? "hardware_vtep.db" : null,
            }, name);
        }

        var made = await AddDeviceAsync(name, ports);
        _switches.Add(name, made);
        return made;
    }

    /// <summary>Adds an emulated switch on a machine of its own.</summary>
    /// <param name="options">What the switch is; where it listens is decided here.</param>
    /// <param name="calling">What the scenario calls it; null for what it calls itself.</param>
    public async Task<LabSwitch> AddEmulatedSwitchAsync(HardwareVtepOptions options, string? calling = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        var name = calling ?? options.Name;
        var listen = await NewListenerAsync(name);
        LabMachine? machine = null;
        machine = Start(name, host => EmulatedSwitch.RunAsync(host, options with { Listen = [listen], Mishaps = MishapsOf(name) }, () => Driver.Spawn($"supervisor of {name}", async stop =>
        {
            await Driver.DelayAsync(StartAgain, stop);
            await machine!.RestartAsync();
        }), started => _emulators[name] = started));
        var host = listen.Host.Length > 0 ? listen.Host : name;
        var made = new LabSwitch(
            name, new Endpoint(EndpointScheme.Tcp, host, listen.Port), null, ImmutableSortedDictionary<string, string>.Empty, machine);
        _switches.Add(name, made);
        return made;
    }

    /// <summary>Looks again and again until what is seen is right; the scenario's way to say "within 5 seconds".</summary>
    /// <typeparam name="T">What is looked at.</typeparam>
    /// <param name="look">Looks; an <see cref="IOException"/> counts as nothing seen.</param>
    /// <param name="problem">What is wrong with what was seen; null when it is right.</param>
    /// <param name="within">How long to wait, on the world's clock.</param>
    /// <exception cref="LabExpectationException">It was never right; the message says what was wrong last.</exception>
    /// <exception cref="OperationCanceledException">The lab is being stopped.</exception>
    public async Task<T> UntilAsync<T>(Func<CancellationToken, Task<T>> look, Func<T, string?> problem, TimeSpan within)
    {
        var start = Driver.Time.GetTimestamp();
        using var patience = new CancellationTokenSource(within + TimeSpan.FromSeconds(1), Driver.Time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, Driver.Stopping);
        string? wrong;
        while (true)
        {
            try
            {
                var seen = await look(limit.Token);
                wrong = problem(seen);
                if (wrong is null)
                {
                    return seen;
                }
            }
            catch (Exception away) when (away is IOException or Ovsdb.OvsdbException)
            {
                wrong = away.Message;
            }
            catch (OperationCanceledException) when (patience.IsCancellationRequested)
            {
                wrong = "it did not answer";
            }

            if (Driver.Time.GetElapsedTime(start) >= within)
            {
                throw new LabExpectationException($"not within {within.TotalSeconds:0.###} s: {wrong}");
            }

            await Driver.DelayAsync(LookEvery, Driver.Stopping);
        }
    }

    /// <summary>The real switches that stand for the scenario's, in the order in which it names them; none when switches are emulated.</summary>
    public IReadOnlyList<LabDevice> Devices { get; protected init; } = [];

    /// <summary>Makes and starts a machine.</summary>
    protected abstract LabMachine Add(string name, Func<IHost, Task> program);

    /// <summary>True when a machine that starts again finds the files that it had stored.</summary>
    public virtual bool MachinesKeepFiles => false;

    /// <summary>What goes wrong with the transactions of an emulated switch at times; null for nothing.</summary>
    protected virtual SwitchMishaps? MishapsOf(string name) => null;

    /// <summary>Where the only server of a new machine listens.</summary>
    protected abstract ValueTask<Endpoint> NewListenerAsync(string machine);

    private async Task<LabSwitch> AddDeviceAsync(string name, IReadOnlyList<string> ports)
    {
        if (_switches.Count == Devices.Count)
        {
            throw new LabExpectationException($"the scenario needs one more switch, {name}, than the lab has devices: {string.Join(", ", Devices.Select(d => d.Endpoint))}");
        }

        var device = Devices[_switches.Count];
        var bare = new LabSwitch(name, device.Endpoint, device.Tls, ImmutableSortedDictionary<string, string>.Empty, null);
        var real = device.Ports.IsDefaultOrEmpty ? (await SwitchContents.ReadAsync(Driver, bare)).Ports : device.Ports;
        return real.Length >= ports.Count
            ? bare with { PortNames = ports.Zip(real).ToImmutableSortedDictionary(p => p.First, p => p.Second) }
            : throw new LabExpectationException($"the scenario needs {ports.Count} ports, {device.Endpoint} has {real.Length}");
    }
}

/// <summary>What a scenario expects is not so.</summary>
public sealed class LabExpectationException(string message) : Exception(message);

/// <summary>A machine of a lab.</summary>
public abstract class LabMachine
{
    /// <summary>The machine's name.</summary>
    public abstract string Name { get; }

    /// <summary>Ends its program at once, as a crash does; what it had under way is lost.</summary>
    public abstract Task CrashAsync();

    /// <summary>Starts its program again, with what its store kept; crashes it first if it runs.</summary>
    public abstract Task RestartAsync();

    /// <summary>Stops its program where it is, as a suspended machine does, until <see cref="ResumeAsync"/>; time goes on.</summary>
    /// <exception cref="LabExpectationException">The world cannot do that.</exception>
    public abstract Task PauseAsync();

    /// <summary>Lets it go on: what happened meanwhile reaches it now.</summary>
    public abstract Task ResumeAsync();

    /// <summary>Asks its program to end in good order and waits until it has.</summary>
    public abstract Task StopAsync();
}
