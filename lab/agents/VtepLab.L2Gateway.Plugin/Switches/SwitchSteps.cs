using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using VtepLab.Neutron;

namespace VtepLab.L2Gateway.Plugin;

/// <summary>One message that brings a switch nearer to what it should hold.</summary>
/// <param name="Network">The network it is about.</param>
/// <param name="Method">The RPC.</param>
/// <param name="MakeArguments">Makes its arguments, when they are asked for: what comes first is sent while the rest is made.</param>
/// <param name="IsCast">True when nobody answers.</param>
/// <param name="IsMore">True for one that only goes on with the step before it, which need not be answered first.</param>
internal sealed record SwitchStep(string Network, string Method, Func<JsonObject> MakeArguments, bool IsCast = false, bool IsMore = false)
{
    /// <summary>The machines of a step that puts many there.</summary>
    public IReadOnlyCollection<Machine> Machines { get; init; } = [];

    private string? _key;

    /// <summary>Its arguments.</summary>
    public JsonObject Arguments => field ??= MakeArguments();

    /// <summary>Equal for equal steps.</summary>
    public string Key => _key ??= Method + Convert.ToHexString(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(Arguments)));
}

/// <summary>A machine that a switch is to know: its MAC address, its IP address, and the address of its node.</summary>
internal readonly record struct Machine(string Mac, string Ip, string Node);

