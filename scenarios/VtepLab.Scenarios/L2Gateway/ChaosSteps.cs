using VtepLab.Runtime;
using VtepLab.Simulation;
using VtepLab.Topology;

namespace VtepLab.Scenarios.L2Gateway;

/// <summary>Everything breaks as the seed decides, while machines come, move and go; only in virtual time.</summary>
[Binding]
public sealed class ChaosSteps(GatewayWorld world, ScenarioFaults faults)
{
    private static readonly string[] Nodes = ["192.0.2.21", "192.0.2.22", "192.0.2.23"];

    [When("for {seconds} machines of network {switch} come, move and go, and {names} may break in any way")]
    public async Task Churn(TimeSpan time, string network, string[] hosts)
    {
        var lab = world.Lab as SimulatedLab ?? throw new LabExpectationException("only a simulated lab can be broken at will");
        var now = lab.World.Now;
        var nemesis = faults.Release(lab.World, new NemesisOptions
        {
            Targets = TargetsAmong(hosts),
            From = now,
            Until = now + time,
        });
        while (lab.World.Now < now + time)
        {
            await ChangeMachineAsync(network, $"02:1a:0a:00:00:{lab.Driver.Entropy.Next("churn", 1, 9):x2}", lab.Driver.Entropy);
            await lab.Driver.DelayAsync(TimeSpan.FromSeconds(1 + (10 * lab.Driver.Entropy.NextDouble("churn"))));
        }

        nemesis.Stop();
        // A database that could not write its file takes nothing more until somebody makes room and restarts it.
        var stuck = faults.Released.Where(f => f.Kind == "disk-full").SelectMany(f => f.Subjects).ToHashSet();
        foreach (var host in lab.World.Hosts.Values.Where(h => hosts.Contains(h.Name) && (!h.IsUp || stuck.Contains(h.Name))))
        {
            host.Restart();
        }

        await world.VlanReuse!.SettledAsync();
        await world.VniReuse!.SettledAsync();
    }

    [Then("within {seconds} {switch} holds the machines of network {switch} as they are now, and VLAN {int} on {switch}")]
    public Task HoldsAll(TimeSpan within, string name, string network, int vlan, string port) => world.Lab.UntilAsync(
        async stop => (Lost: await world.Cloud.AskForUnsureAsync(network), Seen: await SwitchContents.ReadAsync(world.Lab.Driver, world.Switch(name), stop)),
        now =>
        {
            var expected = world.Cloud.MachinesOf(network).Select(m => $"{m.Mac} of {world.Cloud.NetworkId(network)} behind {m.Node} ({m.Ip})")
                .Append($"{port} VLAN {vlan} {network}").Order(StringComparer.Ordinal).ToList();
            var held = now.Seen.RemoteMacs.Select(m => m.ToString()).Concat(world.BindingsOf(now.Seen, name)).Order(StringComparer.Ordinal).ToList();
            return now.Lost ?? (held.SequenceEqual(expected)
                ? null
                : $"{name} holds\n  {string.Join("\n  ", held)}\nexpected\n  {string.Join("\n  ", expected)}");
        },
        within);

    private FaultTargets TargetsAmong(string[] hosts)
    {
        string[] switches = [.. hosts.Intersect(world.Lab.Switches.Keys)];
        string[] controllers = [.. hosts.Intersect(world.Controllers.Names)];

        // A controller that hangs may carry out long after what its user has asked another one for meanwhile.
        string[] reused = controllers.Length > 0 ? [] : switches;
        return new FaultTargets
        {
            Hosts = hosts,
            Network = [.. hosts.Union(world.Controllers.Names)],
            Bus = hosts.Contains("broker") ? BusHarm.Loss : BusHarm.Delay,
            Disks = switches, // A plugin must not lose what it has accepted; what a switch forgets it is told again.
            Systems = new Dictionary<string, IReadOnlyList<string>>
            {
                [Upgrades.AgentKind] = [.. hosts.Intersect(world.Agents)],
                [Upgrades.PluginKind] = controllers,
                [SwitchTrouble.RefusedKind] = switches,
                [SwitchTrouble.LostKind] = switches,
                [VlanReuse.Kind] = reused,
                [VniReuse.Kind] = reused,
                [MacTwice.Kind] = switches,
            },
        };
    }

    private async Task ChangeMachineAsync(string network, string mac, IEntropy entropy)
    {
        var (leaves, node) = (entropy.NextDouble("churn") < 0.3, Nodes[entropy.Next("churn", 0, Nodes.Length)]);
        if (world.Cloud.Unsure.Contains(mac))
        {
            return;
        }

        try
        {
            switch (world.Cloud.Machines.ContainsKey(mac), leaves)
            {
                case (true, true):
                    await world.Cloud.StopMachineAsync(mac);
                    break;
                case (true, false):
                    await world.Cloud.MoveMachineAsync(mac, node);
                    break;
                case (false, false):
                    await world.Cloud.StartMachineAsync(new Machine(mac, $"10.0.0.{mac[^1]}", network, node));
                    break;
            }
        }
        catch (UnansweredException)
        {
            world.Cloud.Unsure.Add(mac);
        }
    }
}
