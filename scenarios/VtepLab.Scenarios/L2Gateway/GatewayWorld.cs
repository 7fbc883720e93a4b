using System.Collections.Immutable;
using VtepLab.Emulators.HardwareVtep;
using VtepLab.L2Gateway.Agent;
using VtepLab.Neutron.Rest;
using VtepLab.Ovsdb;
using VtepLab.Runtime;
using VtepLab.Topology;

namespace VtepLab.Scenarios.L2Gateway;

/// <summary>What the steps of one scenario share: the lab, the cloud, and the switches and agents by the scenario's names.</summary>
public sealed class GatewayWorld
{
    private const int ManagerPort = 6632;

    private readonly Dictionary<string, (IHost Host, CancellationTokenSource Stop, Task Ended)> _agents = [];
    private readonly Upgrades? _upgrades; // Of a simulated lab, as what follows.

    /// <summary>A world with nothing in it.</summary>
    public GatewayWorld(LabWorld lab, Controllers controllers, Cloud cloud, NodeAgents nodes, ToldOnce told)
    {
        (Lab, Controllers, Cloud, Nodes, Told) = (lab, controllers, cloud, nodes, told);
        if (lab is SimulatedLab here)
        {
            _upgrades = new Upgrades(here.World, Upgrades.AgentKind, (bus, release) => new ReleasedAgentBus(bus, release));
            (Servers, VlanReuse, VniReuse) = (new Servers(here), new VlanReuse(this, here), new VniReuse(this, here));
            _ = new MacTwice(this, here);
        }

        var isWatched = false;
        controllers.Started += plugin =>
        {
            // Not before: this world is made in every scenario, for its clean-up, and what others write into their switches is theirs to judge.
            if (!isWatched && lab is SimulatedLab simulated)
            {
                isWatched = true;
                new GatewayInvariants(simulated, controllers, cloud, told).Register(simulated.World.Invariants);
            }

            // Plugins that share a database take turns: only the database knows who was first. One of the original kind hears no numbers.
            if (!plugin.Model.IsShared && !controllers.AreOlder)
            {
                told.Watch(plugin);
            }
        };
    }

    /// <summary>The lab.</summary>
    public LabWorld Lab { get; }

    internal Controllers Controllers { get; }

    internal Cloud Cloud { get; }

    internal NodeAgents Nodes { get; }

    internal ToldOnce Told { get; }

    internal Servers? Servers { get; }

    internal VlanReuse? VlanReuse { get; }

    internal VniReuse? VniReuse { get; }

    internal int? MaxRowsPerCast { get; set; }

    internal IReadOnlyCollection<string> Agents => _agents.Keys;

    /// <summary>Answer to the last request of a step that only tries.</summary>
    internal RestResponse Answer { get; set; } = new(0, null);

    /// <summary>How long that took.</summary>
    internal TimeSpan AnsweredAfter { get; set; }

    internal LabSwitch Switch(string name) =>
        Lab.Switches.GetValueOrDefault(name) ?? throw new LabExpectationException($"the scenario has no switch \"{name}\"");

    internal LabMachine Machine(string name) =>
        Lab.Machines.GetValueOrDefault(name) ?? throw new LabExpectationException($"the scenario has no machine \"{name}\"");

    internal Connection Connection(string network, string name, string port, int vlan) => new(network, name, Switch(name).Port(port), vlan);

    /// <summary>What the switch calls itself, by which gateways name it; the scenario's name while the plugin does not know it.</summary>
    internal string DeviceName(string name) =>
        Controllers.Plugin.Model.Switch(name).PhysicalSwitches.Select(s => s.Name).FirstOrDefault() ?? name;

    /// <summary>Asks for a network to be connected to a port.</summary>
    internal async Task<RestResponse> TryConnectAsync(Connection connection) => await Cloud.TryConnectAsync(await GatewayAsync(connection), connection);

    internal async Task<bool> TryFindAsync(Connection connection) => await Cloud.TryFindAsync(await GatewayAsync(connection), connection);

    private Task<string> GatewayAsync(Connection connection) => Cloud.GatewayAsync((DeviceName(connection.Switch), [connection.Port]));

    internal async Task AddSwitchAsync(string name, IReadOnlyList<string> ports, string quirks = "", string? announced = null)
    {
        var added = await Lab.AddSwitchAsync(name, ports, SwitchQuirks.Parse(quirks), announced);
        (Lab as SimulatedLab)?.AddPorts(name, ports);
        await Lab.UntilAsync(
            stop => SwitchContents.ReadAsync(Lab.Driver, added, stop),
            seen => seen.Ports.Length >= ports.Count ? null : $"{name} has {seen.Ports.Length} ports",
            TimeSpan.FromSeconds(10));
    }

