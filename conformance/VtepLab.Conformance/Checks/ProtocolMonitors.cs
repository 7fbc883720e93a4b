using System.Text.Json;
using System.Text.Json.Nodes;
using VtepLab.Conformance.Harness;
using VtepLab.Conformance.Wire;

namespace VtepLab.Conformance.Checks;

/// <summary>Monitors and their updates (RFC 7047 sections 4.1.5 to 4.1.7).</summary>
public static class ProtocolMonitors
{
    /// <summary>RFC 7047 section 4.1.5; networking-l2gw monitors with id null.</summary>
    [Check("VTEP-PRO-022", Catches = "refuses-null-monitor-id monitor-id-as-text drops-one-update")]
    public static async Task A_monitor_of_everything_sees_every_transaction_once(CheckContext c)
    {
        var name = c.Name("before");
        var first = (await c.CommitAsync("insert a Logical_Switch", Given.Network(name))).UuidAt(0) ?? "";
        var everything = new JsonObject();
        foreach (var table in c.Tester.Schema.Tables.Keys)
        {
            everything.Add(table, new JsonObject());
        }

        (string Words, JsonNode Id)[] ids = [("a text", c.Name("text")), ("an array", Ovs.Array("monid", c.Name("array")))];
        var monitors = new List<Harness.Monitor>();
        foreach (var (words, id) in ids)
        {
            monitors.Add(await c.Ctl.MonitorAsync($"monitor all tables and columns, id {words}", everything, id));
        }

        var other = await c.OpenAsync();
        var reply = await other.RequestAsync("the same with id null", "monitor", Ovs.Array(Tester.Database, null, everything));
        c.Expect(reply.Result is { ValueKind: JsonValueKind.Object }, "the initial contents", reply.Text);
        monitors.Add(new Harness.Monitor(c, other, "null", reply.Result!.Value));
        foreach (var monitor in monitors)
        {
            var row = monitor.Initial.Member("Logical_Switch")?.Member(first)?.Member("new");
            c.Expect(row?.Member("name")?.Text() == name, $"{name} in the initial contents", CheckContext.Shown(row));
        }

        for (var i = 1; i <= 3; i++)
        {
            var later = c.Name("after");
            var uuid = (await c.CommitAsync($"insert Logical_Switch number {i}", Given.Network(later))).UuidAt(0) ?? "";
            foreach (var monitor in monitors)
            {
                await ExpectInsertAsync(c, monitor, uuid, later);
            }
        }
    }

    /// <summary>RFC 7047 section 4.1.6.</summary>
    [Check("VTEP-PRO-023", Catches = "update-without-old drops-one-update")]
    public static async Task A_modification_tells_old_values_of_changed_columns_only(CheckContext c)
    {
        var name = c.Name("modified");
        var uuid = (await c.CommitAsync("insert a Logical_Switch", Given.Network(name, c.Vni()))).UuidAt(0) ?? "";
        var monitor = await c.Ctl.MonitorAsync("monitor name, description and tunnel_key", Of("Logical_Switch", "name", "description", "tunnel_key"));
        await c.CommitAsync("change the description", Ovs.Update("Logical_Switch", Given.Named(name), new JsonObject { ["description"] = "changed" }));
        var update = await monitor.NextAsync("an update");
        var row = update.Row("Logical_Switch", uuid);
        c.Expect(Columns(row?.Member("old")).SequenceEqual(["description"]), "old holds description alone", update.Text);
        c.Expect(
            Columns(row?.Member("new")).SequenceEqual(["description", "name", "tunnel_key"]), "new holds all three columns", update.Text);
        c.Expect(row?.Member("old")?.Member("description")?.Text()?.Length == 0, "the old description \"\"", update.Text);
        c.Expect(row?.Member("new")?.Member("description")?.Text() == "changed", "the new description \"changed\"", update.Text);
    }

