using VtepLab.HardwareVtep;
using VtepLab.Neutron;
using VtepLab.Ovsdb;

namespace VtepLab.L2Gateway.Agent;

/// <summary>Runs one transaction on a switch.</summary>
internal delegate Task<TransactionResult> Transact(OvsdbTransaction transaction, CancellationToken cancel);

/// <summary>Reads what a request is about from a switch.</summary>
internal static class ContentReader
{
    private static readonly string[] MacColumns = ["_uuid", "MAC", "logical_switch", "locator", "ipaddr"];

    /// <summary>Reads.</summary>
    /// <param name="schema">What the switch serves.</param>
    /// <param name="transact">Runs a transaction.</param>
    /// <param name="network">The logical switch; its name says which row, and the UUID when there is no name.</param>
    /// <param name="addresses">Tunnel end points.</param>
    /// <param name="macs">MAC addresses in the logical switch.</param>
    /// <param name="ports">Ports.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task<SwitchContent> ReadAsync(
        DatabaseSchema schema, Transact transact, LogicalSwitchDict? network, IReadOnlyList<string> addresses, IReadOnlyList<string> macs,
        IReadOnlyList<PortDict> ports, CancellationToken cancel)
    {
        var read = new OvsdbTransaction(schema);
        var logicalSwitch = network is null
            ? -1
            : read.Select("Logical_Switch", WhereIs(network), "_uuid", "name", "tunnel_key");
        var isKeyed = schema.Table("Physical_Locator").Columns.Any(c => c.Name == "tunnel_key");
        string[] locatorColumns = isKeyed ? ["_uuid", "dst_ip", "encapsulation_type", "tunnel_key"] : ["_uuid", "dst_ip", "encapsulation_type"];
        var locators = addresses.Select(a => read.Select("Physical_Locator", Where.Column("dst_ip", a), locatorColumns)).ToList();
        var few = macs.Count <= SwitchContent.FewMacs
            ? macs.Select(m => read.Select("Ucast_Macs_Remote", Where.Column("MAC", m), MacColumns)).ToList()
            : [];
        var switches = -1;
        var found = new List<int>();
        if (ports.Count > 0)
        {
            switches = read.Select("Physical_Switch", Where.EveryRow, "_uuid", "name", "ports");
            foreach (var where in ports.SelectMany(WhereMayBe).DistinctBy(w => w.Key).Select(w => w.Where))
            {
                found.Add(read.Select("Physical_Port", where, "_uuid", "name", "vlan_bindings"));
            }
        }

        var result = read.IsEmpty ? null : await transact(read, cancel);
        var row = logicalSwitch < 0 ? null : result!.RowsOf(logicalSwitch) is [var first, ..] ? first : null;
        var rows = few.SelectMany(s => result!.RowsOf(s)).Where(r => row is not null && r["logical_switch"].Uuid == row.Uuid);
        var hasAll = macs.Count > SwitchContent.FewMacs && row is not null;
        if (hasAll)
        {
            var second = new OvsdbTransaction(schema);
            second.Select("Ucast_Macs_Remote", Where.Column("logical_switch", row!.Uuid), MacColumns);
            rows = (await transact(second, cancel)).RowsOf(0);
        }

        return new SwitchContent
        {
            LogicalSwitch = row,
            Locators = locators.SelectMany(s => result!.RowsOf(s))
                .Where(r => r["encapsulation_type"].String == "vxlan_over_ipv4" && (!isKeyed || r["tunnel_key"].IsEmpty))
                .GroupBy(r => r["dst_ip"].String)
                .ToDictionary(g => g.Key, g => g.Min(r => r.Uuid)),
            Macs = [.. rows.OrderBy(r => r.Uuid)],
            HasAllMacs = hasAll,
            Switches = switches < 0 ? [] : result!.RowsOf(switches),
            Ports = [.. found.SelectMany(s => result!.RowsOf(s)).DistinctBy(r => r.Uuid).OrderBy(r => r.Uuid)],
        };
    }

    /// <summary>Reads also where the logical switch floods what it does not know.</summary>
    public static async Task<SwitchContent> WithFloodsAsync(SwitchContent content, DatabaseSchema schema, Transact transact, CancellationToken cancel)
    {
        if (content.LogicalSwitch is not { } network || schema.Tables.All(t => t.Name != "Mcast_Macs_Remote"))
        {
            return content with { Floods = [] };
        }

        var read = new OvsdbTransaction(schema);
        read.Select("Mcast_Macs_Remote", Where.Column("logical_switch", network.Uuid).And("MAC", McastMacsRemote.UnknownDst), "_uuid", "locator_set");
        var rows = (await transact(read, cancel)).RowsOf(0);
        if (rows.Count == 0)
        {
            return content with { Floods = [] };
        }

        var second = new OvsdbTransaction(schema);
        foreach (var row in rows)
        {
            second.Select("Physical_Locator_Set", Where.Row(row["locator_set"].Uuid), "locators");
        }

        var sets = await transact(second, cancel);
        return content with
        {
            Floods = [.. rows.Select((r, i) => (r.Uuid, (IReadOnlySet<Uuid>)sets.RowsOf(i).SelectMany(s => s["locators"].Keys).Select(k => k.Uuid).ToHashSet()))],
        };
    }

    // The name is what the row is known by for good; a UUID is from before the switch lost its database, perhaps.
    private static Where WhereIs(LogicalSwitchDict network) =>
        network.Name is { Length: > 0 } name ? Where.Column("name", name) : Where.Row(Uuid.FromGuid(network.Uuid!.Value));

    private static IEnumerable<(string Key, Where Where)> WhereMayBe(PortDict port)
    {
        if (port.Uuid is { } uuid)
        {
            yield return (uuid.ToString("D"), Where.Row(Uuid.FromGuid(uuid)));
        }

        if (port.Name is { Length: > 0 } name)
        {
            yield return ("name " + name, Where.Column("name", name));
        }
    }
}
