using System.Globalization;
using System.Text.Json.Nodes;
using VtepLab.Conformance.Harness;
using VtepLab.Conformance.Wire;

namespace VtepLab.Conformance.Checks;

/// <summary>Operations and what becomes of a transaction (RFC 7047 sections 4.1.3 and 5.2).</summary>
public static class ProtocolTransactions
{
    /// <summary>RFC 7047 section 4.1.3.</summary>
    [Check("VTEP-PRO-012", Catches = "partial-commit")]
    public static async Task A_failed_operation_undoes_the_transaction(CheckContext c)
    {
        var name = c.Name("half");
        var reply = await c.TransactAsync(
            "insert a Logical_Switch, read a table that is not there, add a comment", Given.Network(name), Ovs.Select("Nosuch", Ovs.All),
            Ovs.Comment("never reached"));
        c.Expect(
            reply.Results.Count == 3 && reply.UuidAt(0) is not null && reply.FirstErrorAt == 1 && reply.Results[2].IsNull(),
            "[result, error, null]", reply.Text);
        await c.ExpectRowsAsync(0, "Logical_Switch", Given.Named(name), "name");
    }

    /// <summary>RFC 7047 section 4.1.3: the commit's error stands behind the results of the operations.</summary>
    [Check("VTEP-PRO-013", Catches = "hides-commit-error accepts-dangling-references")]
    public static async Task A_failed_commit_is_one_more_result(CheckContext c)
    {
        var (name, mac) = (c.Name("dangling"), c.Mac());
        var reply = await c.TransactAsync(
            "insert a remote MAC that names a Logical_Switch that is not there", Given.Network(name), Given.Locator(c.Ip(), "far"),
            Given.RemoteMac(mac, Ovs.Uuid("11111111-2222-4333-8444-555555555555"), Ovs.Named("far")));
        c.Expect(
            reply.Results.Count == 4 && reply.FirstErrorAt == 3, "three results and an error behind them", reply.Text);
        c.ExpectRefused(reply, "referential integrity violation");
        await c.ExpectRowsAsync(0, "Logical_Switch", Given.Named(name), "name");
        await c.ExpectRowsAsync(0, "Ucast_Macs_Remote", Ovs.Where("MAC", "==", mac), "MAC");
    }

    /// <summary>RFC 7047 sections 5.2.3 and 5.2.4.</summary>
    [Check("VTEP-PRO-014", Catches = "map-insert-overwrites")]
    public static async Task Update_and_mutate_change_what_they_say(CheckContext c)
    {
        var (net, router) = (c.Name("counted"), c.Name("routes"));
        await c.CommitAsync("insert a Logical_Switch with key 5000 and a Logical_Router with two routes", Given.Network(net, 5000),
            Given.Router(router, ("10.0.0.0/8", "192.0.2.1"), ("10.1.0.0/16", "192.0.2.2")));
        var reply = await c.CommitAsync(
            "update the description, add 7 to the key", Ovs.Update("Logical_Switch", Given.Named(net), new JsonObject { ["description"] = "new" }),
            Ovs.Mutate("Logical_Switch", Given.Named(net), Ovs.Mutation("tunnel_key", "+=", 7)));
        c.Expect(reply.CountAt(0) == 1 && reply.CountAt(1) == 1, "count 1 and count 1", reply.Text);
        var row = (await c.ExpectRowsAsync(1, "Logical_Switch", Given.Named(net), "description", "tunnel_key"))[0];
        c.ExpectColumn(row, "description", "new");
        c.ExpectColumn(row, "tunnel_key", 5007);

        await c.CommitAsync("empty the set with delete, fill it again with insert",
            Ovs.Mutate("Logical_Switch", Given.Named(net), Ovs.Mutation("tunnel_key", "delete", 5007), Ovs.Mutation("tunnel_key", "insert", 5001)));
        c.ExpectColumn((await c.SelectAsync("Logical_Switch", Given.Named(net), "tunnel_key"))[0], "tunnel_key", 5001);

        await c.CommitAsync("insert an existing and a new key into the map", Ovs.Mutate("Logical_Router", Given.Named(router),
            Ovs.Mutation("static_routes", "insert", Ovs.Map(("10.0.0.0/8", "192.0.2.99"), ("10.2.0.0/16", "192.0.2.3")))));
        c.ExpectColumn(
            (await c.SelectAsync("Logical_Router", Given.Named(router), "static_routes"))[0], "static_routes",
            Ovs.Map(("10.0.0.0/8", "192.0.2.1"), ("10.1.0.0/16", "192.0.2.2"), ("10.2.0.0/16", "192.0.2.3")));

        await c.CommitAsync("delete a pair whose value differs, and a key", Ovs.Mutate("Logical_Router", Given.Named(router),
            Ovs.Mutation("static_routes", "delete", Ovs.Map(("10.0.0.0/8", "192.0.2.99"))),
            Ovs.Mutation("static_routes", "delete", Ovs.Set("10.1.0.0/16"))));
        c.ExpectColumn(
            (await c.SelectAsync("Logical_Router", Given.Named(router), "static_routes"))[0], "static_routes",
            Ovs.Map(("10.0.0.0/8", "192.0.2.1"), ("10.2.0.0/16", "192.0.2.3")));
    }

