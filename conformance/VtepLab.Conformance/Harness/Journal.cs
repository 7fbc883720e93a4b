using System.Text.Json;
using VtepLab.Conformance.Wire;

namespace VtepLab.Conformance.Harness;

/// <summary>What the suite made and changed on the device, so that it can be undone and told apart from what was there.</summary>
/// <remarks>
/// A reply may be lost, so a list of UUIDs is not enough: names and MACs of a run carry a mark of their own, and a row that names
/// one of our rows is ours, too.
/// </remarks>
/// <param name="namePrefix">Begins every name the suite gives.</param>
/// <param name="macPrefix">Begins every MAC the suite writes.</param>
/// <param name="ownAddress">True for an address that the suite gives to locators.</param>
public sealed class Journal(string namePrefix, string macPrefix, Func<string, bool> ownAddress)
{
    private readonly HashSet<string> _inserted = [];
    private readonly List<ForeignWrite> _writes = [];

    /// <summary>Columns of rows that are not ours, with the values they had.</summary>
    public IReadOnlyList<ForeignWrite> Writes => _writes;

    /// <summary>A row was inserted.</summary>
    public void Inserted(string uuid) => _inserted.Add(uuid);

    /// <summary>A column of a row that is not ours is about to be written.</summary>
    public void Writing(string table, string uuid, string column, JsonElement before) =>
        _writes.Add(new ForeignWrite(table, uuid, column, before.Clone()));

    /// <summary>The writes so far are undone.</summary>
    public void Undone() => _writes.Clear();

    /// <summary>UUIDs of the rows that are ours.</summary>
    public HashSet<string> OwnRows(Snapshot snapshot)
    {
        var own = new HashSet<string>();
        foreach (var (table, rows) in snapshot.Tables)
        {
            own.UnionWith(rows.Values.Where(r => IsOwn(table, r)).Select(r => r.Uuid));
        }

        foreach (var table in new[] { "Ucast_Macs_Local", "Ucast_Macs_Remote", "Mcast_Macs_Local", "Mcast_Macs_Remote" })
        {
            own.UnionWith(snapshot.Rows(table).Where(r => r.Uuids("logical_switch").Any(own.Contains)).Select(r => r.Uuid));
        }

        foreach (var acl in snapshot.Rows("ACL").Where(r => own.Contains(r.Uuid)))
        {
            own.UnionWith(acl.Uuids("acl_entries"));
        }

        return own;
    }

    private bool IsOwn(string table, Row row) =>
        _inserted.Contains(row.Uuid)
        || Marked(row.Text("name"), namePrefix) || Marked(row.Text("acl_name"), namePrefix)
        || Marked(row.Text("MAC"), macPrefix) || Marked(row.Text("src_mac"), macPrefix)
        || (table == "Physical_Locator" && ownAddress(row.Text("dst_ip")));

    private static bool Marked(string text, string mark) => text.StartsWith(mark, StringComparison.OrdinalIgnoreCase);
}

/// <summary>A column of a row that is not ours, and what it held.</summary>
/// <param name="Table">The row's table.</param>
/// <param name="Uuid">The row.</param>
/// <param name="Column">The column.</param>
/// <param name="Before">The value before.</param>
public sealed record ForeignWrite(string Table, string Uuid, string Column, JsonElement Before);