    /// <summary>RFC 7047 section 4.1.5.</summary>
    [Check("VTEP-PRO-024", Catches = "ignores-select")]
    public static async Task Select_leaves_out_what_it_says(CheckContext c)
    {
        await c.CommitAsync("insert a Logical_Switch", Given.Network(c.Name("there")));
        string[] kinds = ["initial", "insert", "modify", "delete"];
        var monitors = new List<(string Without, Harness.Monitor Monitor)>();
        foreach (var kind in kinds)
        {
            var request = new JsonObject { ["columns"] = Ovs.Array("name", "description"), ["select"] = new JsonObject { [kind] = false } };
            monitors.Add((kind, await c.Ctl.MonitorAsync($"monitor without {kind}", new JsonObject { ["Logical_Switch"] = request })));
        }

        var name = c.Name("seen");
        await c.CommitAsync("insert", Given.Network(name));
        await c.CommitAsync("modify", Ovs.Update("Logical_Switch", Given.Named(name), new JsonObject { ["description"] = "x" }));
        await c.CommitAsync("delete", Ovs.Delete("Logical_Switch", Given.Named(name)));
        await c.Ctl.EchoAsync("wait until all updates are here");
        foreach (var (without, monitor) in monitors)
        {
            var hasInitial = monitor.Initial.Member("Logical_Switch") is not null;
            c.Expect(
                hasInitial == (without != "initial"), $"{(without == "initial" ? "no initial" : "initial")} contents without {without}",
                CheckContext.Shown(monitor.Initial));
            var seen = monitor.Waiting.Select(n => KindOf(n.Parameters[1])).ToList();
            c.Expect(
                seen.SequenceEqual(kinds.Skip(1).Where(k => k != without)), $"without {without}: {string.Join(", ", kinds.Skip(1).Where(k => k != without))}",
                seen.Count == 0 ? "nothing" : string.Join(", ", seen));
        }
    }

    /// <summary>RFC 7047 section 4.1.6.</summary>
    [Check("VTEP-PRO-025", Catches = "notifies-unchanged")]
    public static async Task What_changes_nothing_is_not_told(CheckContext c)
    {
        var name = c.Name("same");
        await c.CommitAsync("insert a Logical_Switch", Given.Network(name));
        var before = (await c.ExpectRowsAsync(1, "Logical_Switch", Given.Named(name), "_version"))[0];
        var monitor = await c.Ctl.MonitorAsync("monitor names and descriptions", Of("Logical_Switch", "name", "description"));
        await c.CommitAsync("write the value that is there", Ovs.Update("Logical_Switch", Given.Named(name), new JsonObject { ["name"] = name }));
        var gone = c.Name("gone");
        await c.CommitAsync("insert and delete in one transaction", Given.Network(gone), Ovs.Delete("Logical_Switch", Given.Named(gone)));
        await monitor.ExpectSilenceAsync("no update");
        var after = (await c.ExpectRowsAsync(1, "Logical_Switch", Given.Named(name), "_version"))[0];
        c.Expect(
            before["_version"]?.Uuid() == after["_version"]?.Uuid(), $"_version as before, {CheckContext.Shown(before["_version"])}",
            CheckContext.Shown(after["_version"]));
    }

    /// <summary>Clients take their replica for current when the reply is there.</summary>
    [Check("VTEP-PRO-026", Catches = "update-after-reply")]
    public static async Task The_update_comes_before_the_reply(CheckContext c)
    {
        var monitor = await c.Ctl.MonitorAsync("monitor names", Of("Logical_Switch", "name"));
        var reply = await c.CommitAsync("insert a Logical_Switch", Given.Network(c.Name("own")));
        var update = await monitor.NextAsync("an update for it");
        c.Expect(
            update.Notification.Sequence < reply.Reply.Sequence, "the update before the reply",
            $"the update is message {update.Notification.Sequence}, the reply is message {reply.Reply.Sequence}");
    }

    /// <summary>RFC 7047 section 4.1.7.</summary>
    [Check("VTEP-PRO-027", Catches = "ignores-monitor-cancel")]
    public static async Task A_cancelled_monitor_is_silent(CheckContext c)
    {
        var id = c.Name("monitor");
        var monitor = await c.Ctl.MonitorAsync("monitor names", Of("Logical_Switch", "name"), id);
        await c.CommitAsync("insert a Logical_Switch", Given.Network(c.Name("told")));
        await monitor.NextAsync("an update for it");
        var reply = await c.RequestAsync("cancel the monitor", "monitor_cancel", Ovs.Array(id));
        c.Expect(reply.Result?.Canonical() == "{}", "{}", reply.Text);
        await c.CommitAsync("insert another one", Given.Network(c.Name("untold")));
        await monitor.ExpectSilenceAsync("no update");
        c.ExpectError(await c.RequestAsync("cancel it again", "monitor_cancel", Ovs.Array(id)), "unknown monitor");
    }