    /// <summary>RFC 7047 section 5.1, "condition".</summary>
    [Check("VTEP-PRO-015", Catches = "includes-means-equals")]
    public static async Task Conditions_select_the_right_rows(CheckContext c)
    {
        var (none, low, high) = (c.Name("none"), c.Name("low"), c.Name("high"));
        var (one, two) = (c.Name("one-route"), c.Name("two-routes"));
        var a = (Prefix: "10.0.0.0/8", NextHop: "192.0.2.1");
        var b = (Prefix: "10.1.0.0/16", NextHop: "192.0.2.2");
        await c.CommitAsync("insert three Logical_Switches and two Logical_Routers", Given.Network(none), Given.Network(low, 5000),
            Given.Network(high, 6000), Given.Router(one, a), Given.Router(two, a, b));
        (string Table, string Column, string Function, JsonNode Value, string[] Expected)[] conditions =
        [
            ("Logical_Switch", "name", "==", low, [low]),
            ("Logical_Switch", "tunnel_key", "==", Ovs.Set(), [none]),
            ("Logical_Switch", "tunnel_key", "!=", 5000, [none, high]),
            ("Logical_Switch", "tunnel_key", "<", 6000, [low]),
            ("Logical_Switch", "tunnel_key", "<=", 6000, [low, high]),
            ("Logical_Switch", "tunnel_key", ">", 5000, [high]),
            ("Logical_Switch", "tunnel_key", ">=", 5000, [low, high]),
            ("Logical_Switch", "tunnel_key", "includes", Ovs.Set(), [none, low, high]),
            ("Logical_Switch", "tunnel_key", "excludes", 5000, [none, high]),
            ("Logical_Router", "static_routes", "==", Ovs.Map((a.Prefix, a.NextHop)), [one]),
            ("Logical_Router", "static_routes", "!=", Ovs.Map((a.Prefix, a.NextHop)), [two]),
            ("Logical_Router", "static_routes", "includes", Ovs.Map((a.Prefix, a.NextHop)), [one, two]),
            ("Logical_Router", "static_routes", "includes", Ovs.Map((a.Prefix, b.NextHop)), []),
            ("Logical_Router", "static_routes", "excludes", Ovs.Map((b.Prefix, b.NextHop)), [one]),
        ];
        string[] ours = [none, low, high, one, two];
        foreach (var (table, column, function, value, expected) in conditions)
        {
            var rows = await c.SelectAsync(table, Ovs.Where(column, function, value), "name");
            var names = rows.Select(r => r.Text("name")).Where(ours.Contains).Order(StringComparer.Ordinal).ToList();
            c.Expect(
                names.SequenceEqual(expected.Order(StringComparer.Ordinal)),
                $"{table} where {column} {function} {WireJson.Write(value)}: {string.Join(", ", expected)}",
                names.Count == 0 ? "none of ours" : string.Join(", ", names));
        }

        var reply = await c.TransactAsync("use a function that is not there", Ovs.Select("Logical_Switch", Ovs.Where("name", "===", none)));
        c.Expect(reply.FirstError is not null, "an error", reply.Text);
    }

    /// <summary>RFC 7047 section 5.2.6: what optimistic locking of all IDL clients rests on.</summary>
    [Check("VTEP-PRO-016", Catches = "ignores-wait")]
    public static async Task A_wait_without_time_compares_at_once(CheckContext c)
    {
        var (name, other) = (c.Name("waited-for"), c.Name("not-stored"));
        await c.CommitAsync("insert a Logical_Switch", Given.Network(name));
        await c.CommitAsync("wait for it, as it is", WaitFor(name, "==", Row(name), 0), Ovs.Comment("goes on"));
        await c.CommitAsync("wait until it is not something else", WaitFor(name, "!=", Row("something else"), 0));
        var reply = await c.TransactAsync("wait for it to be gone, then insert", WaitFor(name, "==", [], 0), Given.Network(other));
        c.ExpectRefused(reply, "timed out");
        c.Expect(reply.Reply.Took < TimeSpan.FromSeconds(1), "at once", Seconds(reply.Reply.Took));
        await c.ExpectRowsAsync(0, "Logical_Switch", Given.Named(other), "name");
    }

