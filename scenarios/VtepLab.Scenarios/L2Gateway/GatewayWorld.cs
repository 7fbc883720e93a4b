using System.Collections.Immutable;
using VtepLab.Emulators.HardwareVtep;
using VtepLab.L2Gateway.Agent;
using VtepLab.Ovsdb;
using VtepLab.Runtime;
using VtepLab.Topology;

namespace VtepLab.Scenarios.L2Gateway;

/// <summary>What the steps of one scenario share: the lab, the plugin, and the switches and agents by the scenario's names.</summary>
public sealed class GatewayWorld(LabWorld lab, ScenarioPlugin plugin)
{
    private const int ManagerPort = 6632;

    /// <summary>The lab.</summary>
    public LabWorld Lab { get; } = lab;

    internal ScenarioPlugin Plugin { get; } = plugin;

    /// <summary>How the last request of a step that only tries ended; null when it was carried out.</summary>
    internal Exception? Refusal { get; set; }

    /// <summary>How long that took.</summary>
    internal TimeSpan RefusedAfter { get; set; }

    internal LabSwitch Switch(string name) =>
        Lab.Switches.GetValueOrDefault(name) ?? throw new LabExpectationException($"the scenario has no switch \"{name}\"");

    internal LabMachine Machine(string name) =>
        Lab.Machines.GetValueOrDefault(name) ?? throw new LabExpectationException($"the scenario has no machine \"{name}\"");

    internal Connection Connection(string network, string name, string port, int vlan) => new(network, name, Switch(name).Port(port), vlan);

    internal async Task AddSwitchAsync(string name, IReadOnlyList<string> ports, string quirks = "")
    {
        var added = await Lab.AddSwitchAsync(name, ports, SwitchQuirks.Parse(quirks));
        await Lab.UntilAsync(
            stop => SwitchContents.ReadAsync(Lab.Driver, added, stop),
            seen => seen.Ports.Length >= ports.Count ? null : $"{name} has {seen.Ports.Length} ports",
            TimeSpan.FromSeconds(10));
        await CleanAsync(added);
    }

    internal Task AddAgentAsync(string name, IEnumerable<string> switches) => StartAgentAsync(new AgentOptions
    {
        Host = name, OvsdbHosts = [.. switches.Select(Switch).Select(s => new OvsdbHost(s.Name, s.Endpoint, s.Tls))],
    });

    internal Task AddListeningAgentAsync(string name) => StartAgentAsync(new AgentOptions
    {
        Host = name, OvsdbHosts = [], ManagerListener = new Endpoint(EndpointScheme.PassiveTcp, "", ManagerPort),
    });

    /// <summary>Has a switch dial in to agents, as an operator does with <c>vtep-ctl set-manager</c>.</summary>
    internal Task SetManagersAsync(string name, IEnumerable<string> agents) => OvsdbVisit.RunAsync(
        Lab.Driver, Switch(name).Endpoint, Switch(name).Tls, name, async (client, schema) =>
        {
            var write = new OvsdbTransaction(schema);
            var rows = agents.Select(a => write.Insert("Manager", ("target", new Endpoint(EndpointScheme.Tcp, a, ManagerPort).ToString()))).ToList();
            write.Update("Global", Where.EveryRow, ("managers", Datum.Set([.. rows.Select(r => (Atom)r)])));
            write.Commit(); // Before a power loss that follows can take it.
            return await client.TransactAsync(write);
        }, CancellationToken.None);

    private async Task StartAgentAsync(AgentOptions options)
    {
        await Plugin.StartAsync();
        Lab.Start(options.Host, host => L2GatewayAgent.RunAsync(host, options, host.Stopping));
    }

    /// <summary>Takes from a real device what scenarios put there; an emulated one is thrown away with the lab.</summary>
    internal Task CleanAsync(LabSwitch target) => target.Machine is not null
        ? Task.CompletedTask
        : OvsdbVisit.RunAsync(Lab.Driver, target.Endpoint, target.Tls, target.Name, async (client, schema) =>
        {
            var read = new OvsdbTransaction(schema);
            read.Select("Logical_Switch", Where.EveryRow, "_uuid", "name");
            read.Select("Physical_Port", Where.EveryRow, "_uuid", "vlan_bindings");
            var found = await client.TransactAsync(read);
            var ours = found.RowsOf(0).Where(r => GatewayNames.IsOurs(r["name"].String)).Select(r => r.Uuid).ToHashSet();
            var write = new OvsdbTransaction(schema);
            foreach (var port in found.RowsOf(1))
            {
                var pairs = port["vlan_bindings"].Pairs.Where(b => ours.Contains(b.Value.Uuid)).ToList();
                if (pairs.Count > 0)
                {
                    write.Mutate("Physical_Port", Where.Row(port.Uuid), ColumnMutation.Delete("vlan_bindings", Datum.Map(pairs)));
                }
            }

            foreach (var network in ours.Order())
            {
                write.Delete("Ucast_Macs_Remote", Where.Column("logical_switch", network));
                write.Delete("Mcast_Macs_Remote", Where.Column("logical_switch", network));
                write.Delete("Logical_Switch", Where.Row(network));
            }

            return write.IsEmpty ? null : await client.TransactAsync(write);
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
            .. seen.Bindings.Where(b => GatewayNames.IsOurs(b.Value))
                .Select(b => $"{names.GetValueOrDefault(b.Key.Port, b.Key.Port)} VLAN {b.Key.Vlan} {GatewayNames.NetworkOf(b.Value)}")
                .Order(StringComparer.Ordinal),
        ];
    }
}
