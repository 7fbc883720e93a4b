using VtepLab.Ovsdb;
using VtepLab.Topology;

namespace VtepLab.Scenarios.L2Gateway;

/// <summary>What a switch must hold.</summary>
[Binding]
public sealed class SwitchSteps(GatewayWorld world)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    [Then("{switch} has network {switch} with VNI {vni}")]
    public Task HasNetwork(string name, string network, long vni) => world.SeeAsync(
        name,
        seen => !seen.LogicalSwitches.TryGetValue(world.Cloud.NetworkId(network), out var key) ? $"{name} has no logical switch of {network}"
            : key != vni ? $"the VNI of {network} is {key?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "not set"}"
            : null,
        Soon);

    [Then("{switch} has no network {switch}")]
    public Task HasNoNetwork(string name, string network) => world.SeeAsync(
        name, seen => seen.LogicalSwitches.ContainsKey(world.Cloud.NetworkId(network)) ? $"{name} still has network {network}" : null, Soon);

    [Then("{switch} has these VLAN bindings:")]
    public Task HasBindings(string name, DataTable table) => HasBindings(Soon, name, table);

    [Then("within {seconds} {switch} has these VLAN bindings:")]
    public Task HasBindings(TimeSpan within, string name, DataTable table)
    {
        var expected = table.Rows.Select(r => $"{r["port"]} VLAN {r["vlan"]} {r["network"]}").Order(StringComparer.Ordinal).ToList();
        return world.SeeAsync(name, seen => Compare(name, "VLAN bindings", expected, world.BindingsOf(seen, name)), within);
    }

    [Then("{switch} has no VLAN bindings")]
    public Task HasNoBindings(string name) => world.SeeAsync(name, seen => Compare(name, "VLAN bindings", [], world.BindingsOf(seen, name)), Soon);

    [Then("{switch} has these remote MACs:")]
    public Task HasMacs(string name, DataTable table) => HasMacs(Soon, name, table);

    [Then("within {seconds} {switch} has these remote MACs:")]
    public Task HasMacs(TimeSpan within, string name, DataTable table)
    {
        var expected = table.Rows.Select(r => $"{r["mac"]} of {r["network"]} behind {r["node"]} ({r["ip"]})").Order(StringComparer.Ordinal).ToList();
        return world.SeeAsync(name, seen => Compare(name, "remote MACs", expected, Macs(seen)), within);
    }

    [Then("{switch} has {int} remote MACs")]
    public Task HasManyMacs(string name, int count) => world.SeeAsync(
        name, seen => Macs(seen).Count == count ? null : $"{name} has {Macs(seen).Count} remote MACs", Soon);

    [Then("{switch} has no remote MACs")]
    public Task HasNoMacs(string name) => world.SeeAsync(name, seen => Compare(name, "remote MACs", [], Macs(seen)), Soon);

    [Then("{switch} has one locator for {ip}")]
    public Task HasOneLocator(string name, string address) => world.SeeAsync(
        name, seen => seen.Locators.Count(l => l == address) is not 1 and var n ? $"{name} has {n} locators for {address}" : null, Soon);

    [When("somebody removes the remote MAC {mac} from {switch} by hand")]
    public Task RemoveByHand(string mac, string name) =>
        world.VisitAsync(name, write => write.Delete("Ucast_Macs_Remote", Where.Column("MAC", mac)));

    [Given("somebody else has put network {switch} with VNI {vni} on {switch}")]
    public Task PutByHand(string network, long vni, string name)
    {
        world.Cloud.EverAsked.Add(network);
        return world.VisitAsync(name, write => write.Insert("Logical_Switch", ("name", network), ("tunnel_key", vni)));
    }

    [Then("{switch} floods network {switch} to node(s) {ips}")]
    public Task Floods(string name, string network, string nodes) => world.SeeAsync(
        name,
        seen => seen.Floods.Where(f => f.StartsWith(world.Cloud.NetworkId(network) + " ", StringComparison.Ordinal)).ToList() is [var one]
            && one == $"{world.Cloud.NetworkId(network)} to {nodes.Replace(" and ", ", ", StringComparison.Ordinal)}"
            ? null
            : $"{name} floods\n{Lines(seen.Floods)}",
        Soon);

    [Then("{switch} floods network {switch} to nobody")]
    public Task FloodsToNobody(string name, string network) => world.SeeAsync(
        name,
        seen => seen.Floods.FirstOrDefault(f => f.StartsWith(world.Cloud.NetworkId(network), StringComparison.Ordinal)) is { } one ? $"{name} floods {one}" : null,
        Soon);

    private IReadOnlyList<string> Macs(SwitchContents seen) =>
    [
        .. seen.RemoteMacs.Where(m => world.Cloud.IsOurs(m.LogicalSwitch))
            .Select(m => (m with { LogicalSwitch = world.Cloud.NetworkOf(m.LogicalSwitch) }).ToString()).Order(StringComparer.Ordinal),
    ];

    // Whole tables: what is there and should not be is as wrong as what is missing.
    private static string? Compare(string name, string what, IReadOnlyList<string> expected, IReadOnlyList<string> seen) =>
        expected.SequenceEqual(seen)
            ? null
            : $"the {what} of {name} are\n{Lines(seen)}\nexpected\n{Lines(expected)}";

    private static string Lines(IReadOnlyList<string> lines) => lines.Count == 0 ? "  (none)" : string.Join('\n', lines.Select(l => "  " + l));
}