    /// <summary>RFC 7047 section 5.2.6.</summary>
    [Check("VTEP-PRO-017", Catches = "wait-never-blocks", Partly = "300 ms and 500 ms instead of 500 ms and 2 s")]
    public static async Task A_wait_holds_its_transaction_and_nothing_else(CheckContext c)
    {
        var (name, stored) = (c.Name("comes-later"), c.Name("stored-then"));
        var waiting = await c.OpenAsync();
        c.Did("wait up to 2 s for a Logical_Switch that is not there, then insert");
        JsonObject[] operations = [WaitFor(name, "==", Row(name), 2000), Given.Network(stored)];
        var pending = await waiting.StartTransactAsync(operations);
        await waiting.EchoAsync("echo on the waiting connection");
        c.Did("give the wait 300 ms");
        await c.Tester.Host.DelayAsync(TimeSpan.FromMilliseconds(300), c.Cancel);
        c.Expect(!pending.IsOver, "no answer yet", "an answer");
        await c.CommitAsync("insert it from another connection", Given.Network(name));
        var reply = waiting.Note(await waiting.ReplyAsync(pending, TimeSpan.FromSeconds(2)), operations);
        c.Expect(reply.IsCommitted, "the waiting transaction is committed", reply.Text);
        await c.ExpectRowsAsync(1, "Logical_Switch", Given.Named(stored), "name");

        var never = await c.TransactAsync("wait 500 ms for a Logical_Switch that never comes", WaitFor(c.Name("never"), "==", Row("never"), 500));
        c.ExpectRefused(never, "timed out");
        c.Expect(
            never.Reply.Took >= TimeSpan.FromMilliseconds(490) && never.Reply.Took < TimeSpan.FromMilliseconds(500) + c.Timing.Database,
            "after 500 ms", Seconds(never.Reply.Took));
    }

    /// <summary>RFC 7047 section 4.1.4. ovsdb-server from 2.9 on gives no answer to the cancelled transaction; that is accepted.</summary>
    [Check("VTEP-PRO-018", Catches = "ignores-cancel")]
    public static async Task A_cancelled_transaction_has_no_effect(CheckContext c)
    {
        var (name, stored) = (c.Name("comes-later"), c.Name("cancelled"));
        var waiting = await c.OpenAsync();
        c.Did("wait for a Logical_Switch that is not there, then insert; cancel that");
        var id = c.Name("transact");
        JsonObject[] operations = [WaitFor(name, "==", Row(name), 60000), Given.Network(stored)];
        var pending = await waiting.Session.SendRequestAsync("transact", Ovs.Array([Tester.Database, .. operations]), id);
        await waiting.Session.SendNotificationAsync("cancel", Ovs.Array(id));
        await waiting.EchoAsync("see that the connection stays");
        c.Did("look whether the cancelled transaction is answered");
        var reply = await pending.ReplyAsync(c.Timing.Quiet, c.Cancel);
        c.Expect(reply is null || reply.ErrorName == "canceled", "error \"canceled\" or no answer", reply?.Text ?? "no answer");
        await c.CommitAsync("insert what it waited for", Given.Network(name));
        await waiting.EchoAsync("give the device time to try it again");
        await c.ExpectRowsAsync(0, "Logical_Switch", Given.Named(stored), "name");
    }

    /// <summary>RFC 7047 section 5.2.8.</summary>
    [Check("VTEP-PRO-019", Catches = "ignores-abort")]
    public static async Task An_aborted_transaction_stores_nothing(CheckContext c)
    {
        var name = c.Name("aborted");
        var reply = await c.TransactAsync("insert a Logical_Switch, then abort", Given.Network(name), Ovs.Abort());
        c.ExpectRefused(reply, "aborted");
        await c.ExpectRowsAsync(0, "Logical_Switch", Given.Named(name), "name");
    }

    /// <summary>RFC 7047 section 5.2.9; vtep-ctl and OpenDaylight send one with every transaction.</summary>
    [Check("VTEP-PRO-021", Catches = "refuses-comment")]
    public static async Task A_comment_has_no_effect(CheckContext c)
    {
        var name = c.Name("commented");
        var reply = await c.CommitAsync("insert a Logical_Switch between two comments", Ovs.Comment("vteplab: \"quoted\" {text}"), Given.Network(name),
            Ovs.Comment(""));
        c.Expect(reply.Results[0].Canonical() == "{}" && reply.Results[2].Canonical() == "{}", "{} for each comment", reply.Text);
        await c.ExpectRowsAsync(1, "Logical_Switch", Given.Named(name), "name");
    }

    private static JsonObject WaitFor(string name, string until, JsonArray rows, int timeout) =>
        Ovs.Wait("Logical_Switch", Given.Named(name), ["name"], until, rows, timeout);

    private static JsonArray Row(string name) => [new JsonObject { ["name"] = name }];

    private static string Seconds(TimeSpan span) => string.Create(CultureInfo.InvariantCulture, $"after {span.TotalSeconds:0.###} s");
}
