using System.Text.RegularExpressions;
using VtepLab.Ovsdb;
using VtepLab.Testing.Peers;

namespace VtepLab.Contrast.Tests.OvsdbTools;

/// <summary>Every subcommand of Debian's ovsdb-tool that applies says the same of a file of ours as of one of ovsdb-server's, and what it leaves is served by us.</summary>
[Category(RealPeer.Category)]
public partial class OvsdbToolTests
{
    /// <summary>Fills a server; the same rows, transaction by transaction.</summary>
    private static readonly string[] Filling =
    [
        "vtep-ctl --db=SERVER init",
        "vtep-ctl --db=SERVER add-ls blue -- set Logical_Switch blue tunnel_key=5000 other_config:b=2 other_config:a=1",
        "vtep-ctl --db=SERVER add-ps leaf1 -- add-port leaf1 eth1 -- bind-ls leaf1 eth1 10 blue",
        "vtep-ctl --db=SERVER add-ucast-remote blue 02:1a:c6:33:64:01 198.51.100.1",
        "vtep-ctl --db=SERVER comment remember this -- set Logical_Switch blue tunnel_key=5001 other_config:b=3",
        "vtep-ctl --db=SERVER remove Logical_Switch blue other_config a -- set Logical_Switch blue 'description=\"zwölf \\\"Boxkämpfer\\\"\"'",
        "vtep-ctl --db=SERVER clear-remote-macs blue",
        """ovsdb-client transact SERVER '["hardware_vtep",{"op":"comment","comment":"a\nb"},{"op":"insert","table":"Logical_Switch","row":{"name":"red"}}]'""",
        """ovsdb-client transact SERVER '["hardware_vtep",{"op":"delete","table":"Logical_Switch","where":[["name","==","red"]]}]'""",
    ];

    /// <summary>What is asked of each file, in this order; FILE is its copy, NEW a name beside it that is free.</summary>
    private static readonly string[] Commands =
    [
        "ovsdb-tool db-name FILE", "ovsdb-tool db-version FILE", "ovsdb-tool db-cksum FILE",
        "ovsdb-tool db-is-standalone FILE", "ovsdb-tool db-is-clustered FILE",
        "ovsdb-tool db-cid FILE", "ovsdb-tool db-sid FILE", "ovsdb-tool db-local-address FILE", "ovsdb-tool check-cluster FILE",
        "ovsdb-tool show-log FILE", "ovsdb-tool -m show-log FILE", "ovsdb-tool -mm show-log FILE", "ovsdb-tool -mmm show-log FILE",
        "ovsdb-tool create FILE " + OvsdbServerPeer.VtepSchema,
        "ovsdb-tool needs-conversion FILE " + OvsdbServerPeer.VtepSchema, "ovsdb-tool needs-conversion FILE OTHER", "ovsdb-tool needs-conversion FILE " + OvsdbServerPeer.VSwitchSchema,
        """ovsdb-tool query FILE '["hardware_vtep",{"op":"select","table":"Logical_Switch","where":[]}]'""",
        """ovsdb-tool query FILE '["hardware_vtep",{"op":"delete","table":"Logical_Switch","where":[]}]'""",
        """ovsdb-tool query FILE '["hardware_vtep",{"op":"select","table":"Nonsense","where":[]}]'""",
        """ovsdb-tool transact FILE '["hardware_vtep",{"op":"insert","table":"Logical_Switch","row":{"name":"green"}},{"op":"comment","comment":"by ovsdb-tool"}]'""",
        """ovsdb-tool transact FILE '["hardware_vtep",{"op":"insert","table":"Logical_Switch","row":{"name":"green"}}]'""",
        """ovsdb-tool transact FILE '["Open_vSwitch",{"op":"abort"}]'""",
        "ovsdb-tool -mm show-log FILE",
        "ovsdb-tool compact FILE NEW1", "ovsdb-tool -mm show-log NEW1", "ovsdb-tool compact FILE NEW1",
        "ovsdb-tool compact FILE", "ovsdb-tool -mmm show-log FILE",
        "ovsdb-tool convert FILE OTHER NEW2", "ovsdb-tool db-version NEW2", "ovsdb-tool db-version FILE", "ovsdb-tool -mm show-log NEW2",
        "ovsdb-tool convert FILE OTHER", "ovsdb-tool db-version FILE", "ovsdb-tool db-cksum FILE", "ovsdb-tool -m show-log FILE",
        "ovsdb-tool convert FILE " + OvsdbServerPeer.VSwitchSchema + " NEW5", "ovsdb-tool db-name NEW5", "ovsdb-tool -mm show-log NEW5",
        "ovsdb-tool create-cluster NEW3 FILE tcp:127.0.0.1:9", "ovsdb-tool db-name NEW3", "ovsdb-tool db-is-clustered NEW3", "ovsdb-tool db-local-address NEW3",
        "ovsdb-tool check-cluster NEW3", "ovsdb-tool cluster-to-standalone NEW4 NEW3", "ovsdb-tool -mm show-log NEW4",
        """ovsdb-tool query NEW4 '["hardware_vtep",{"op":"select","table":"Logical_Switch","where":[]}]'""",
    ];

