using VtepLab.Ovsdb;
using VtepLab.Packets;
using VtepLab.Topology;

namespace VtepLab.Scenarios.DataPlane;

/// <summary>What a switch's database holds, as a controller reads it in one transaction, and the transaction that makes it what is wanted.</summary>
internal sealed class SwitchTables
{
    private static readonly string[] Tables =
        ["Logical_Switch", "Physical_Port", "Physical_Locator", "Physical_Locator_Set", "Ucast_Macs_Remote", "Mcast_Macs_Remote", "Ucast_Macs_Local", "Tunnel"];

    private readonly TransactionResult _read;
    private readonly Dictionary<Uuid, string> _networks;
    private readonly Dictionary<Uuid, string> _locators;

    private SwitchTables(TransactionResult read)
    {
        _read = read;
        _networks = Rows("Logical_Switch").ToDictionary(r => r.Uuid, r => r["name"].String);
        _locators = Rows("Physical_Locator").ToDictionary(r => r.Uuid, r => r["dst_ip"].String);
        Bindings = Rows("Physical_Port").SelectMany(p => p["vlan_bindings"].Pairs.Select(b => (Key: (p["name"].String, (int)b.Key.Integer), Value: _networks[b.Value.Uuid])))
            .ToDictionary(b => b.Key, b => b.Value);
        LocalMacs = [.. Rows("Ucast_Macs_Local").Select(r => (_networks[r["logical_switch"].Uuid], MacAddress.Parse(r["MAC"].String)))];
        Tunnels = [.. Rows("Tunnel").Select(r => (_locators.GetValueOrDefault(r["remote"].Uuid, ""), r["bfd_status"].TryGetValue("state", out var state) ? state.String : ""))];
    }

    /// <summary>The network of each bound VLAN.</summary>
    public IReadOnlyDictionary<(string Port, int Vlan), string> Bindings { get; }

    /// <summary>The addresses the switch has learned.</summary>
    public IReadOnlyList<(string Network, MacAddress Mac)> LocalMacs { get; }

    /// <summary>The far end of each tunnel and BFD's state of it; empty without BFD.</summary>
    public IReadOnlyList<(string Far, string State)> Tunnels { get; }

    /// <summary>Reads them.</summary>
    public static async Task<SwitchTables> ReadAsync(OvsdbClient client, DatabaseSchema schema, CancellationToken cancel)
    {
        var read = new OvsdbTransaction(schema);
        foreach (var table in Tables)
        {
            read.Select(table, Where.EveryRow);
        }

        return new SwitchTables(await client.TransactAsync(read, cancel: cancel));
    }

    /// <summary>The transaction that makes the database what is wanted; empty when it is.</summary>
    public OvsdbTransaction Change(DatabaseSchema schema, Wanted wanted)
    {
        var write = new OvsdbTransaction(schema);
        var networks = WriteNetworks(write, wanted);
        WriteBindings(write, wanted, networks);
        var locators = _locators.OrderBy(l => l.Key).DistinctBy(l => l.Value).ToDictionary(l => l.Value, l => l.Key);
        WriteUnicast(write, wanted, networks, locators);
        WriteFloods(write, wanted, networks, locators);
        foreach (var gone in Rows("Logical_Switch").Where(r => !networks.ContainsKey(r["name"].String)))
        {
            write.Delete("Logical_Switch", Where.Row(gone.Uuid));
        }

        foreach (var tunnel in Rows("Tunnel").Where(t => wanted.Watched.Contains(_locators.GetValueOrDefault(t["remote"].Uuid, "")) && t["bfd_params"].IsEmpty))
        {
            write.Update("Tunnel", Where.Row(tunnel.Uuid), ("bfd_params", Datum.Map([
                KeyValuePair.Create("enable", "true"), KeyValuePair.Create("min_rx", "300"), KeyValuePair.Create("min_tx", "300")])));
        }

        return write;
    }

    private static Uuid Locate(OvsdbTransaction write, Dictionary<string, Uuid> locators, string address)
    {
        if (!locators.TryGetValue(address, out var id))
        {
            id = write.Insert("Physical_Locator", ("dst_ip", address), ("encapsulation_type", "vxlan_over_ipv4"));
            locators.Add(address, id);
        }

        return id;
    }