    /// <summary>ovsdb-server(7), section 4.1.12: an extension, tested where it is offered.</summary>
    [Check("VTEP-PRO-037", Partly = "monitor_cond only, without monitor_cond_change")]
    public static async Task A_conditional_monitor_follows_its_condition(CheckContext c)
    {
        var (inside, outside, id) = (c.Name("inside"), c.Name("outside"), c.Name("monitor"));
        var uuid = (await c.CommitAsync("insert two Logical_Switches", Given.Network(inside), Given.Network(outside))).UuidAt(0) ?? "";
        var request = new JsonObject { ["columns"] = Ovs.Array("name", "description"), ["where"] = Given.Named(inside) };
        var reply = await c.RequestAsync(
            "monitor the row of one name", "monitor_cond", Ovs.Array(Tester.Database, id, new JsonObject { ["Logical_Switch"] = Ovs.Array(request) }));
        CheckContext.Applies(reply.ErrorName != "unknown method", "the device offers no monitor_cond");
        c.Expect(
            reply.Result?.Member("Logical_Switch") is { ValueKind: JsonValueKind.Object } rows && rows.EnumerateObject().Select(r => r.Name).SequenceEqual([uuid]),
            "that row alone", reply.Text);
        await c.CommitAsync("change the other row", Ovs.Update("Logical_Switch", Given.Named(outside), new JsonObject { ["description"] = "x" }));
        await c.CommitAsync("rename the row, out of the condition",
            Ovs.Update("Logical_Switch", Given.Named(inside), new JsonObject { ["name"] = c.Name("renamed") }));
        var update = await c.Ctl.Session.NextAsync(n => n.Method == "update2", c.Timing.Database, c.Cancel);
        c.Expect(
            update?.Parameters[1].Member("Logical_Switch")?.Member(uuid)?.Member("delete") is not null,
            "one update2 that deletes the row", update is null ? "no update2" : WireText.Short(update.Parameters.GetRawText()));
        reply = await c.RequestAsync("end the monitor", "monitor_cancel", Ovs.Array(id));
        c.Expect(reply.Result?.Canonical() == "{}", "{}", reply.Text);
    }

    /// <summary>RFC 7047 section 4.1.5: every session has monitors of its own.</summary>
    [Check("VTEP-PRO-039", Catches = "one-monitoring-session")]
    public static async Task Each_session_sees_what_it_asked_for(CheckContext c)
    {
        string[][] wishes = [["name"], ["description"], ["tunnel_key"], ["name", "description"], ["name", "tunnel_key"],
            ["description", "tunnel_key"], ["name", "description", "tunnel_key"], ["name"], ["description"], ["tunnel_key"]];
        var monitors = new List<(string[] Columns, Harness.Monitor Monitor)>();
        foreach (var columns in wishes)
        {
            var controller = await c.OpenAsync();
            monitors.Add((columns, await controller.MonitorAsync($"monitor {string.Join(", ", columns)}", Of("Logical_Switch", columns), "same id for all")));
        }

        var uuid = (await c.CommitAsync("insert a Logical_Switch", Given.Network(c.Name("shared"), c.Vni()))).UuidAt(0) ?? "";
        foreach (var (columns, monitor) in monitors)
        {
            var update = await monitor.NextAsync($"an update with {string.Join(", ", columns)}");
            var seen = Columns(update.Row("Logical_Switch", uuid)?.Member("new"));
            c.Expect(seen.SequenceEqual(columns.Order(StringComparer.Ordinal)), string.Join(", ", columns), update.Text);
        }
    }

    private static async Task ExpectInsertAsync(CheckContext c, Harness.Monitor monitor, string uuid, string name)
    {
        var update = await monitor.NextAsync($"an update for {name}");
        var row = update.Row("Logical_Switch", uuid);
        c.Expect(
            row?.Member("new")?.Member("name")?.Text() == name && row?.Member("old") is null, $"an insert of {name}", update.Text);
    }

    private static JsonObject Of(string table, params string[] columns) =>
        new() { [table] = new JsonObject { ["columns"] = Ovs.Array([.. columns.Select(k => (JsonNode?)k)]) } };

    private static List<string> Columns(JsonElement? row) =>
        row is { ValueKind: JsonValueKind.Object } r ? [.. r.EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal)] : [];

    private static string KindOf(JsonElement tables)
    {
        var row = tables.Member("Logical_Switch") is { ValueKind: JsonValueKind.Object } rows ? rows.EnumerateObject().Select(r => r.Value).FirstOrDefault() : default;
        return (row.Member("old"), row.Member("new")) switch
        {
            (null, { }) => "insert",
            ({ }, null) => "delete",
            ({ }, { }) => "modify",
            _ => "nothing",
        };
    }
}
