using System.Collections.Immutable;
using VtepLab.HardwareVtep;
using VtepLab.Ovsdb;
using VtepLab.Runtime;

namespace VtepLab.Topology;

/// <summary>What a switch's database holds of the networks that controllers put there, read over OVSDB like any client reads it.</summary>
/// <param name="LogicalSwitches">The VNI of each logical switch, by name; null for one without.</param>
/// <param name="Bindings">The logical switch of each bound VLAN.</param>
/// <param name="RemoteMacs">The rows of Ucast_Macs_Remote, sorted.</param>
/// <param name="Ports">Names of all ports.</param>
/// <param name="Locators">Addresses of all locators, sorted; one address twice is two rows.</param>
/// <param name="Floods">The rows <c>unknown-dst</c>: <c>NETWORK to ADDRESS, ADDRESS</c>, sorted.</param>
public sealed record SwitchContents(
    ImmutableSortedDictionary<string, long?> LogicalSwitches, ImmutableSortedDictionary<(string Port, int Vlan), string> Bindings,
    ImmutableArray<RemoteMac> RemoteMacs, ImmutableArray<string> Ports, ImmutableArray<string> Locators, ImmutableArray<string> Floods)
{
    private static readonly string[] Tables = ["Logical_Switch", "Physical_Port", "Physical_Locator", "Ucast_Macs_Remote", "Mcast_Macs_Remote", "Physical_Locator_Set"];

    /// <summary>Connects, reads and closes.</summary>
    /// <param name="host">The machine that looks.</param>
    /// <param name="target">The switch.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="IOException">The switch is not there.</exception>
    public static async Task<SwitchContents> ReadAsync(IHost host, LabSwitch target, CancellationToken cancel = default) =>
        await OvsdbVisit.RunAsync(host, target.Endpoint, target.Tls, target.Name, async (client, schema) =>
        {
            var read = new OvsdbTransaction(schema);
            foreach (var table in Tables)
            {
                read.Select(table, Where.EveryRow);
            }

            var result = await client.TransactAsync(read, cancel: cancel);
            return From(result.RowsOf(0), result.RowsOf(1), result.RowsOf(2), result.RowsOf(3), result.RowsOf(4), result.RowsOf(5));
        }, cancel);

    private static SwitchContents From(
        IReadOnlyList<SelectedRow> networks, IReadOnlyList<SelectedRow> ports, IReadOnlyList<SelectedRow> locators, IReadOnlyList<SelectedRow> macs,
        IReadOnlyList<SelectedRow> floods, IReadOnlyList<SelectedRow> sets)
    {
        var names = networks.ToDictionary(r => r.Uuid, r => r["name"].String);
        var addresses = locators.ToDictionary(r => r.Uuid, r => r["dst_ip"].String);
        return new SwitchContents(
            networks.ToImmutableSortedDictionary(
                r => r["name"].String, r => r["tunnel_key"] is { IsEmpty: false } key ? (long?)key.Integer : null, StringComparer.Ordinal),
            ports.SelectMany(r => r["vlan_bindings"].Pairs.Select(b => (Key: (r["name"].String, (int)b.Key.Integer), Value: names[b.Value.Uuid])))
                .ToImmutableSortedDictionary(b => b.Key, b => b.Value),
            [.. macs.Select(r => new RemoteMac(
                    names[r["logical_switch"].Uuid], r["MAC"].String, addresses[r["locator"].Uuid], r["ipaddr"].String))
                .OrderBy(m => m.ToString(), StringComparer.Ordinal)],
            [.. ports.Select(r => r["name"].String).Order(StringComparer.Ordinal)],
            [.. addresses.Values.Order(StringComparer.Ordinal)],
            [.. floods.Where(f => f["MAC"].String == McastMacsRemote.UnknownDst).Select(f => $"{names[f["logical_switch"].Uuid]} to " + string.Join(", ",
                    sets.First(s => s.Uuid == f["locator_set"].Uuid)["locators"].Keys.Select(l => addresses[l.Uuid]).Order(StringComparer.Ordinal)))
                .Order(StringComparer.Ordinal)]);
    }
}

/// <summary>A row of Ucast_Macs_Remote.</summary>
/// <param name="LogicalSwitch">The name of its logical switch.</param>
/// <param name="Mac">The address.</param>
/// <param name="Node">The address of its locator.</param>
/// <param name="Ip">Its <c>ipaddr</c>.</param>
public sealed record RemoteMac(string LogicalSwitch, string Mac, string Node, string Ip)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Mac} of {LogicalSwitch} behind {Node}{(Ip.Length > 0 ? $" ({Ip})" : "")}";
}
