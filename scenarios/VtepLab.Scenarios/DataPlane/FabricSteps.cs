using VtepLab.Emulators.HardwareVtep;
using VtepLab.Packets;
using VtepLab.Topology;

namespace VtepLab.Scenarios.DataPlane;

/// <summary>What a fabric is made of, and what changes in it.</summary>
[Binding]
public sealed class FabricSteps(FabricWorld world)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    [Given("a switch {switch} in the fabric with tunnel address {ip} and port(s) {names}")]
    public Task AddSwitch(string name, string address, string[] ports) => AddOddSwitch(name, address, ports, "");

    [Given("a switch {switch} in the fabric with tunnel address {ip} and port(s) {names} and quirk {switch}")]
    public async Task AddOddSwitch(string name, string address, string[] ports, string quirk) =>
        world.Controller.LookAfter(await world.Fabric.AddSwitchAsync(name, IpAddress.Parse(address), ports, SwitchQuirks.Parse(quirk)));

    [Given("a hypervisor {switch} with tunnel address {ip}")]
    public void AddHypervisor(string name, string address) => world.Fabric.AddHypervisor(name, IpAddress.Parse(address));

    [Given("a service node {switch} with tunnel address {ip}")]
    public void AddServiceNode(string name, string address) => world.Fabric.AddServiceNode(name, IpAddress.Parse(address));

    [Given("a hypervisor {switch} with tunnel address {ip} that gives every network the same local VLAN")]
    public void AddOddHypervisor(string name, string address) => world.Fabric.AddHypervisor(name, IpAddress.Parse(address), hasOneLocalVlan: true);

    [Given("a service node {switch} with tunnel address {ip} that sends back what it gets")]
    public void AddOddServiceNode(string name, string address) => world.Fabric.AddServiceNode(name, IpAddress.Parse(address), sendsBack: true);

    [Given("a tenant network {switch} with VNI {vni}")]
    public void AddNetwork(string name, long vni) => AddNetwork(name, vni, "source_node");

    [Given("a tenant network {switch} with VNI {vni} and replication mode {word}")]
    public void AddNetwork(string name, long vni, string mode)
    {
        Expect.That(mode is "source_node" or "service_node", $"'{mode}' is no replication mode: expected source_node or service_node");
        world.Fabric.Directory.Set(new FabricNetwork(name, new Vni((int)vni), mode == "source_node"));
    }

    [Given("{switch} port {switch} carries network {switch} on VLAN {int}")]
    [When("{switch} port {switch} is bound to network {switch} on VLAN {int}")]
    public Task Bind(string name, string port, string network, int vlan)
    {
        world.Controller.Bind(name, port, vlan, network);
        return SettleAsync(name);
    }

    [When("{switch} port {switch} is no longer bound on VLAN {int}")]
    public async Task Unbind(string name, string port, int vlan)
    {
        world.Controller.Unbind(name, port, vlan);
        await SettleAsync(name);
        await world.Lab.Driver.DelayAsync(PortMembership.Settling, world.Lab.Driver.Stopping);
    }

    [When("VLAN {int} of {switch} port {switch} is taken from its network and given to network {switch} at once")]
    public Task Rebind(int vlan, string name, string port, string network)
    {
        world.Controller.Unbind(name, port, vlan);
        world.Controller.Bind(name, port, vlan, network);
        return SettleAsync(name);
    }

    [Given("a server {switch} with address {ip} on {switch} port {switch} and VLAN {int}")]
    public void AddServer(string name, string address, string device, string port, int vlan) =>
        world.Fabric.AddServer(name, FabricWorld.At(address, vlan), device, port);

    [Given("a VM {switch} with address {ip} of network {switch} on {switch}")]
    public void AddVm(string name, string address, string network, string hypervisor) =>
        world.Fabric.AddVm(name, FabricWorld.At(address, 0), network, hypervisor);

    [When("{switch} is plugged into {switch} port {switch}")]
    public void Move(string server, string device, string port) => world.Fabric.Move(world.Endpoint(server), device, port);

    [When("{switch} migrates to {switch}")]
    public void Migrate(string vm, string hypervisor) => world.Fabric.Migrate(world.Endpoint(vm), hypervisor);

    [When("{switch} hangs")]
    public Task Hang(string machine) => world.Lab.Machines[machine].PauseAsync();

    [When("{switch} goes on")]
    public async Task GoOn(string machine)
    {
        await world.Lab.Machines[machine].ResumeAsync();
        await world.Lab.Driver.DelayAsync(PortMembership.Settling, world.Lab.Driver.Stopping); // What had waited for it is under way first.
    }

    [When("the underlay cable of {switch} is cut")]
    public void Cut(string device) => world.Fabric.Uplinks[device].SetUp(false);

    [When("the underlay cable of {switch} is mended")]
    public void Mend(string device) => world.Fabric.Uplinks[device].SetUp(true);

    [Given("the switches watch their tunnels to each other by BFD")]
    public void WatchTunnels() => world.Controller.WatchesTunnels = true;

    [Then("within {seconds} {switch} says that its tunnel to {switch} is {word}")]
    public Task TunnelIs(TimeSpan within, string name, string other, string state)
    {
        var far = world.Fabric.Vteps[other].ToString();
        return world.WaitAsync(
            () => world.Controller.TunnelStates.GetValueOrDefault(name)?.GetValueOrDefault(far) is var seen && seen == state
                ? null
                : $"bfd_status of {name} towards {other} says {(string.IsNullOrEmpty(seen) ? "nothing" : seen)}, expected {state}",
            within);
    }

    private Task SettleAsync(string name) => world.WaitAsync(
        () => world.Controller.Pending.GetValueOrDefault(name, "its database was not read yet") is { Length: > 0 } wrong ? $"{name}: {wrong}" : null, Soon);
}
