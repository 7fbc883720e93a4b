using System.Collections.Immutable;
using System.Text.Json;
using VtepLab.Conformance.Catalogue;
using VtepLab.Conformance.Wire;

namespace VtepLab.Conformance.Harness;

/// <summary>One column as the device announces it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type in the notation of RFC 7047 section 3.2.</param>
/// <param name="IsEphemeral">True when its values need not survive a restart.</param>
/// <param name="IsMutable">False when it cannot be written after the insert.</param>
public sealed record DeviceColumn(string Name, JsonElement Type, bool IsEphemeral, bool IsMutable);

/// <summary>One table as the device announces it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Columns">Its columns, sorted by name.</param>
/// <param name="IsRoot">False when rows without a strong reference are collected.</param>
/// <param name="MaxRows">How many rows it may hold; null for any number.</param>
/// <param name="Indexes">Sets of columns whose values are unique, each sorted.</param>
public sealed record DeviceTable(
    string Name, ImmutableSortedDictionary<string, DeviceColumn> Columns, bool IsRoot, long? MaxRows,
    ImmutableArray<ImmutableArray<string>> Indexes);

/// <summary>The schema that the device announces, read as far as it can be read.</summary>
/// <param name="Name">The member name, or empty.</param>
/// <param name="Version">The member version, or empty.</param>
/// <param name="Checksum">The member cksum, or empty.</param>
/// <param name="Tables">The tables, sorted by name.</param>
public sealed record DeviceSchema(
    string Name, string Version, string Checksum, ImmutableSortedDictionary<string, DeviceTable> Tables)
{
    /// <summary>Reads the answer to get_schema; what is not understood is left out.</summary>
    public static DeviceSchema Read(JsonElement schema)
    {
        var tables = new Dictionary<string, DeviceTable>();
        var list = schema.Member("tables") is { ValueKind: JsonValueKind.Object } members ? members.EnumerateObject().ToList() : [];
        // RFC 7047 leaves isRoot false when it is missing; ovsdb-server takes all tables as roots when none says so.
        var anyRoot = list.Any(t => t.Value.Member("isRoot") is { ValueKind: JsonValueKind.True });
        foreach (var table in list)
        {
            var columns = table.Value.Member("columns") is { ValueKind: JsonValueKind.Object } c ? c.EnumerateObject().ToList() : [];
            tables[table.Name] = new DeviceTable(
                table.Name,
                columns.Select(ReadColumn).ToImmutableSortedDictionary(k => k.Name, k => k, StringComparer.Ordinal),
                !anyRoot || table.Value.Member("isRoot") is { ValueKind: JsonValueKind.True },
                table.Value.Member("maxRows") is { ValueKind: JsonValueKind.Number } most && most.TryGetInt64(out var rows) ? rows : null,
                ReadIndexes(table.Value));
        }

        return new DeviceSchema(
            schema.Member("name")?.Text() ?? "", schema.Member("version")?.Text() ?? "", schema.Member("cksum")?.Text() ?? "",
            tables.ToImmutableSortedDictionary(StringComparer.Ordinal));
    }

    /// <summary>The tables and columns of a published version, for a device whose own answer cannot be read.</summary>
    public static DeviceSchema Of(PublishedSchema published) => new(
        Tester.Database, published.Version, "",
        published.Tables.Values.Select(t => new DeviceTable(
            t.Name, t.Columns.Values.Select(c => new DeviceColumn(c.Name, default, c.IsEphemeral, !c.IsImmutable))
                .ToImmutableSortedDictionary(c => c.Name, c => c, StringComparer.Ordinal),
            t.IsRoot, t.MaxRows, [])).ToImmutableSortedDictionary(t => t.Name, t => t, StringComparer.Ordinal));

    /// <summary>True when the table is there.</summary>
    public bool Has(string table) => Tables.ContainsKey(table);

    /// <summary>True when the column is there.</summary>
    public bool Has(string table, string column) => Tables.TryGetValue(table, out var t) && t.Columns.ContainsKey(column);

    private static DeviceColumn ReadColumn(JsonProperty column) => new(
        column.Name,
        column.Value.Member("type") ?? default,
        column.Value.Member("ephemeral") is { ValueKind: JsonValueKind.True },
        column.Value.Member("mutable") is not { ValueKind: JsonValueKind.False });

    private static ImmutableArray<ImmutableArray<string>> ReadIndexes(JsonElement table) =>
        table.Member("indexes") is { ValueKind: JsonValueKind.Array } indexes
            ?
            [
                .. indexes.EnumerateArray().Where(i => i.ValueKind == JsonValueKind.Array).Select(
                    i => i.EnumerateArray().Select(c => c.Text() ?? "").Order(StringComparer.Ordinal).ToImmutableArray()),
            ]
            : [];
}
