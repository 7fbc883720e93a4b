using System.Text.Json;
using System.Text.Json.Nodes;
using VtepLab.Conformance.Harness;
using VtepLab.Conformance.Wire;

namespace VtepLab.Conformance.Checks;

/// <summary>How values are written and read (RFC 7047 section 5.1).</summary>
public static class ProtocolValues
{
    /// <summary>RFC 7047 sections 4.1.3 and 5.2.2.</summary>
    [Check("VTEP-PRO-008", Catches = "no-version-column")]
    public static async Task A_select_without_columns_answers_every_column(CheckContext c)
    {
        var name = c.Name("blue");
        await c.CommitAsync("insert a Logical_Switch", Given.Network(name));
        var tables = c.Tester.Schema.Tables.Values.ToList();
        var reply = await c.TransactAsync("read all of every table", [.. tables.Select(t => Ovs.Select(t.Name, Ovs.All))]);
        c.Expect(reply.IsCommitted, "rows of every table", reply.Text);
        for (var i = 0; i < tables.Count; i++)
        {
            foreach (var row in reply.RowsAt(i))
            {
                var missing = tables[i].Columns.Keys.Append("_uuid").Append("_version").Where(k => row[k] is null).ToList();
                c.Expect(missing.Count == 0, $"all columns of {tables[i].Name}, _uuid and _version", $"{string.Join(", ", missing)} missing");
                c.Expect(row["_version"]?.Uuid() is not null, "a _version that is a UUID", CheckContext.Shown(row["_version"]));
            }
        }

        c.Expect(
            reply.RowsAt(tables.FindIndex(t => t.Name == "Logical_Switch")).Any(r => r.Text("name") == name),
            "the new Logical_Switch among the rows", reply.Text);
    }

    /// <summary>RFC 7047 section 5.1, as ovsdb-server writes it and clients read it.</summary>
    [Check("VTEP-PRO-009", Catches = "wraps-single-sets")]
    public static async Task Sets_are_written_by_their_size(CheckContext c)
    {
        var (without, with) = (c.Name("no-key"), c.Name("one-key"));
        await c.CommitAsync("insert a Logical_Switch without and one with a tunnel_key", Given.Network(without), Given.Network(with, c.Vni()));
        var none = (await c.SelectAsync("Logical_Switch", Given.Named(without), "tunnel_key"))[0]["tunnel_key"];
        c.Expect(none?.GetRawText() == "[\"set\",[]]", "no member as [\"set\",[]]", CheckContext.Shown(none));
        var one = (await c.SelectAsync("Logical_Switch", Given.Named(with), "tunnel_key"))[0]["tunnel_key"];
        c.Expect(one?.ValueKind == JsonValueKind.Number, "one member as the bare number", CheckContext.Shown(one));

        JsonObject[] rows = [Given.Network(c.Name("flooded"), uuidName: "ls"), .. Given.Flooding(Ovs.Named("ls"), c.Ip(), c.Ip())];
        var reply = await c.CommitAsync("insert a Physical_Locator_Set of two locators", rows);
        var set = (await c.SelectAsync("Physical_Locator_Set", Ovs.WhereUuid(reply.UuidAt(3)!), "locators"))[0]["locators"];
        c.Expect(
            set is { } two && two[0].Text() == "set" && two.Members().Count == 2, "two members as [\"set\",[a,b]]", CheckContext.Shown(set));
    }

    /// <summary>RFC 7047 section 5.1.</summary>
    [Check("VTEP-PRO-010", Catches = "refuses-wrapped-sets")]
    public static async Task A_set_of_one_may_be_written_in_both_notations(CheckContext c)
    {
        var (bare, wrapped, vni) = (c.Name("bare"), c.Name("wrapped"), c.Vni());
        await c.CommitAsync("insert with the bare number", Given.Network(bare, vni));
        await c.CommitAsync("insert with a set of the number", Given.Network(wrapped, Ovs.Set(vni)));
        foreach (var name in new[] { bare, wrapped })
        {
            var rows = await c.ExpectRowsAsync(1, "Logical_Switch", Given.Named(name), "tunnel_key");
            c.ExpectColumn(rows[0], "tunnel_key", vni);
        }
    }

    /// <summary>RFC 7047 section 5.2.1; a reference may stand before its definition.</summary>
    [Check("VTEP-PRO-011", Catches = "named-uuid-backwards-only")]
    public static async Task Named_uuids_work_in_both_directions(CheckContext c)
    {
        var mac = c.Mac();
        var reply = await c.TransactAsync(
            "insert a remote MAC before the Logical_Switch and the locator that it names", Given.RemoteMac(mac, Ovs.Named("net"), Ovs.Named("far")),
            Given.Network(c.Name("net"), uuidName: "net"), Given.Locator(c.Ip(), "far"));
        c.Expect(reply.IsCommitted, "committed", reply.Text);
        var row = (await c.ExpectRowsAsync(1, "Ucast_Macs_Remote", Ovs.Where("MAC", "==", mac), "logical_switch", "locator"))[0];
        c.ExpectColumn(row, "logical_switch", Ovs.Uuid(reply.UuidAt(1) ?? ""));
        c.ExpectColumn(row, "locator", Ovs.Uuid(reply.UuidAt(2) ?? ""));
    }

    /// <summary>RFC 7047 section 5.1: strings are any text.</summary>
    [Check("VTEP-PRO-040", Catches = "cuts-strings")]
    public static async Task Strings_come_back_as_they_were(CheckContext c)
    {
        (string What, string Text)[] texts =
        [
            ("quotes and backslashes", "say \"hi\" \\ and \\\\ and '"),
            ("control characters", "\u0001\b\t\n\f\r\u001f\u007f"),
            ("text of four bytes a character", "\U0001F600\U00020000 Grüße 你好"),
            ("a thousand characters", string.Concat(Enumerable.Repeat("0123456789", 100))),
        ];
        foreach (var (what, text) in texts)
        {
            var name = c.Name("text");
            await c.CommitAsync($"insert a description of {what}", Ovs.Insert("Logical_Switch", new JsonObject { ["name"] = name, ["description"] = text }));
            c.ExpectColumn((await c.ExpectRowsAsync(1, "Logical_Switch", Given.Named(name), "description"))[0], "description", text);
        }
    }

    /// <summary>RFC 7047 section 5.1: integers have 64 bits.</summary>
    [Check("VTEP-PRO-041", Catches = "integers-as-doubles")]
    public static async Task Integers_keep_all_their_64_bits(CheckContext c)
    {
        foreach (var number in new[] { long.MaxValue, long.MinValue, 9_007_199_254_740_993 })
        {
            var (table, column) = c.Tester.Schema.Has("ACL_entry", "sequence") ? ("ACL_entry", "sequence") : ("Logical_Switch", "tunnel_key");
            var row = table == "ACL_entry"
                ? new JsonObject { ["sequence"] = number, ["action"] = "permit", ["direction"] = "ingress" }
                : new JsonObject { ["name"] = c.Name("long"), ["tunnel_key"] = number };
            var reply = await c.CommitAsync($"insert {table}.{column} = {number}", Ovs.Insert(table, row));
            c.ExpectColumn((await c.ExpectRowsAsync(1, table, Ovs.WhereUuid(reply.UuidAt(0) ?? ""), column))[0], column, number);
        }
    }
}
