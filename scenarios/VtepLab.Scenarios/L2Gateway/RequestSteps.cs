using VtepLab.Neutron.Rest;
using VtepLab.Topology;

namespace VtepLab.Scenarios.L2Gateway;

/// <summary>What the users of the cloud ask for.</summary>
[Binding]
public sealed class RequestSteps(GatewayWorld world)
{
    [Given("network {switch} is connected to {switch} port {switch} on VLAN {int}")]
    [When("network {switch} is connected to {switch} port {switch} on VLAN {int}")]
    public async Task Connect(string network, string name, string port, int vlan) =>
        Cloud.Accepted(await world.TryConnectAsync(world.Connection(network, name, port, vlan)));

    [When("network {switch} is connected to port {switch} of every switch on VLAN {int}")]
    public Task ConnectEverywhere(string network, string port, int vlan) =>
        Task.WhenAll(world.Lab.Switches.Keys.Select(name => Connect(network, name, port, vlan)).ToList());

    [When("somebody tries to connect network {switch} to {switch} port {switch} on VLAN {int}")]
    public Task TryToConnect(string network, string name, string port, int vlan) =>
        TimeAsync(() => world.TryConnectAsync(world.Connection(network, name, port, vlan)));

    [When("agent {switch} hangs for {seconds} while somebody tries to connect network {switch} to {switch} port {switch} on VLAN {int}")]
    public async Task TryWhileHung(string agent, TimeSpan time, string network, string name, string port, int vlan)
    {
        await world.Machine(agent).PauseAsync();
        var trying = TryToConnect(network, name, port, vlan);
        await world.Lab.Driver.DelayAsync(time, world.Lab.Driver.Stopping);
        await world.Machine(agent).ResumeAsync();
        await trying;
    }

    [When("two users connect network {switch} to {switch} port {switch} on VLAN {int} at once")]
    public async Task ConnectTwice(string network, string name, string port, int vlan)
    {
        var connection = world.Connection(network, name, port, vlan);
        await world.Cloud.GatewayAsync((world.DeviceName(name), [connection.Port]));
        var answers = await Task.WhenAll(world.TryConnectAsync(connection), world.TryConnectAsync(connection));
        Expect.That(answers.Count(a => a.Status == 201) == 1, $"the answers are {answers[0].Status} and {answers[1].Status}");
        world.Answer = answers.First(a => a.Status != 201);
    }

    [When("somebody tries to connect network {switch} on VLAN {int} to a gateway of {switch} port {switch} and {switch} port {switch}")]
    public async Task TryToConnectTwo(string network, int vlan, string name, string port, string otherName, string otherPort)
    {
        var (one, other) = (world.Connection(network, name, port, vlan), world.Connection(network, otherName, otherPort, vlan));
        var gateway = await world.Cloud.GatewayAsync((world.DeviceName(name), [one.Port]), (world.DeviceName(otherName), [other.Port]));
        world.Answer = await world.Cloud.TryConnectAsync(gateway, one, other);
    }

    [When("a gateway of {switch} port {switch}, which connects nothing, gets port {switch} instead")]
    public async Task ChangeGateway(string name, string port, string other)
    {
        var device = world.DeviceName(name);
        var gateway = await world.Cloud.GatewayAsync((device, [world.Switch(name).Port(port), world.Switch(name).Port(other)]));
        await world.Cloud.ChangeGatewayAsync(gateway, device, [world.Switch(name).Port(other)]);
    }

    [Then("it is refused after at most {seconds}")]
    public void RefusedWithin(TimeSpan limit)
    {
        Expect.That(world.Answer.Status >= 400, $"it was not refused: {world.Answer.Status}");
        Expect.That(world.AnsweredAfter <= limit, $"it was refused after {world.AnsweredAfter.TotalSeconds:0.000} s");
    }