    private Dictionary<string, Uuid> WriteNetworks(OvsdbTransaction write, Wanted wanted)
    {
        var ids = new Dictionary<string, Uuid>();
        foreach (var network in wanted.Networks)
        {
            var mode = network.ReplicatesAtSource ? "source_node" : "service_node";
            if (Rows("Logical_Switch").FirstOrDefault(r => r["name"].String == network.Name) is not { } row)
            {
                ids.Add(network.Name, write.Insert("Logical_Switch", ("name", network.Name), ("tunnel_key", (long)network.Vni.Value), ("replication_mode", mode)));
                continue;
            }

            ids.Add(network.Name, row.Uuid);
            if (row["tunnel_key"].IsEmpty || row["tunnel_key"].Integer != network.Vni.Value || row["replication_mode"].IsEmpty || row["replication_mode"].String != mode)
            {
                write.Update("Logical_Switch", Where.Row(row.Uuid), ("tunnel_key", (long)network.Vni.Value), ("replication_mode", mode));
            }
        }

        return ids;
    }

    private void WriteBindings(OvsdbTransaction write, Wanted wanted, Dictionary<string, Uuid> networks)
    {
        foreach (var port in Rows("Physical_Port"))
        {
            var name = port["name"].String;
            var mine = wanted.Bindings.Where(b => b.Key.Port == name).OrderBy(b => b.Key.Vlan).ToList();
            var held = Bindings.Where(b => b.Key.Port == name).ToList();
            if (mine.Count != held.Count || mine.Any(b => Bindings.GetValueOrDefault(b.Key) != b.Value))
            {
                write.Update("Physical_Port", Where.Row(port.Uuid), ("vlan_bindings", Datum.Map(mine.Select(b => new KeyValuePair<Atom, Atom>((long)b.Key.Vlan, networks[b.Value])))));
            }
        }
    }

    private void WriteUnicast(OvsdbTransaction write, Wanted wanted, Dictionary<string, Uuid> networks, Dictionary<string, Uuid> locators)
    {
        var held = Rows("Ucast_Macs_Remote")
            .Select(r => (r.Uuid, Key: (_networks[r["logical_switch"].Uuid], r["MAC"].String, _locators.GetValueOrDefault(r["locator"].Uuid, "")))).ToList();
        foreach (var gone in held.Where(h => !wanted.Remote.Contains(h.Key)))
        {
            write.Delete("Ucast_Macs_Remote", Where.Row(gone.Uuid));
        }

        foreach (var (network, mac, node) in wanted.Remote.Except(held.Select(h => h.Key)))
        {
            write.Insert("Ucast_Macs_Remote", ("MAC", mac), ("logical_switch", networks[network]), ("locator", Locate(write, locators, node)));
        }
    }

    private void WriteFloods(OvsdbTransaction write, Wanted wanted, Dictionary<string, Uuid> networks, Dictionary<string, Uuid> locators)
    {
        var sets = Rows("Physical_Locator_Set").ToDictionary(
            r => r.Uuid, r => string.Join(',', r["locators"].Keys.Select(l => _locators.GetValueOrDefault(l.Uuid, "")).Order(StringComparer.Ordinal)));
        var held = Rows("Mcast_Macs_Remote").ToLookup(r => _networks[r["logical_switch"].Uuid]);
        foreach (var network in held.Select(h => h.Key).Concat(wanted.Floods.Keys).Distinct().Order(StringComparer.Ordinal))
        {
            var members = wanted.Floods.GetValueOrDefault(network) ?? [];
            if (held[network].Select(r => sets.GetValueOrDefault(r["locator_set"].Uuid, "")).FirstOrDefault() == string.Join(',', members.Order(StringComparer.Ordinal))
                || (!held[network].Any() && members.Count == 0))
            {
                continue;
            }

            foreach (var old in held[network])
            {
                write.Delete("Mcast_Macs_Remote", Where.Row(old.Uuid));
            }

            if (members.Count > 0)
            {
                var set = write.Insert("Physical_Locator_Set", ("locators", Datum.Set(members.Select(m => (Atom)Locate(write, locators, m)))));
                write.Insert("Mcast_Macs_Remote", ("MAC", "unknown-dst"), ("logical_switch", networks[network]), ("locator_set", set));
            }
        }
    }

    private IReadOnlyList<SelectedRow> Rows(string table) => _read.RowsOf(Array.IndexOf(Tables, table));

    /// <summary>What a switch ought to hold.</summary>
    /// <param name="Networks">Its networks.</param>
    /// <param name="Bindings">The network of each bound VLAN.</param>
    /// <param name="Remote">Network, address and far end of each row of Ucast_Macs_Remote.</param>
    /// <param name="Floods">The locators of each network's unknown-dst.</param>
    /// <param name="Watched">The far ends that BFD watches.</param>
    public sealed record Wanted(
        IReadOnlyList<FabricNetwork> Networks, IReadOnlyDictionary<(string Port, int Vlan), string> Bindings,
        IReadOnlyList<(string Network, string Mac, string Node)> Remote, IReadOnlyDictionary<string, IReadOnlyList<string>> Floods,
        IReadOnlyCollection<string> Watched);
}
