using System.Text.Json.Nodes;
using VtepLab.HardwareVtep;
using VtepLab.Testing.Peers;

namespace VtepLab.Contrast.Tests.HardwareVtep;

[Category(RealPeer.Category)]
public class VtepSchemaContrastTests
{
    [Test]
    public async Task A_real_server_sees_no_difference_between_our_latest_schema_and_Debians()
    {
        using var directory = new TempDirectory();
        var ours = directory["ours.ovsschema"];
        await File.WriteAllTextAsync(ours, VtepSchema.ToJson().ToJsonString());
        await using var withOurs = await OvsdbServerPeer.StartAsync([ours]);
        await using var withTheirs = await OvsdbServerPeer.StartAsync([OvsdbServerPeer.VtepSchema]);

        var our = await GetSchemaAsync(withOurs);
        var their = await GetSchemaAsync(withTheirs);

        Assert.That(our, Is.EqualTo(their));
    }

    [Test]
    public async Task Our_text_of_the_latest_schema_is_what_get_schema_answers()
    {
        await using var server = await OvsdbServerPeer.StartAsync([OvsdbServerPeer.VtepSchema]);
        var expected = JsonNode.Parse(await server.OvsdbClientAsync("get-schema", VtepSchema.DatabaseName))!;

        var ours = VtepSchema.ToJson();

        // The one thing a server rewrites: a column with strong references to rows that are collected is not ephemeral.
        Assert.That(ours["tables"]!["Physical_Port"]!["columns"]!["vlan_stats"]!.AsObject().Remove("ephemeral"), Is.True);
        Assert.That(Sorted(ours).ToJsonString(), Is.EqualTo(Sorted(expected).ToJsonString()));
    }

    [TestCaseSource(nameof(Versions))]
    public async Task A_real_server_runs_on_the_schema_of_every_version(Version version)
    {
        using var directory = new TempDirectory();
        var file = directory["vtep.ovsschema"];
        await File.WriteAllTextAsync(file, VtepSchema.ToJson(version).ToJsonString());
        await using var server = await OvsdbServerPeer.StartAsync([file]);

        var schema = JsonNode.Parse(await server.OvsdbClientAsync("get-schema", VtepSchema.DatabaseName))!;

        Assert.That((string?)schema["version"], Is.EqualTo(version.ToString()));
        Assert.That(schema["tables"]!.AsObject().ContainsKey("Tunnel"), Is.EqualTo(version >= new Version(1, 3, 0)));
        Assert.That(
            schema["tables"]!["Logical_Switch"]!["columns"]!.AsObject().ContainsKey("replication_mode"),
            Is.EqualTo(version >= new Version(1, 6, 0)));
    }

    private static IEnumerable<Version> Versions() => VtepSchema.Versions;

    private static async Task<string> GetSchemaAsync(OvsdbServerPeer server) =>
        Sorted(JsonNode.Parse(await server.OvsdbClientAsync("get-schema", VtepSchema.DatabaseName))!).ToJsonString();

    private static JsonNode Sorted(JsonNode node) => node switch
    {
        JsonObject members => new JsonObject(members
            .OrderBy(m => m.Key, StringComparer.Ordinal)
            .Select(m => KeyValuePair.Create(m.Key, m.Value is null ? null : Sorted(m.Value)))),
        JsonArray items => new JsonArray([.. items.Select(i => i is null ? null : Sorted(i))]),
        _ => node.DeepClone(),
    };
}
