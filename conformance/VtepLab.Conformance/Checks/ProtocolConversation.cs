using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using VtepLab.Conformance.Catalogue;
using VtepLab.Conformance.Harness;
using VtepLab.Conformance.Wire;

namespace VtepLab.Conformance.Checks;

/// <summary>How the device talks: methods, ids, framing, errors (RFC 7047 sections 3.1 and 4.1).</summary>
public static class ProtocolConversation
{
    /// <summary>RFC 7047 section 4.1.1.</summary>
    [Check("VTEP-PRO-001", Catches = "hides-database")]
    public static async Task The_list_of_databases_names_hardware__vtep(CheckContext c)
    {
        var reply = await c.RequestAsync("ask for the databases", "list_dbs", new JsonArray());
        c.Expect(
            reply.Result is { ValueKind: JsonValueKind.Array } names && names.EnumerateArray().Any(n => n.Text() == Tester.Database),
            "an array that holds \"hardware_vtep\"", reply.Text);
    }

    /// <summary>RFC 7047 section 4.1.2.</summary>
    [Check("VTEP-PRO-002", Catches = "cuts-schema")]
    public static async Task The_schema_is_complete(CheckContext c)
    {
        var reply = await c.RequestAsync("ask for the schema", "get_schema", Ovs.Array(Tester.Database));
        var schema = reply.Result ?? OvsValue.Parse("null");
        c.Expect(schema.Member("name")?.Text() == Tester.Database, "name is \"hardware_vtep\"", CheckContext.Shown(schema.Member("name")));
        c.Expect(Version.TryParse(schema.Member("version")?.Text(), out _), "a version x.y.z", CheckContext.Shown(schema.Member("version")));
        var read = DeviceSchema.Read(schema);
        var published = PublishedSchema.Of(read.Version) ?? PublishedSchema.Of("1.3.0")!;
        string[] later = Version.Parse(read.Version) < new Version(1, 3) ? ["Tunnel", "Arp_Sources_Local", "Arp_Sources_Remote"] : [];
        var missing = published.Tables.Keys.Where(t => !read.Has(t) && !later.Contains(t)).ToList();
        c.Expect(missing.Count == 0, $"all {published.Tables.Count - later.Length} tables of version {read.Version}", $"no {string.Join(", no ", missing)}");

        var untyped = read.Tables.Values.SelectMany(t => t.Columns.Values.Select(k => (Table: t.Name, Column: k)))
            .FirstOrDefault(k => TypeNotation.Of(k.Column.Type).Contains("no type", StringComparison.Ordinal));
        c.Expect(untyped.Column is null, "every column has a type", $"{untyped.Table}.{untyped.Column?.Name} has none");
    }

    /// <summary>RFC 7047 section 4.1.2.</summary>
    [Check("VTEP-PRO-003", Catches = "any-database")]
    public static async Task An_unknown_database_is_refused_and_the_connection_stays(CheckContext c)
    {
        c.ExpectError(await c.RequestAsync("ask for the schema of a database that is not there", "get_schema", Ovs.Array("nosuch")), "unknown database");
        c.ExpectError(await c.RequestAsync("send it a transaction", "transact", Ovs.Array("nosuch", Ovs.Comment("hello"))), "unknown database");
        c.ExpectError(await c.RequestAsync("monitor it", "monitor", Ovs.Array("nosuch", c.Name("m"), new JsonObject())), "unknown database");
        await c.Ctl.EchoAsync("see that the connection stays");
    }

    /// <summary>Clients fall back from monitor_cond_since to monitor_cond to monitor on this answer.</summary>
    [Check("VTEP-PRO-004", Catches = "silent-unknown-method")]
    public static async Task An_unknown_method_is_answered_with_an_error(CheckContext c)
    {
        c.ExpectError(await c.RequestAsync("call a method that is not there", "nosuch", new JsonArray()), "unknown method");
        await c.Ctl.EchoAsync("see that the connection stays");
    }

    /// <summary>RFC 7047 section 4.1.11.</summary>
    [Check("VTEP-PRO-005", Catches = "echo-id-as-text echo-drops-params")]
    public static async Task An_echo_returns_params_and_id_as_they_were(CheckContext c)
    {
        (string Did, JsonArray Parameters, JsonNode Id)[] echoes =
        [
            ("echo nothing", [], 4711),
            ("echo nested params with a text for an id", Ovs.Array(Ovs.Array(1, new JsonObject { ["a"] = Ovs.Array(true, null) })), c.Name("id")),
            ("echo text of several scripts", Ovs.Array("Grüße, 你好, \U0001F600", "\"\\/\n\t"), 4712),
            ("echo with an object for an id", Ovs.Array(-1, 1.5), new JsonObject { ["vteplab"] = 4713 }),
        ];
        foreach (var (did, parameters, id) in echoes)
        {
            var reply = await c.RequestAsync(did, "echo", parameters, id);
            c.Expect(
                reply.Result?.Canonical() == OvsValue.Parse(WireJson.Write(parameters)).Canonical(), WireJson.Write(parameters), reply.Text);
        }
    }

