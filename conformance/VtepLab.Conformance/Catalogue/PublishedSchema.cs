using System.Collections.Immutable;
using VtepLab.Topology;

namespace VtepLab.Conformance.Catalogue;

/// <summary>One column of the published schema.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type in the notation of <c>published-schema.yaml</c>.</param>
/// <param name="IsImmutable">True when it cannot be written after the insert.</param>
/// <param name="IsEphemeral">True when its values need not survive a restart.</param>
public sealed record PublishedColumn(string Name, string Type, bool IsImmutable, bool IsEphemeral);

/// <summary>One table of the published schema.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsRoot">False when rows without a strong reference are collected.</param>
/// <param name="MaxRows">How many rows it may hold; null for any number.</param>
/// <param name="Indexes">Each the names of its columns, sorted, with commas between.</param>
/// <param name="Columns">Its columns, sorted by name.</param>
public sealed record PublishedTable(
    string Name, bool IsRoot, int? MaxRows, ImmutableArray<string> Indexes, ImmutableSortedDictionary<string, PublishedColumn> Columns);

/// <summary>The hardware_vtep schema of one version, as it was published.</summary>
/// <param name="Version">The version.</param>
/// <param name="Checksum">Its cksum; null when it is not known here.</param>
/// <param name="Tables">Its tables, sorted by name.</param>
public sealed record PublishedSchema(string Version, string? Checksum, ImmutableSortedDictionary<string, PublishedTable> Tables)
{
    /// <summary>Versions that can be told column by column.</summary>
    public static ImmutableArray<string> Versions { get; } = ["1.3.0", "1.4.0", "1.4.1", "1.5.0", "1.5.1", "1.6.0", "1.7.0"];

    private static readonly YamlValue Document = Read();

    /// <summary>The schema of a version; null when it is not one of <see cref="Versions"/>.</summary>
    public static PublishedSchema? Of(string version)
    {
        if (!Versions.Contains(version))
        {
            return null;
        }

        var tables = from entry in Document.Need("tables").AsMap()
                     where IsThere(entry.Value["since"]?.AsString(), version)
                     select ReadTable(entry.Key, entry.Value, version);
        return new PublishedSchema(
            version, Document.Need("checksums")[version]?.AsString(),
            tables.ToImmutableSortedDictionary(t => t.Name, t => t, StringComparer.Ordinal));
    }

    private static YamlValue Read()
    {
        using var stream = typeof(PublishedSchema).Assembly.GetManifestResourceStream("VtepLab.Conformance.published-schema.yaml")!;
        using var reader = new StreamReader(stream);
        return YamlValue.Parse("published-schema.yaml", reader.ReadToEnd());
    }

    private static PublishedTable ReadTable(string name, YamlValue table, string version)
    {
        var columns = table.Need("columns").AsMap().Select(c => (c.Key, Words: c.Value.AsString().Split(", ")))
            .Where(c => IsThere(c.Words.FirstOrDefault(w => w.StartsWith("since ", StringComparison.Ordinal))?[6..], version))
            .Select(c => new PublishedColumn(c.Key, c.Words[0], c.Words.Contains("immutable"), c.Words.Contains("ephemeral")))
            .ToImmutableSortedDictionary(c => c.Name, c => c, StringComparer.Ordinal);
        var indexes = (table["indexes"]?.AsList() ?? []).Select(
            i => string.Join(',', i.AsString().Split(',').Where(columns.ContainsKey).Order(StringComparer.Ordinal)));
        return new PublishedTable(name, table["root"]?.AsBool() ?? false, table["rows"]?.AsInt(1, 1000), [.. indexes], columns);
    }

    private static bool IsThere(string? since, string version) => since is null || System.Version.Parse(since) <= System.Version.Parse(version);
}