/// <summary>Compares what a switch should hold with its copy.</summary>
/// <param name="copy">The copy.</param>
/// <param name="desired">What it should hold.</param>
/// <param name="ours">The networks that we have put on it, with their VNIs.</param>
/// <param name="onTheirWay">Those of them that the copy may be about to show.</param>
/// <param name="carriedOut">The machines of each network that the agents have just put there, whether the copy shows them yet or not.</param>
/// <param name="isIdempotent">True where its agents are ours.</param>
/// <param name="maxMacs">Most MAC addresses in one step.</param>
internal sealed class SwitchSteps(
    SwitchCopy copy, DesiredSwitch desired, IReadOnlyDictionary<string, int> ours, IReadOnlyCollection<string> onTheirWay,
    IReadOnlyDictionary<(string Network, string Mac), Machine> carriedOut, bool isIdempotent, int maxMacs)
{
    private const string UnknownDst = "unknown-dst";
    private const int FirstMacs = 100;
    private const int Growth = 4; // From one message to the next.

    private readonly List<SwitchStep> _steps = [];
    private readonly List<(string Network, string By)> _held = [];
    private readonly List<(string Network, string Mac)> _awaited = [];
    private readonly ILookup<Guid?, MacCopy> _macs = copy.RemoteMacs.ToLookup(m => m.LogicalSwitch);
    private readonly ILookup<Guid, (PhysicalPortCopy Port, int Vlan)> _bound = copy.Ports
        .SelectMany(p => p.Bindings.Select(b => (p, b.Key, b.Value))).ToLookup(b => b.Value, b => (b.p, b.Key));

    private readonly Dictionary<string, Guid> _locators = ByAddress(copy);

    /// <summary>What was carried out and will show in the copy: it is not asked for again.</summary>
    public IReadOnlyList<(string Network, string Mac)> Awaited => _awaited;

    /// <summary>Networks that are not put on the switch yet, for their VNI is still that of another one which is to go: tunnels would join them.</summary>
    public IReadOnlyList<(string Network, string By)> Held => _held;

    /// <summary>What is to be asked of the agents, in order: what is too much first, so that its VLANs are free.</summary>
    public IReadOnlyList<SwitchStep> All()
    {
        foreach (var network in ours.Keys.Union(desired.Networks.Keys).Order(StringComparer.Ordinal))
        {
            Reduce(copy.LogicalSwitchOf(network), desired.Networks.GetValueOrDefault(network));
        }

        foreach (var network in desired.Networks.Values)
        {
            var row = copy.LogicalSwitchOf(network.Network.Id);
            if (row is null && HolderOf(network.Vni) is { } holder)
            {
                _held.Add((network.Network.Id, holder));
                continue;
            }

            Extend(network, row);
        }

        return _steps;
    }

    private void Reduce(LogicalSwitchCopy? row, DesiredNetwork? network)
    {
        if (row is null)
        {
            return;
        }

        var surplus = _bound[row.Uuid].Where(b => network?.Bindings.ContainsKey((b.Port.Uuid, b.Vlan)) != true).ToList();
        if (surplus.Count > 0)
        {
            var dict = network is null ? null : Dict(network, row);
            Add(row.Name, L2GatewayRpc.UpdateConnection, () => new UpdateConnectionRequest(
                copy.Identifier, dict, [], [.. surplus.Select(b => Port(b.Port, b.Vlan, row.Uuid))], ConnectionOperation.Delete).ToJson());
        }

        var stale = _macs[row.Uuid].Where(m => network?.Macs.ContainsKey(m.Mac) != true).Select(m => m.Mac).Distinct().ToList();
        foreach (var some in stale.Chunk(maxMacs))
        {
            Add(row.Name, L2GatewayRpc.DeleteVif, () => new DeleteVifRequest(copy.Identifier, row.Uuid, [.. some]).ToJson());
        }

        // Only ours, and only once the monitor has told that nothing is left of it.
        if (network is null && surplus.Count == 0 && stale.Count == 0)
        {
            _steps.Add(new SwitchStep(row.Name, L2GatewayRpc.DeleteNetwork, () => new DeleteNetworkRequest(copy.Identifier, row.Uuid).ToJson(), IsCast: true));
        }
    }

    private string? HolderOf(int vni) => ours
        .Where(o => o.Value == vni && !desired.Networks.ContainsKey(o.Key) && (onTheirWay.Contains(o.Key) || copy.LogicalSwitchOf(o.Key) is not null))
        .Select(o => o.Key).FirstOrDefault();

    private void Extend(DesiredNetwork network, LogicalSwitchCopy? row)
    {
        var unbound = network.Bindings
            .Where(b => row is null || !b.Value.Bindings.TryGetValue(b.Key.Vlan, out var held) || held != row.Uuid)
            .Select(b => Port(b.Value, b.Key.Vlan, row?.Uuid)).ToList();
        var held = row is null ? [] : _macs[row.Uuid].GroupBy(m => m.Mac).ToDictionary(m => m.Key, m => m.First());
        List<Machine> missing = [.. network.Macs.Where(m => !held.ContainsKey(m.Key)).Select(m => new Machine(m.Key, m.Value.Ip, m.Value.Node))];
        if (row is not null && carriedOut.Count > 0)
        {
            missing.RemoveAll(m => IsAwaited(network.Network.Id, m)); // Before its row is known a step is told by its arguments, which stay the same.
        }

        missing.Sort((a, b) => string.CompareOrdinal(a.Mac, b.Mac));
        var (first, rest) = Split(missing);
        if (unbound.Count > 0 || (first.Count > 1 && row is not null))
        {
            // The nodes of all machines are named, also those whose machines are known, as the original does.
            var nodes = unbound.Count > 0 ? network.Macs.Values.Select(m => m.Node) : first.Select(m => m.Node);
            Bulk(network, row, unbound, nodes, first);
        }
        else if (row is not null && first is [var one])
        {
            Add(network.Network.Id, L2GatewayRpc.AddVif, () => Owned(new AddVifRequest(
                copy.Identifier, Dict(network, row), Locator(one.Node), new MacDict(null, one.Mac, one.Ip, row.Uuid)).ToJson()));
        }

        // An agent that inserts whatever has no UUID would insert the logical switch again: the rest waits until its row is known.
        if (row is not null || isIdempotent)
        {
            foreach (var some in Growing(rest))
            {
                Bulk(network, row, [], some.Select(m => m.Node), some, isMore: isIdempotent);
            }
        }

        if (isIdempotent)
        {
            Flood(network, row);
        }

        foreach (var (mac, known) in held.OrderBy(h => h.Key, StringComparer.Ordinal))
        {
            if (network.Macs.TryGetValue(mac, out var wanted))
            {
                Move(network, row!, known, wanted);
            }
        }
    }

    private bool IsAwaited(string network, Machine machine)
    {
        var isAwaited = carriedOut.TryGetValue((network, machine.Mac), out var known) && known == machine;
        if (isAwaited)
        {
            _awaited.Add((network, machine.Mac));
        }

        return isAwaited;
    }

    // A switch that does not flood of itself sends broadcasts nowhere without this row; the original never writes it.
    private void Flood(DesiredNetwork network, LogicalSwitchCopy? row)
    {
        var wanted = network.Macs.Values.Select(m => m.Node).Distinct().Order(StringComparer.Ordinal).ToList();
        var told = row is null ? [] : copy.Floods.Where(f => f.LogicalSwitch == row.Uuid && f.Mac == UnknownDst).ToList();
        if (wanted.Count == 0 ? told.Count > 0 : !(told is [var one] && one.Nodes.Order(StringComparer.Ordinal).SequenceEqual(wanted)))
        {
            // By address only: the rows of locators are the agent's affair, and the step stays the same one when they become known.
            Add(network.Network.Id, L2GatewayRpc.UpdateUnknownDst, () => new UpdateUnknownDstRequest(
                copy.Identifier, Dict(network, row), [.. wanted.Select(n => new LocatorDict(null, n))]).ToJson());
        }
    }

    private void Move(DesiredNetwork network, LogicalSwitchCopy row, MacCopy known, (string Ip, string Node) wanted)
    {
        var node = known.Locator is { } locator ? copy.Locators.GetValueOrDefault(locator) : null;
        if (node != wanted.Node)
        {
            Add(network.Network.Id, L2GatewayRpc.UpdateVif, () => Owned(new UpdateVifRequest(
                copy.Identifier, Locator(wanted.Node), new MacDict(known.Uuid, known.Mac, wanted.Ip, row.Uuid)).ToJson()));
        }
        else if (isIdempotent && wanted.Ip.Length > 0 && known.IpAddress != wanted.Ip)
        {
            // The original's agent has no way to change an address: there it stays the first one.
            Add(network.Network.Id, L2GatewayRpc.AddVif, () => Owned(new AddVifRequest(
                copy.Identifier, Dict(network, row), Locator(wanted.Node), new MacDict(known.Uuid, known.Mac, wanted.Ip, row.Uuid)).ToJson()));
        }
    }

    private void Bulk(
        DesiredNetwork network, LogicalSwitchCopy? row, IEnumerable<PortDict> ports, IEnumerable<string> nodes,
        IReadOnlyCollection<Machine> macs, bool isMore = false)
    {
        var (places, named) = (ports.ToList(), nodes.Distinct().Order(StringComparer.Ordinal).ToList());
        _steps.Add(new SwitchStep(network.Network.Id, L2GatewayRpc.UpdateConnection, Arguments, IsMore: isMore) { Machines = macs });

        JsonObject Arguments()
        {
            var byNode = macs.ToLookup(m => m.Node);
            return new UpdateConnectionRequest(
                copy.Identifier, Dict(network, row),
                [.. named.Select(n => new NodeMacs(Locator(n), [.. byNode[n].Select(m => new MacDict(null, m.Mac, m.Ip, row?.Uuid))]))],
                [.. places], ConnectionOperation.Create).ToJson();
        }
    }

    // The first message is on its way, and the switch at work, while the next is made: so it is a small one. It names every node, for what is
    // made while it is under way then finds their locators.
    private (List<Machine> First, IReadOnlyList<Machine> More) Split(
        List<Machine> missing)
    {
        var size = isIdempotent ? Math.Min(FirstMacs, maxMacs) : maxMacs;
        if (missing.Count <= size || !isIdempotent)
        {
            return (missing.Take(size).ToList(), missing.Skip(size).ToList());
        }

        var isFirst = new bool[missing.Count];
        var (named, left) = (new HashSet<string>(StringComparer.Ordinal), size);
        for (var i = 0; i < missing.Count && left > 0; i++)
        {
            isFirst[i] = named.Add(missing[i].Node);
            left -= isFirst[i] ? 1 : 0;
        }

        for (var i = 0; left > 0; i++)
        {
            left -= isFirst[i] ? 0 : 1;
            isFirst[i] = true;
        }

        return ([.. missing.Where((_, i) => isFirst[i])], [.. missing.Where((_, i) => !isFirst[i])]);
    }

    private IEnumerable<IReadOnlyList<Machine>> Growing(IReadOnlyList<Machine> macs)
    {
        var size = isIdempotent ? Math.Min(FirstMacs, maxMacs) : maxMacs;
        for (var start = 0; start < macs.Count; start += size)
        {
            size = Math.Min(size * Growth, maxMacs);
            yield return [.. macs.Skip(start).Take(size)];
        }
    }

    private void Add(string network, string method, Func<JsonObject> arguments) => _steps.Add(new SwitchStep(network, method, arguments));

    // The original's own rows have two more members, and its agent may look for them.
    private JsonObject Owned(JsonObject arguments)
    {
        foreach (var row in new[] { arguments["logical_switch_dict"], arguments["mac_dict"] }.OfType<JsonObject>())
        {
            row["ovsdb_identifier"] = copy.Identifier;
        }

        arguments["mac_dict"]!["logical_switch_uuid"] = arguments["mac_dict"]!["logical_switch_id"]?.DeepClone();
        return arguments;
    }

    private LocatorDict Locator(string address) => new(_locators.TryGetValue(address, out var row) ? row : null, address);

    // A tenant chose the network's name. One with a brace would stop the original agent's monitor for good, so it gets the id.
    private LogicalSwitchDict Dict(DesiredNetwork network, LogicalSwitchCopy? row) => new(
        row?.Uuid, network.Network.Id, network.Vni,
        isIdempotent || network.Network.Name.All(c => c is >= ' ' and <= '~' and not ('{' or '}')) ? network.Network.Name : network.Network.Id,
        KeyIsFree: isIdempotent && row is null);

    private static PortDict Port(PhysicalPortCopy port, int vlan, Guid? row) => new(port.Uuid, port.Name, port.SwitchUuid, [new VlanBindingDict(vlan, row)]);

    private static Dictionary<string, Guid> ByAddress(SwitchCopy copy)
    {
        var found = new Dictionary<string, Guid>(StringComparer.Ordinal);
        foreach (var (row, address) in copy.Locators)
        {
            found.TryAdd(address, row);
        }

        return found;
    }
}
