using System.Text.Json.Nodes;
using VtepLab.Ovsdb;

namespace VtepLab.HardwareVtep;

/// <summary>The hardware_vtep schema, in every published version from 1.0.0 to 1.7.0.</summary>
/// <remarks>
/// Written from the tables and the history that vtep(5) documents. The check sum of 1.7.0 is the published one: our text differs,
/// our content does not. We know no check sum of the older versions, so those are announced without one.
/// </remarks>
public static partial class VtepSchema
{
    /// <summary>The database's name.</summary>
    public const string DatabaseName = "hardware_vtep";

    private const string LatestCksum = "353943336 11434";

    /// <summary>Every published version, oldest first.</summary>
    public static IReadOnlyList<Version> Versions { get; } =
    [
        new(1, 0, 0), new(1, 1, 0), new(1, 2, 0), new(1, 3, 0), new(1, 4, 0), new(1, 4, 1), new(1, 5, 0), new(1, 5, 1), new(1, 6, 0),
        new(1, 7, 0),
    ];

    // Schemas do not change: a thousand switches share one. Simulations on other threads do not wait for the first: on a busy machine they
    // would wait so long that they would be taken for blocked.
    private static readonly Dictionary<Version, Lazy<DatabaseSchema>> Loaded = Versions.ToDictionary(
        version => version, version => new Lazy<DatabaseSchema>(
            () => DatabaseSchema.Parse(ToJson(version).ToJsonString()), LazyThreadSafetyMode.PublicationOnly));

    /// <summary>The newest version, in force since May 2016.</summary>
    public static Version Latest => Versions[^1];

    /// <summary>The schema in the JSON of RFC 7047 section 3.2; a new object each time.</summary>
    /// <param name="version">One of <see cref="Versions"/>; null for the latest.</param>
    /// <exception cref="ArgumentOutOfRangeException">That version was never published.</exception>
    public static JsonObject ToJson(Version? version = null)
    {
        var chosen = version ?? Latest;
        if (!Versions.Contains(chosen))
        {
            throw NeverPublished(chosen);
        }

        var schema = new JsonObject { ["name"] = DatabaseName, ["version"] = chosen.ToString() };
        if (chosen == Latest)
        {
            schema["cksum"] = LatestCksum;
        }

        var tables = VtepSchemaTables.All.Where(t => t.Since <= chosen);
        schema["tables"] = new JsonObject(tables.Select(t => KeyValuePair.Create(t.Name, (JsonNode?)t.ToJson(chosen))));
        return schema;
    }

    /// <summary>The schema as the engine and the replica use it.</summary>
    /// <param name="version">One of <see cref="Versions"/>; null for the latest.</param>
    /// <exception cref="ArgumentOutOfRangeException">That version was never published.</exception>
    public static DatabaseSchema Load(Version? version = null) =>
        Loaded.TryGetValue(version ?? Latest, out var schema) ? schema.Value : throw NeverPublished(version);

    private static ArgumentOutOfRangeException NeverPublished(Version? version) => new(
        nameof(version), version, $"hardware_vtep has no version {version}; expected one of {string.Join(", ", Versions)}");
}
