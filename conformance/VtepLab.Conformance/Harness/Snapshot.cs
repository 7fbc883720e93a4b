using System.Collections.Immutable;
using System.Text.Json;
using VtepLab.Conformance.Wire;

namespace VtepLab.Conformance.Harness;

/// <summary>Every row of every table at one moment.</summary>
/// <param name="Tables">Table name to rows by UUID, both sorted.</param>
public sealed record Snapshot(ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, Row>> Tables)
{
    // Columns that the switch or the server writes as it goes: their change is no trace of ours. Fault and status columns are
    // ephemeral in later schemas only, so they stand here by name.
    private static readonly Dictionary<string, string[]> Volatile = new()
    {
        ["Manager"] = ["is_connected", "status"],
        ["Physical_Switch"] = ["switch_fault_status", "tunnels"],
        ["Physical_Port"] = ["port_fault_status", "vlan_stats"],
        ["Logical_Router"] = ["LR_fault_status"],
        ["ACL"] = ["acl_fault_status"],
        ["ACL_entry"] = ["acle_fault_status"],
    };

    // Tables that belong to the switch alone, or whose rows only live as long as others name them.
    private static readonly string[] SwitchOwned =
    [
        "Ucast_Macs_Local", "Mcast_Macs_Local", "Arp_Sources_Local", "Tunnel", "Logical_Binding_Stats", "Physical_Locator",
        "Physical_Locator_Set",
    ];

    private static readonly string[] NameColumns = ["name", "acl_name", "target", "MAC", "src_mac", "dst_ip"];

    /// <summary>Rows of a table; none when it is not there.</summary>
    public IEnumerable<Row> Rows(string table) => Tables.TryGetValue(table, out var rows) ? rows.Values : [];

    /// <summary>Reads the answer to one select a table.</summary>
    public static Snapshot Read(IReadOnlyList<string> tables, TransactReply reply) => new(
        tables.Select((name, i) => (name, i)).ToImmutableSortedDictionary(
            t => t.name,
            t => reply.RowsAt(t.i).DistinctBy(r => r.Uuid).ToImmutableSortedDictionary(r => r.Uuid, r => r, StringComparer.Ordinal),
            StringComparer.Ordinal));

    /// <summary>What differs for good between two moments, leaving out what the switch writes by itself; one sentence each.</summary>
    /// <param name="later">The later moment.</param>
    /// <param name="isOurs">True for a row that the suite made: those are reported elsewhere.</param>
    public IReadOnlyList<string> ChangesTo(Snapshot later, Func<string, Row, bool> isOurs)
    {
        var changes = new List<string>();
        foreach (var table in Tables.Keys.Union(later.Tables.Keys).Order(StringComparer.Ordinal))
        {
            if (SwitchOwned.Contains(table))
            {
                continue;
            }

            var rows = Tables.TryGetValue(table, out var then) ? then : ImmutableSortedDictionary<string, Row>.Empty;
            var after = later.Tables.TryGetValue(table, out var found) ? found : ImmutableSortedDictionary<string, Row>.Empty;
            changes.AddRange(rows.Where(r => !after.ContainsKey(r.Key) && !isOurs(table, r.Value)).Select(r => $"{Named(table, r.Value)} is gone"));
            changes.AddRange(after.Where(r => !rows.ContainsKey(r.Key) && !isOurs(table, r.Value)).Select(r => $"{Named(table, r.Value)} is new"));
            foreach (var (uuid, row) in rows)
            {
                if (after.TryGetValue(uuid, out var now) && !isOurs(table, row))
                {
                    changes.AddRange(ColumnChanges(table, row, now));
                }
            }
        }

        return changes;
    }

    /// <summary>A row in words.</summary>
    public static string Named(string table, Row row)
    {
        var name = NameColumns.Select(row.Text).FirstOrDefault(t => t.Length > 0);
        return name is null ? $"{table} {row.Uuid}" : $"{table} {row.Uuid} ({WireText.Short(name, 60)})";
    }

    private static IEnumerable<string> ColumnChanges(string table, Row before, Row after)
    {
        foreach (var column in before.Json.EnumerateObject())
        {
            if (column.Name == "_version" || (Volatile.TryGetValue(table, out var volatileOnes) && volatileOnes.Contains(column.Name)))
            {
                continue;
            }

            var now = after[column.Name];
            if (now is not { } value || value.Canonical() != column.Value.Canonical())
            {
                yield return $"{Named(table, before)}: {column.Name} was {Shown(column.Value)}, is {(now is { } v ? Shown(v) : "not there")}";
            }
        }
    }

    private static string Shown(JsonElement value) => WireText.Short(value.GetRawText(), 120);
}
