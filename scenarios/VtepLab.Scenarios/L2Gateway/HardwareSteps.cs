using VtepLab.Emulators.HardwareVtep;
using VtepLab.Ovsdb;
using VtepLab.Topology;

namespace VtepLab.Scenarios.L2Gateway;

/// <summary>What becomes of a switch's own hardware: ports, tunnel addresses and faults; only of an emulated one.</summary>
[Binding]
public sealed class HardwareSteps(GatewayWorld world)
{
    [When("{switch} loses port {switch}, as with its line card")]
    public void LosePort(string name, string port) => Change(name, now => now with { Ports = [.. now.Ports.Where(p => p != port)] });

    [When("{switch} has port {switch} again")]
    public void RegainPort(string name, string port) => Change(name, now => now with { Ports = [.. now.Ports, port] });

    [When("{switch} gets the tunnel address(es) {ips}")]
    public void ChangeTunnels(string name, string addresses) =>
        Change(name, now => now with { TunnelIps = addresses.Split([", ", " and "], StringSplitOptions.None) });

    [When("{switch} has the faults {names} on port {switch}")]
    public Task Break(string name, string[] faults, string port) => FaultsAsync(name, faults, port);

    [When("{switch} has no fault on port {switch}")]
    public Task Mend(string name, string port) => FaultsAsync(name, [], port);

    [Then("network {switch} is still connected to {switch} port {switch} on VLAN {int}, as Neutron says")]
    public async Task IsConnected(string network, string name, string port, int vlan)
    {
        var id = world.Cloud.IdOf(world.Connection(network, name, port, vlan));
        var answer = await world.Controllers.RequestAsync("GET", $"/l2-gateway-connections/{id}");
        Expect.That(answer.Status == 200, $"Neutron answered {answer.Status} when asked for connection {id}");
    }

    private void Change(string name, Func<SwitchInventory, SwitchInventory> change)
    {
        var emulator = world.Lab.Emulators.GetValueOrDefault(name) ?? throw new LabExpectationException($"\"{name}\" is no emulated switch");
        emulator.Inventory = change(emulator.Inventory);
    }

    private Task FaultsAsync(string name, string[] faults, string port) => world.VisitAsync(name, write => write.Update(
        "Physical_Port", Where.Column("name", port), ("port_fault_status", Datum.Set(faults.Select(f => (Atom)f)))));
}