    [Then("it is refused with status {int} and {string}")]
    public void Refused(int status, string message)
    {
        var said = (string?)world.Answer.Body?["NeutronError"]?["message"];
        Expect.That(world.Answer.Status == status && said == message, $"it was answered with {world.Answer.Status} and \"{said}\"");
    }

    [Then("it is refused with status {int}")]
    public void RefusedAs(int status) =>
        Expect.That(world.Answer.Status == status, $"it was answered with {world.Answer.Status}: {world.Answer.Body?.ToJsonString()}");

    [Then("it is done within {seconds}")]
    public void DoneWithin(TimeSpan limit)
    {
        Cloud.Accepted(world.Answer);
        Expect.That(world.AnsweredAfter <= limit, $"it took {world.AnsweredAfter.TotalSeconds:0.000} s");
    }

    [When("somebody disconnects network {switch} from {switch} port {switch} on VLAN {int}")]
    public Task TryToDisconnect(string network, string name, string port, int vlan) =>
        TimeAsync(() => world.Cloud.TryDisconnectAsync(world.Connection(network, name, port, vlan)));

    [Then("it is refused because the VLAN of {switch} port {switch} is taken")]
    public void Taken(string name, string port)
    {
        var row = world.Controllers.Plugin.Model.Switch(name).Ports.First(p => p.Name == world.Switch(name).Port(port));
        Refused(409, $"Duplicate segmentation ID for the interface name={row.Name} uuid={row.Uuid:D}");
    }

    [When("network {switch} is disconnected from {switch} port {switch} on VLAN {int}")]
    public Task Disconnect(string network, string name, string port, int vlan) =>
        world.Cloud.DisconnectAsync(world.Connection(network, name, port, vlan));

    [When("network {switch} is deleted")]
    public async Task DeleteNetwork(string network) => Cloud.Accepted(await world.Cloud.DeleteNetworkAsync(network));

    [When("machine {mac} with address {ip} of network {switch} starts on node {ip}")]
    public Task StartMachine(string mac, string ip, string network, string node) =>
        world.Cloud.StartMachineAsync(new Machine(mac, ip, network, node));

    [When("these machines of network {switch} start at once:")]
    public Task StartMachines(string network, DataTable table) => Task.WhenAll(
        table.Rows.Select(r => world.Cloud.StartMachineAsync(new Machine(r["mac"], r["ip"], network, r["node"]))).ToList());

    [When("machine {mac} moves to node {ip}")]
    public Task MoveMachine(string mac, string node) => world.Cloud.MoveMachineAsync(mac, node);

    [When("machine {mac} stops")]
    public Task StopMachine(string mac) => world.Cloud.StopMachineAsync(mac);

    // Several messages carry the machines; the agent dies when some of them have been carried out and others have not.
    [When("network {switch} is being connected to {switch} port {switch} on VLAN {int} and agent {switch} crashes when some machines are known there")]
    public async Task ConnectAndCrash(string network, string name, string port, int vlan, string agent)
    {
        var connecting = world.TryConnectAsync(world.Connection(network, name, port, vlan));
        int known, all = world.Cloud.MachinesOf(network).Count();
        do
        {
            await world.Lab.Driver.DelayAsync(TimeSpan.FromMilliseconds(0.1), world.Lab.Driver.Stopping);
            var seen = await SwitchContents.ReadAsync(world.Lab.Driver, world.Switch(name), world.Lab.Driver.Stopping);
            known = seen.RemoteMacs.Count(m => m.LogicalSwitch == world.Cloud.NetworkId(network));
        }
        while (known == 0 && !connecting.IsCompleted);
        Expect.That(known < all, $"all {known} machines were known before the agent could die");
        await world.Machine(agent).CrashAsync();
        Cloud.Accepted(await connecting);
    }

    private async Task TimeAsync(Func<Task<RestResponse>> ask)
    {
        var start = world.Lab.Driver.Time.GetTimestamp();
        world.Answer = await ask();
        world.AnsweredAfter = world.Lab.Driver.Time.GetElapsedTime(start);
    }
}
