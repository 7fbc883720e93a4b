using VtepLab.Ovsdb;
using VtepLab.Packets;
using VtepLab.Topology;

namespace VtepLab.Scenarios.DataPlane;

/// <summary>The controller of a fabric's switches: keeps each switch's database as the scenario wants it, and tells others what the switch has learned.</summary>
/// <remarks>One session a switch, opened again when it breaks. Everything is compared five times a second, so nothing that was lost stays lost.</remarks>
internal sealed class FabricController(Fabric fabric)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly SortedDictionary<(string Switch, string Port, int Vlan), string> _bindings = [];
    private readonly Dictionary<string, SortedSet<(string Network, MacAddress Mac)>> _learned = [];

    /// <summary>The bindings of a switch that are not, or no longer, in its database.</summary>
    public Dictionary<string, string> Pending { get; } = [];

    /// <summary>What the Tunnel rows of a switch say: the far end's address and <c>bfd_status</c>' state.</summary>
    public Dictionary<string, IReadOnlyDictionary<string, string>> TunnelStates { get; } = [];

    /// <summary>True: tunnels between switches are watched by BFD.</summary>
    public bool WatchesTunnels { get; set; }

    /// <summary>Looks after a switch from now on.</summary>
    public void LookAfter(LabSwitch target) => fabric.Lab.Driver.Spawn($"controller of {target.Name}", async cancel =>
    {
        while (true)
        {
            try
            {
                await OvsdbVisit.RunAsync(fabric.Lab.Driver, target.Endpoint, target.Tls, target.Name, (client, schema) => StayAsync(target.Name, client, schema, cancel), cancel);
            }
            catch (Exception away) when (away is IOException or OvsdbException || (away is OperationCanceledException && !cancel.IsCancellationRequested))
            {
                await fabric.Lab.Driver.DelayAsync(LookEvery, cancel);
            }
        }
    });

    /// <summary>Wants a VLAN of a port in a network.</summary>
    public void Bind(string name, string port, int vlan, string network)
    {
        fabric.Membership.Begin(name, port, vlan, network);
        _bindings[(name, port, vlan)] = network;
        SetFlooding(name, network);
    }

    /// <summary>Wants a VLAN of a port in no network.</summary>
    public void Unbind(string name, string port, int vlan)
    {
        if (!_bindings.Remove((name, port, vlan), out var network))
        {
            throw new LabExpectationException($"VLAN {vlan} of {name} port {port} is bound to nothing");
        }

        SetFlooding(name, network);
    }

    private void SetFlooding(string name, string network)
    {
        Pending[name] = "its database was not read since";
        fabric.Directory.SetFlooding(network, fabric.Vteps[name], _bindings.Any(b => b.Key.Switch == name && b.Value == network));
    }

    private async Task<bool> StayAsync(string name, OvsdbClient client, DatabaseSchema schema, CancellationToken cancel)
    {
        while (true)
        {
            using var patience = new CancellationTokenSource(Patience, fabric.Lab.Driver.Time);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancel);
            var held = await SwitchTables.ReadAsync(client, schema, limit.Token);
            Hear(name, held);
            var write = held.Change(schema, WantedOf(name));
            if (!write.IsEmpty)
            {
                await client.TransactAsync(write, cancel: limit.Token);
            }

            await fabric.Lab.Driver.DelayAsync(LookEvery, cancel);
        }
    }

    private SwitchTables.Wanted WantedOf(string name)
    {
        var own = fabric.Vteps[name];
        var bindings = _bindings.Where(b => b.Key.Switch == name).ToDictionary(b => (b.Key.Port, b.Key.Vlan), b => b.Value);
        var networks = bindings.Values.Distinct().Order(StringComparer.Ordinal).Select(n => fabric.Directory.Networks[n]).ToList();
        return new SwitchTables.Wanted(
            networks,
            bindings,
            networks.SelectMany(n => fabric.Directory.PlacesOf(n.Name).Where(p => p.Vtep != own).Select(p => (n.Name, p.Mac.ToString(), p.Vtep.ToString()))).ToList(),
            networks.ToDictionary(n => n.Name, n => (IReadOnlyList<string>)
                [.. (n.ReplicatesAtSource ? fabric.Directory.FloodedTo(n.Name).Where(v => v != own) : fabric.ServiceNodes).Select(v => v.ToString())]),
            WatchesTunnels ? [.. fabric.Lab.Switches.Keys.Where(s => s != name).Select(s => fabric.Vteps[s].ToString())] : []);
    }

    // What the switch says of itself: bindings it has given up, addresses it has learned or forgotten, the health of its tunnels.
    private void Hear(string name, SwitchTables held)
    {
        foreach (var (port, vlan) in fabric.Membership.PlacesOf(name).Where(p => !_bindings.ContainsKey((name, p.Port, p.Vlan)) && !held.Bindings.ContainsKey(p)).ToList())
        {
            fabric.Membership.End(name, port, vlan);
        }

        var wanted = WantedOf(name);
        var missing = wanted.Bindings.Where(b => held.Bindings.GetValueOrDefault(b.Key) != b.Value).Select(b => $"VLAN {b.Key.Vlan} of {b.Key.Port} is not in {b.Value}")
            .Concat(held.Bindings.Where(b => !wanted.Bindings.ContainsKey(b.Key)).Select(b => $"VLAN {b.Key.Vlan} of {b.Key.Port} is still in {b.Value}")).FirstOrDefault();
        Pending[name] = missing ?? "";
        TunnelStates[name] = held.Tunnels.ToDictionary(t => t.Far, t => t.State);
        var before = _learned.GetValueOrDefault(name) ?? [];
        var now = new SortedSet<(string, MacAddress)>(held.LocalMacs);
        foreach (var (network, mac) in before.Except(now))
        {
            fabric.Directory.Remove(network, mac, fabric.Vteps[name]);
        }

        foreach (var (network, mac) in now.Except(before))
        {
            fabric.Directory.Put(network, mac, fabric.Vteps[name], IpAddress.V4(0));
        }

        _learned[name] = now;
    }
}
