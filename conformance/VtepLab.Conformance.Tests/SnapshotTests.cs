using VtepLab.Conformance.Harness;
using VtepLab.Conformance.Wire;

namespace VtepLab.Conformance.Tests;

/// <summary>What counts as a trace on the device, and what does not.</summary>
public class SnapshotTests
{
    private const string Switch = "11111111-1111-4111-8111-111111111111";
    private const string Network = "22222222-2222-4222-8222-222222222222";
    private const string Other = "33333333-3333-4333-8333-333333333333";

    [Test]
    public void A_row_of_somebody_else_that_goes_comes_or_changes_is_told()
    {
        var before = Of(("Logical_Switch", Network, """ "name":"blue","tunnel_key":5000 """), ("Logical_Router", Other, """ "name":"r" """));
        var after = Of(("Logical_Switch", Network, """ "name":"blue","tunnel_key":6000 """), ("Physical_Switch", Switch, """ "name":"leaf1" """));

        Assert.That(before.ChangesTo(after, Nobody), Is.EquivalentTo(new[]
        {
            $"Logical_Router {Other} (r) is gone",
            $"Logical_Switch {Network} (blue): tunnel_key was 5000, is 6000",
            $"Physical_Switch {Switch} (leaf1) is new",
        }));
        Assert.That(after.ChangesTo(before, Nobody), Has.One.EqualTo($"Physical_Switch {Switch} (leaf1) is gone"));
    }

    [TestCase("""{"_version":["uuid","44444444-4444-4444-8444-444444444444"]}""", TestName = "A new version alone is no change")]
    [TestCase("""{"switch_fault_status":"unspecified_fault"}""", TestName = "A fault is no change of ours")]
    [TestCase("""{"ports":["set",[["uuid","33333333-3333-4333-8333-333333333333"],["uuid","22222222-2222-4222-8222-222222222222"]]]}""",
        TestName = "The order of a set is no change")]
    public void Not_a_change(string columns)
    {
        const string Ports = """ "ports":["set",[["uuid","22222222-2222-4222-8222-222222222222"],["uuid","33333333-3333-4333-8333-333333333333"]]] """;
        var before = Of(("Physical_Switch", Switch, $""" "_version":["uuid","{Other}"],"switch_fault_status":["set",[]],{Ports} """));
        var row = System.Text.Json.Nodes.JsonNode.Parse(before.Rows("Physical_Switch").Single().Json.GetRawText())!.AsObject();
        foreach (var (column, value) in System.Text.Json.Nodes.JsonNode.Parse(columns)!.AsObject())
        {
            row[column] = value?.DeepClone();
        }

        var after = Of(("Physical_Switch", Switch, row.ToJsonString()[1..^1]));

        Assert.That(before.ChangesTo(after, Nobody), Is.Empty);
    }

    [Test]
    public void Rows_are_ours_by_mark_by_journal_and_by_what_they_name()
    {
        var journal = new Journal("vteplab-7-", "0e:00:07:", ip => ip == "198.18.1.1");
        journal.Inserted(Other);
        var snapshot = Of(
            ("Logical_Switch", Network, """ "name":"vteplab-7-1-blue" """), ("Logical_Switch", Switch, """ "name":"blue" """), ("ACL_entry", Other, ""),
            ("Mcast_Macs_Local", "55555555-5555-4555-8555-555555555555", $""" "MAC":"unknown-dst","logical_switch":["uuid","{Network}"] """),
            ("Ucast_Macs_Remote", "66666666-6666-4666-8666-666666666666", $""" "MAC":"0E:00:07:01:02:03","logical_switch":["uuid","{Switch}"] """),
            ("Ucast_Macs_Remote", "77777777-7777-4777-8777-777777777777", $""" "MAC":"02:1a:c0:00:02:15","logical_switch":["uuid","{Switch}"] """),
            ("Physical_Locator", "88888888-8888-4888-8888-888888888888", """ "dst_ip":"198.18.1.1" """));

        Assert.That(journal.OwnRows(snapshot), Is.EquivalentTo(new[]
        {
            Network, Other, "55555555-5555-4555-8555-555555555555", "66666666-6666-4666-8666-666666666666", "88888888-8888-4888-8888-888888888888",
        }));
    }

    [TestCase("""["set",["b","a"]]""", """["set",["a","b"]]""")]
    [TestCase("""["set",["a"]]""", "\"a\"")]
    [TestCase("""["map",[["k",1],["j",2]]]""", """["map",[["j",2],["k",1]]]""")]
    [TestCase("""{"b":1,"a":["set",[2]]}""", """{"a":2,"b":1}""")]
    public void Values_that_mean_the_same_are_the_same(string one, string other) =>
        Assert.That(OvsValue.Parse(one).Canonical(), Is.EqualTo(OvsValue.Parse(other).Canonical()));

    [TestCase("1", "\"1\"")]
    [TestCase("""["set",[]]""", """["map",[]]""")]
    [TestCase("""["set",["a","b"]]""", """["map",[["a","b"]]]""")]
    [TestCase("9007199254740993", "9007199254740992")]
    public void Values_that_differ_are_not_the_same(string one, string other) =>
        Assert.That(OvsValue.Parse(one).Canonical(), Is.Not.EqualTo(OvsValue.Parse(other).Canonical()));

    [Test]
    public void A_stream_is_cut_into_objects_wherever_its_segments_end()
    {
        var stream = "{\"a\":\"}{\\\"\"} \n{\"b\":[{},{\"c\":1}]}"u8.ToArray();
        for (var cut = 1; cut < stream.Length; cut++)
        {
            var (splitter, seen) = (new JsonSplitter(), new List<string>());
            splitter.Feed(stream.AsSpan(0, cut), m => seen.Add(WireText.Of(m)));
            splitter.Feed(stream.AsSpan(cut), m => seen.Add(WireText.Of(m)));
            Assert.That(seen, Is.EqualTo(new[] { "{\"a\":\"}{\\\"\"}", "{\"b\":[{},{\"c\":1}]}" }), $"cut at {cut}");
        }
    }

    [Test]
    public void Bytes_that_are_no_text_are_shown_one_by_one() =>
        Assert.That(WireText.Of([(byte)'a', 0xff, 0xc3, 0xbc, 0xc3]), Is.EqualTo("a\\xFFü\\xC3"));

    private static bool Nobody(string table, Row row) => false;

    private static Snapshot Of(params (string Table, string Uuid, string Columns)[] rows)
    {
        var tables = rows.Select(r => r.Table).Distinct().ToList();
        var results = tables.Select(t => $$"""{"rows":[{{string.Join(',', rows.Where(r => r.Table == t).Select(
            r => r.Columns.Trim().Length == 0 ? $$"""{"_uuid":["uuid","{{r.Uuid}}"]}""" : With(r.Uuid, r.Columns)))}}]}""");
        var reply = new Reply(OvsValue.Parse($$"""{"id":1,"result":[{{string.Join(',', results)}}],"error":null}"""), 1, TimeSpan.Zero);
        return Snapshot.Read(tables, new TransactReply(reply, tables.Count));
    }

    // The UUID stands last, so that a row may be given with one already: the last one wins.
    private static string With(string uuid, string columns) => $$"""{{{columns}},"_uuid":["uuid","{{uuid}}"]}""";
}
