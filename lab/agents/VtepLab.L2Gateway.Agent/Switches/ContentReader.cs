using VtepLab.HardwareVtep;
using VtepLab.Neutron;
using VtepLab.Ovsdb;

namespace VtepLab.L2Gateway.Agent;

/// <summary>Runs one transaction on a switch.</summary>
internal delegate Task<TransactionResult> Transact(OvsdbTransaction transaction, CancellationToken cancel);

/// <summary>What a request needs to know of a switch.</summary>
/// <param name="LogicalSwitch">The logical switch; its name says which row, and the UUID when there is no name. Null for none.</param>
/// <param name="Addresses">Tunnel end points.</param>
/// <param name="Macs">MAC addresses in the logical switch.</param>
/// <param name="Ports">Ports.</param>
internal sealed record ContentQuery(
    LogicalSwitchDict? LogicalSwitch, IReadOnlyList<string> Addresses, IReadOnlyList<string> Macs, IReadOnlyList<PortDict> Ports)
{
    // To find a MAC address ovsdb-server 3.1 looks through the table, 0.05 us a row; to give a row away costs it 11 us, and to hold that
    // a set of rows is what it was, 8 us a row. So up to this many addresses of a filled switch are looked for one by one.
    private const int FewMacs = 100;

    /// <summary>True where all MAC addresses of the logical switch are read, for there are too many to look for one by one.</summary>
    public bool AsksForMany => Macs.Count > FewMacs;
}

/// <summary>Reads what requests are about from a switch.</summary>
internal static class ContentReader
{
    private static readonly string[] MacColumns = ["_uuid", "MAC", "logical_switch", "locator", "ipaddr"];

    /// <summary>Reads what several requests are about, in one transaction where a server can answer it in one.</summary>
    /// <param name="schema">What the switch serves.</param>
    /// <param name="transact">Runs a transaction.</param>
    /// <param name="queries">What is asked for.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>An answer to each query.</returns>
    public static async Task<IReadOnlyList<SwitchContent>> ReadAsync(
        DatabaseSchema schema, Transact transact, IReadOnlyList<ContentQuery> queries, CancellationToken cancel)
    {
        var read = new OvsdbTransaction(schema);
        var isKeyed = schema.Table("Physical_Locator").Columns.Any(c => c.Name == "tunnel_key");
        string[] locatorColumns = isKeyed ? ["_uuid", "dst_ip", "encapsulation_type", "tunnel_key"] : ["_uuid", "dst_ip", "encapsulation_type"];
        var logicalSwitches = queries.Select(q => q.LogicalSwitch is { } network ? read.Select("Logical_Switch", WhereIs(network), "_uuid", "name", "tunnel_key") : -1).ToList();
        var locators = queries.SelectMany(q => q.Addresses).Distinct().Select(a => read.Select("Physical_Locator", Where.Column("dst_ip", a), locatorColumns)).ToList();
        var few = queries.Select(q => (q.AsksForMany ? [] : q.Macs).Select(m => read.Select("Ucast_Macs_Remote", Where.Column("MAC", m), MacColumns)).ToList()).ToList();
        var (switches, ports) = SelectPorts(read, queries.SelectMany(q => q.Ports).ToList());

        var result = read.IsEmpty ? null : await transact(read, cancel);
        var rows = logicalSwitches.Select(s => s >= 0 && result!.RowsOf(s) is [var first, ..] ? first : null).ToList();
        var second = new OvsdbTransaction(schema);
        var many = queries.Select((q, i) => q.AsksForMany && rows[i] is { } row
            ? second.Select("Ucast_Macs_Remote", Where.Column("logical_switch", row.Uuid), MacColumns)
            : -1).ToList();
        var all = second.IsEmpty ? null : await transact(second, cancel);
        var known = locators.SelectMany(s => result!.RowsOf(s))
            .Where(r => r["encapsulation_type"].String == "vxlan_over_ipv4" && (!isKeyed || r["tunnel_key"].IsEmpty))
            .GroupBy(r => r["dst_ip"].String)
            .ToDictionary(g => g.Key, g => g.Min(r => r.Uuid));
        return
        [
            .. queries.Select((q, i) => new SwitchContent
            {
                LogicalSwitch = rows[i],
                Locators = known,
                Macs =
                [
                    .. (many[i] >= 0 ? all!.RowsOf(many[i]) : few[i].SelectMany(s => result!.RowsOf(s)).Where(r => r["logical_switch"].Uuid == rows[i]?.Uuid))
                        .OrderBy(r => r.Uuid),
                ],
                HasAllMacs = many[i] >= 0,
                Switches = switches < 0 ? [] : result!.RowsOf(switches),
                Ports = [.. ports.SelectMany(s => result!.RowsOf(s)).DistinctBy(r => r.Uuid).OrderBy(r => r.Uuid)],
            }),
        ];
    }

    /// <summary>Reads what one request is about.</summary>
    public static async Task<SwitchContent> ReadAsync(DatabaseSchema schema, Transact transact, ContentQuery query, CancellationToken cancel) =>
        (await ReadAsync(schema, transact, [query], cancel))[0];

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

    private static (int Switches, IReadOnlyList<int> Ports) SelectPorts(OvsdbTransaction read, List<PortDict> ports) => ports.Count == 0
        ? (-1, [])
        : (read.Select("Physical_Switch", Where.EveryRow, "_uuid", "name", "ports"),
            [.. ports.SelectMany(WhereMayBe).DistinctBy(w => w.Key).Select(w => read.Select("Physical_Port", w.Where, "_uuid", "name", "vlan_bindings"))]);

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