    /// <summary>RFC 7047 section 3.1: messages follow each other without separators.</summary>
    [Check("VTEP-PRO-006", Catches = "one-request-per-segment")]
    public static async Task Messages_need_not_match_segments(CheckContext c)
    {
        var ctl = await c.OpenAsync();
        c.Did("send five requests in one piece");
        var ids = Enumerable.Range(0, 5).Select(i => c.Name("segment")).ToList();
        var pending = ids.Select(i => ctl.Session.Expect(i)).ToList();
        await ctl.Session.SendAsync(string.Concat(ids.Select((id, i) => Echo(id, i))));
        foreach (var request in pending)
        {
            await ctl.ReplyAsync(request);
        }

        var order = c.Tester.Transcript.Messages.Where(m => m.Connection == ctl.Session.Name && m.Direction == Results.WireDirection.Received)
            .Select(m => ids.FindIndex(id => m.Text.Contains(id, StringComparison.Ordinal))).ToList();
        c.Expect(order.SequenceEqual([0, 1, 2, 3, 4]), "five replies in order", $"replies to {string.Join(", ", order.Select(o => o + 1))}");

        c.Did("send one request in single bytes, with white space and line ends in and around it");
        var slow = c.Name("bytes");
        var request2 = ctl.Session.Expect(slow);
        var text = $"\r\n \t{{ \"method\" :\n\"echo\" ,\r\n\"params\": [ 6 ] , \"id\":\"{slow}\" }}\n\n";
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            await ctl.Session.SendAsync(new[] { b });
            await c.Tester.Host.YieldAsync();
        }

        var reply = await ctl.ReplyAsync(request2);
        c.Expect(reply.Result?.Canonical() == "[6]", "[6]", reply.Text);
    }

    /// <summary>RFC 7047 section 3.1; networking-l2gw's own reader has this defect.</summary>
    [Check("VTEP-PRO-007", Catches = "counts-braces")]
    public static async Task Braces_inside_strings_are_text(CheckContext c)
    {
        var ctl = await c.OpenAsync();
        foreach (var text in new[] { "}}}", "{{{[[[", "]\"}\\", "\\\"{" })
        {
            var reply = await ctl.RequestAsync($"echo the text {text}", "echo", Ovs.Array(text));
            c.Expect(reply.Result?.Canonical() == OvsValue.Parse(WireJson.Write(Ovs.Array(text))).Canonical(), text, reply.Text);
        }
    }

    /// <summary>RFC 7047 section 3.1: error and result are members of every reply. ovsdb-server leaves result out; that is accepted.</summary>
    [Check("VTEP-PRO-038", Catches = "error-inside-result")]
    public static async Task Errors_stand_in_the_member_error(CheckContext c)
    {
        foreach (var (did, method, parameters) in new[]
        {
            ("call a method that is not there", "nosuch", new JsonArray()),
            ("ask for the schema of a database that is not there", "get_schema", Ovs.Array("nosuch")),
            ("cancel a monitor that is not there", "monitor_cancel", Ovs.Array(c.Name("nosuch"))),
        })
        {
            var reply = await c.RequestAsync(did, method, parameters);
            c.Expect(reply.Error is not null && reply.Result is null, "a non-null error, and result null or missing", reply.Text);
        }

        await c.Ctl.EchoAsync("see that the connection stays");
    }

    /// <summary>A notification that nobody understands asks for nothing.</summary>
    [Check("VTEP-PRO-042", Catches = "closes-on-unknown-notification")]
    public static async Task An_unknown_notification_is_ignored(CheckContext c)
    {
        var ctl = await c.OpenAsync();
        c.Did("send a notification of a method that is not there");
        await ctl.Session.SendNotificationAsync("nosuch", Ovs.Array(1, 2, 3));
        await ctl.EchoAsync("see that the connection stays");
    }

    private static string Echo(string id, int n) => $"{{\"method\":\"echo\",\"params\":[{n}],\"id\":\"{id}\"}}";
}