    [Test]
    public async Task Commands_say_of_a_file_of_ours_what_they_say_of_a_real_one()
    {
        using var folder = new TempDirectory();
        await using var real = await OvsdbServerPeer.StartAsync();
        await using var ours = await OurServer.StartStoredAsync();
        Assert.That(await Conversation.HoldAsync(ours.Endpoint, Filling), Is.EqualTo(await Conversation.HoldAsync(real.Endpoint, Filling)));
        await real.StopAsync();
        await ours.StopAsync();
        File.Copy(real.DatabaseFile(), folder["real"]);
        File.Copy(ours.DatabaseFile, folder["ours"]);
        await File.WriteAllTextAsync(folder["other"], (await File.ReadAllTextAsync(OvsdbServerPeer.VtepSchema)).Replace("\"1.7.0\"", "\"9.9.9\"", StringComparison.Ordinal));

        var expected = await AskAsync(folder, "real");
        var found = await AskAsync(folder, "ours");

        Assert.That(found.Split('\n'), Is.EqualTo(expected.Split('\n')));
        foreach (var (file, rows) in new[] { ("ours", "blue.*green"), ("ours.NEW1", "blue.*green"), ("ours.NEW4", "blue.*green"), ("real", "blue.*green"), ("real.NEW4", "blue.*green") })
        {
            await using var again = await OurServer.StartStoredAsync(folder[file]);
            Assert.That(await Conversation.HoldAsync(again.Endpoint, ["vtep-ctl --db=SERVER list-ls"]), Does.Match($"(?s){rows}"), file);
        }
    }

    [Test]
    public async Task A_cluster_is_refused_by_name_and_its_contents_are_served_once_it_is_standalone()
    {
        using var folder = new TempDirectory();
        var tool = RealPeer.Require("ovsdb-tool");
        (await PeerProcess.RunAsync(tool, ["create-cluster", folder["c"], OvsdbServerPeer.VtepSchema, "tcp:127.0.0.1:9"])).Success();

        var refusal = await Assert.ThrowsAsync<OvsdbErrorException>(() => OurServer.StartStoredAsync(folder["c"]));
        Assert.That(refusal.Message, Does.Contain("CLUSTER").And.Contain("cluster-to-standalone"));

        (await PeerProcess.RunAsync(tool, ["cluster-to-standalone", folder["s"], folder["c"]])).Success();
        await using var ours = await OurServer.StartStoredAsync(folder["s"]);
        Assert.That(await Conversation.HoldAsync(ours.Endpoint, ["vtep-ctl --db=SERVER add-ls blue", "vtep-ctl --db=SERVER list-ls"]), Does.Contain("blue"));
    }

    private static async Task<string> AskAsync(TempDirectory folder, string name)
    {
        var said = await Conversation.HoldAsync(folder[name], Commands.Select(command => Place().Replace(command, place => place.Value switch
        {
            "FILE" => folder[name],
            "OTHER" => folder["other"],
            _ => folder[$"{name}.{place.Value}"],
        })));
        said = said.Replace(folder[name], "FILE", StringComparison.Ordinal).Replace("SERVER", "FILE", StringComparison.Ordinal);
        return string.Join('\n', Records(Addresses().Replace(ShortUuids().Replace(Dates().Replace(said, "DATE"), "UUID"), "SERVER")));
    }

    /// <summary>The lines, those of one record of a log in order: tables, rows and columns come as a hash table has them.</summary>
    private static IEnumerable<string> Records(string text)
    {
        var record = new List<string>();
        foreach (var line in text.Split('\n').Append(""))
        {
            if (!line.StartsWith(' ') && !line.StartsWith('\t'))
            {
                foreach (var detail in record.Order(StringComparer.Ordinal))
                {
                    yield return detail;
                }

                record.Clear();
                yield return line;
            }
            else
            {
                record.Add(line);
            }
        }
    }

    [GeneratedRegex(@"\b(FILE|NEW\d|OTHER)\b")]
    private static partial Regex Place();

    [GeneratedRegex(@"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?|(?<=""_date"":)\d+")]
    private static partial Regex Dates();

    [GeneratedRegex(@"tcp:127\.0\.0\.1:\d{4,}")]
    private static partial Regex Addresses();

    [GeneratedRegex(@"\([0-9a-f]{8}\)|(?<=row )[0-9a-f]{8}(?=[: ])|<\d+>")] // Numbers go by the order of appearance, which is a hash table's.
    private static partial Regex ShortUuids();
}
