using VtepLab.Runtime;

namespace VtepLab.Scenarios.L2Gateway;

/// <summary>What the users of the cloud ask for.</summary>
[Binding]
public sealed class RequestSteps(GatewayWorld world)
{
    [Given("network {switch} is connected to {switch} port {switch} on VLAN {int}")]
    [When("network {switch} is connected to {switch} port {switch} on VLAN {int}")]
    public async Task Connect(string network, string name, string port, int vlan)
    {
        var connection = world.Connection(network, name, port, vlan);
        world.Plugin.Intent.Connections.RemoveAll(c => c.Switch == name && c.Port == connection.Port && c.Vlan == vlan);
        world.Plugin.Intent.Connections.Add(connection);
        await world.Plugin.ConnectAsync(connection);
    }

    [When("network {switch} is connected to port {switch} of every switch on VLAN {int}")]
    public Task ConnectEverywhere(string network, string port, int vlan) =>
        Task.WhenAll(world.Lab.Switches.Keys.Select(name => Connect(network, name, port, vlan)).ToList());

    [When("somebody tries to connect network {switch} to {switch} port {switch} on VLAN {int}")]
    public async Task TryToConnect(string network, string name, string port, int vlan)
    {
        var start = world.Plugin.Now;
        try
        {
            await world.Plugin.ConnectAsync(world.Connection(network, name, port, vlan));
            world.Refusal = null;
        }
        catch (BusRemoteException refused)
        {
            world.Refusal = refused;
        }

        world.RefusedAfter = world.Plugin.Now - start;
    }

    [Then("it is refused after at most {seconds}")]
    public void RefusedWithin(TimeSpan limit)
    {
        Expect.That(world.Refusal is not null, "it was not refused");
        Expect.That(world.RefusedAfter <= limit, $"it was refused after {world.RefusedAfter.TotalSeconds:0.000} s");
    }

    [Then("it is refused with {string}")]
    public void Refused(string message)
    {
        Expect.That(world.Refusal is not null, "it was not refused");
        Expect.That(world.Refusal!.Message == message, $"it was refused with \"{world.Refusal.Message}\"");
    }

    [When("network {switch} is disconnected from {switch} port {switch} on VLAN {int}")]
    public async Task Disconnect(string network, string name, string port, int vlan)
    {
        var connection = world.Connection(network, name, port, vlan);
        await HearOfAsync(network, name);
        world.Plugin.Intent.Connections.Remove(connection);
        await world.Plugin.DisconnectAsync(connection);
        if (!world.Plugin.Intent.SwitchesOf(network).Contains(name))
        {
            await world.Plugin.RemoveMachinesAsync(network, world.Plugin.Intent.MachinesOf(network), name);
        }
    }

    [When("network {switch} is no longer wanted on {switch}")]
    public async Task DeleteNetwork(string network, string name)
    {
        await HearOfAsync(network, name);
        await world.Plugin.DeleteNetworkAsync(network, name);
    }

    [When("machine {mac} with address {ip} of network {switch} starts on node {ip}")]
    public async Task StartMachine(string mac, string ip, string network, string node)
    {
        var machine = new Machine(mac, ip, network, node);
        world.Plugin.Intent.Machines.Add(mac, machine);
        foreach (var name in world.Plugin.Intent.SwitchesOf(network))
        {
            await world.Plugin.AddMachineAsync(machine, name);
        }
    }

    [When("these machines of network {switch} start at once:")]
    public Task StartMachines(string network, DataTable table)
    {
        var machines = table.Rows.Select(r => new Machine(r["mac"], r["ip"], network, r["node"])).ToList();
        machines.ForEach(m => world.Plugin.Intent.Machines.Add(m.Mac, m));
        return Task.WhenAll(machines.SelectMany(
            m => world.Plugin.Intent.SwitchesOf(network).Select(name => world.Plugin.AddMachineAsync(m, name))).ToList());
    }

    [When("machine {mac} moves to node {ip}")]
    public async Task MoveMachine(string mac, string node)
    {
        var moved = world.Plugin.Intent.Machines[mac] with { Node = node };
        world.Plugin.Intent.Machines[mac] = moved;
        foreach (var name in world.Plugin.Intent.SwitchesOf(moved.Network))
        {
            await HearOfAsync(moved.Network, name);
            await world.Plugin.MoveMachineAsync(moved, name);
        }
    }

    [When("machine {mac} stops")]
    public async Task StopMachine(string mac)
    {
        var machine = world.Plugin.Intent.Machines[mac];
        world.Plugin.Intent.Machines.Remove(mac);
        foreach (var name in world.Plugin.Intent.SwitchesOf(machine.Network))
        {
            await HearOfAsync(machine.Network, name);
            await world.Plugin.RemoveMachinesAsync(machine.Network, [machine], name);
        }
    }

    // The plugin knows rows by what the monitoring agent tells it, which is a moment after they were written.
    private Task HearOfAsync(string network, string name) => world.WaitAsync(
        () => world.Plugin.Mirror(name).Find("logical_switches", "name", GatewayNames.NetworkId(network)) is null
            ? $"the plugin was not told of network {network} on {name}"
            : null,
        TimeSpan.FromSeconds(10));
}
