using VtepLab.L2Gateway.Plugin;
using VtepLab.Neutron;
using VtepLab.Ovsdb;

namespace VtepLab.Scenarios.L2Gateway;

/// <summary>Servers behind the ports of switches, and what compute nodes know of them.</summary>
/// <remarks>
/// An emulated switch learns from frames. Behind a real database server there is no switch, so there the scenario writes what a switch
/// writes that has learned or forgotten an address.
/// </remarks>
[Binding]
public sealed class BareMetalSteps(GatewayWorld world)
{
    private static readonly TimeSpan ForgetAfter = TimeSpan.FromSeconds(360); // A switch forgets after 300 s and looks every 30.

    [When("bare-metal server {mac} speaks in VLAN {int} of {switch} port {switch}")]
    public async Task Speak(string mac, int vlan, string name, string port)
    {
        if (world.Servers is { } servers && world.Switch(name).Machine is not null)
        {
            await servers.SpeakAsync(mac, vlan, name, port);
            return;
        }

        var bound = TableOf(name).Ports.First(p => p.Name == world.Switch(name).Port(port)).Bindings[vlan];
        await world.VisitAsync(name, write =>
        {
            var own = TunnelIps(name)[0];
            var locator = TableOf(name).LocatorOf(own) is { } known
                ? Uuid.FromGuid(known)
                : write.Insert("Physical_Locator", ("encapsulation_type", "vxlan_over_ipv4"), ("dst_ip", own));
            write.Insert("Ucast_Macs_Local", ("MAC", mac), ("logical_switch", Uuid.FromGuid(bound)), ("locator", locator));
        });
    }

    [When("{switch} forgets bare-metal server {mac}, which is silent")]
    public async Task Forget(string name, string mac)
    {
        if (world.Switch(name).Machine is not null)
        {
            await world.Lab.Driver.DelayAsync(ForgetAfter, world.Lab.Driver.Stopping);
        }
        else
        {
            await world.VisitAsync(name, write => write.Delete("Ucast_Macs_Local", Where.Column("MAC", mac)));
        }
    }

    [Then("every node sends what is for {mac} of network {switch} to {names}")]
    public Task NodesKnow(string mac, string network, string[] switches) => world.WaitAsync(
        () => Compare(e => e.EndsWith($" {mac} {FdbEntry.NoIp}", StringComparison.Ordinal), switches.SelectMany(TunnelIps)
            .Select(ip => $"{world.Cloud.NetworkId(network)} {ip} {mac} {FdbEntry.NoIp}")), TimeSpan.FromSeconds(10));

    [Then("no node knows {mac}")]
    public Task NodesForget(string mac) => world.WaitAsync(
        () => Compare(e => e.Contains($" {mac} ", StringComparison.Ordinal), []), TimeSpan.FromSeconds(10));

    [Then("within {seconds} every node knows the servers of network {switch} behind {names}, each behind one that has learned it")]
    public Task NodesKnowAll(TimeSpan within, string network, string[] switches) => world.WaitAsync(
        () =>
        {
            var learned = switches.SelectMany(s => TableOf(s).LocalMacs.Where(m => NetworkOf(s, m) == network).SelectMany(m => TunnelIps(s).Select(ip => (m.Mac, Ip: ip))))
                .ToLookup(m => m.Mac, m => m.Ip);
            return world.Nodes.Entries.Select(n => Unlike(n.Key, n.Value.Select(e => e.Split(' '))
                .Where(e => e[0] == world.Cloud.NetworkId(network) && e[2] != FdbEntry.FloodingMac).ToLookup(e => e[2], e => e[1]), learned)).FirstOrDefault(p => p is not null);
        },
        within);

    [Then("every node floods network {switch} to {names}")]
    public Task NodesFlood(string network, string[] switches) => world.WaitAsync(
        () => Compare(e => IsFlooding(e, network), switches.SelectMany(TunnelIps)
            .Select(ip => $"{world.Cloud.NetworkId(network)} {ip} {FdbEntry.FloodingMac} {FdbEntry.NoIp}")), TimeSpan.FromSeconds(10));

    [Then("within {seconds} every node floods network {switch} to the address(es) {ips}")]
    public Task NodesFloodTo(TimeSpan within, string network, string addresses) => world.WaitAsync(
        () => Compare(e => IsFlooding(e, network), addresses.Split([", ", " and "], StringSplitOptions.None)
            .Select(ip => $"{world.Cloud.NetworkId(network)} {ip} {FdbEntry.FloodingMac} {FdbEntry.NoIp}")), within);

    [Then("no node floods network {switch} to a switch")]
    public Task NodesFloodNot(string network) => world.WaitAsync(() => Compare(e => IsFlooding(e, network), []), TimeSpan.FromSeconds(10));

    private static string? Unlike(string node, ILookup<string, string> told, ILookup<string, string> learned) =>
        told.Select(t => t.Key).Union(learned.Select(l => l.Key)).Order(StringComparer.Ordinal)
            .FirstOrDefault(m => told[m].ToList() is not [var only] || !learned[m].Contains(only)) is { } mac
            ? $"node {node} sends what is for {mac} to {string.Join(", ", told[mac].DefaultIfEmpty("all"))}, and learned is it behind {string.Join(", ", learned[mac].DefaultIfEmpty("none"))}"
            : null;

    private string? NetworkOf(string name, MacCopy learned) =>
        learned.LogicalSwitch is { } row && TableOf(name).LogicalSwitch(row) is { } found ? world.Cloud.NetworkOf(found.Name) : null;

    private SwitchCopy TableOf(string name) => world.Controllers.Plugin.Model.Switch(name);

    private List<string> TunnelIps(string name) => [.. TableOf(name).PhysicalSwitches.SelectMany(s => s.TunnelIps)];

    private bool IsFlooding(string entry, string network) =>
        entry.StartsWith(world.Cloud.NetworkId(network) + " ", StringComparison.Ordinal) && entry.Contains(FdbEntry.FloodingMac, StringComparison.Ordinal);

    private string? Compare(Func<string, bool> which, IEnumerable<string> wanted)
    {
        var expected = wanted.Order(StringComparer.Ordinal).ToList();
        return world.Nodes.Entries.Count == 0 ? "there is no node"
            : world.Nodes.Entries.FirstOrDefault(n => !n.Value.Where(which).SequenceEqual(expected)) is { Key: { } node, Value: var seen }
                ? $"node {node} was told\n  {string.Join("\n  ", seen)}\nexpected\n  {string.Join("\n  ", expected)}"
                : null;
    }
}