    internal Task AddAgentAsync(string name, IEnumerable<string> switches) => StartAgentAsync(new AgentOptions
    {
        Host = name, OvsdbHosts = [.. switches.Select(Switch).Select(s => new OvsdbHost(s.Name, s.Endpoint, s.Tls))],
    });

    internal Task AddListeningAgentAsync(string name) => StartAgentAsync(new AgentOptions
    {
        Host = name, OvsdbHosts = [], ManagerListener = new Endpoint(EndpointScheme.PassiveTcp, "", ManagerPort),
    });

    /// <summary>Asks an agent to end, as a service manager does, and stops its machine when it has.</summary>
    internal async Task StopAgentAsync(string name)
    {
        var (host, stop, ended) = _agents[name];
        host.Spawn("SIGTERM", _ =>
        {
            stop.Cancel();
            return Task.CompletedTask;
        });
        await ended.WaitAsync(TimeSpan.FromSeconds(30), Lab.Driver.Time, Lab.Driver.Stopping);
        await Machine(name).StopAsync();
    }

    /// <summary>Has a switch dial in to agents, as an operator does with <c>vtep-ctl set-manager</c>.</summary>
    internal Task SetManagersAsync(string name, IEnumerable<string> agents) => VisitAsync(name, write =>
    {
        var rows = agents.Select(a => write.Insert("Manager", ("target", new Endpoint(EndpointScheme.Tcp, a, ManagerPort).ToString()))).ToList();
        write.Update("Global", Where.EveryRow, ("managers", Datum.Set([.. rows.Select(r => (Atom)r)])));
        write.Commit(); // Before a power loss that follows can take it.
    });

    /// <summary>Writes into a switch's database, as somebody does who is neither the plugin nor an agent.</summary>
    internal Task VisitAsync(string name, Action<OvsdbTransaction> build) => OvsdbVisit.RunAsync(
        Lab.Driver, Switch(name).Endpoint, Switch(name).Tls, name, (client, schema) =>
        {
            var write = new OvsdbTransaction(schema);
            build(write);
            return client.TransactAsync(write);
        }, CancellationToken.None);

    internal Task<SwitchContents> SeeAsync(string name, Func<SwitchContents, string?> problem, TimeSpan within) =>
        Lab.UntilAsync(stop => SwitchContents.ReadAsync(Lab.Driver, Switch(name), stop), problem, within);

    internal async Task WaitAsync(Func<string?> problem, TimeSpan within) =>
        await Lab.UntilAsync(_ => Task.FromResult(true), _ => problem(), within);

    /// <summary>The switch's bindings that belong to scenarios, as <c>eth1 VLAN 10 blue</c>.</summary>
    internal ImmutableArray<string> BindingsOf(SwitchContents seen, string name)
    {
        var names = Switch(name).PortNames.ToDictionary(p => p.Value, p => p.Key);
        return
        [
            .. seen.Bindings.Where(b => Cloud.IsOurs(b.Value))
                .Select(b => $"{names.GetValueOrDefault(b.Key.Port, b.Key.Port)} VLAN {b.Key.Vlan} {Cloud.NetworkOf(b.Value)}")
                .Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>Takes from a real device what the scenario put there, by the cloud's own means; an emulated one is thrown away with the lab.</summary>
    internal async Task CleanAsync()
    {
        foreach (var target in Lab.Switches.Values.Where(s => s.Machine is null))
        {
            while (Cloud.Connections.Count > 0)
            {
                await Cloud.TryDisconnectAsync(Cloud.Connections[0]); // With all places of that connection.
            }

            await SeeAsync(target.Name, seen => seen.LogicalSwitches.Keys.FirstOrDefault(Cloud.IsOurs) is { } left ? $"network {left} is left" : null, TimeSpan.FromSeconds(30));
        }
    }

    private async Task StartAgentAsync(AgentOptions options)
    {
        options = MaxRowsPerCast is { } most ? options with { MaxRowsPerCast = most } : options;
        if (Controllers.Names.Count == 0)
        {
            await Controllers.AddAsync("controller");
        }

        Lab.Start(options.Host, async host =>
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(host.Stopping);
            var ended = new TaskCompletionSource();
            _agents[options.Host] = (host, stop, ended.Task);
            try
            {
                await L2GatewayAgent.RunAsync(_upgrades?.HostFor(options.Host, host) ?? host, options, stop.Token);
            }
            catch (OperationCanceledException) when (!host.Stopping.IsCancellationRequested)
            {
                ended.TrySetResult();
            }
        });
    }
}
