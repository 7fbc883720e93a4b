using System.Text;
using System.Text.Json.Nodes;
using VtepLab.Conformance.Harness;
using VtepLab.Conformance.Wire;

namespace VtepLab.Conformance.Checks;

/// <summary>Bad input: one bad session may end, the device may not.</summary>
public static class RobustnessChecks
{
    private static readonly string[] Malformed =
    [
        "}", "]", "{]", "{\"method\"}", "{\"method\":}", "{\"method\":\"echo\",}", "{method:\"echo\"}", "{'method':'echo'}", "{\"id\":01}", "{\"id\":+1}",
        "{\"id\":.5}", "{\"id\":1.}", "{\"id\":1e}", "{\"id\":0x10}", "{\"id\":NaN}", "{\"id\":Infinity}", "{\"id\":1e999}", "{\"id\":True}", "{\"id\":nul}",
        "{\"id\":\"\\x\"}", "{\"id\":\"\\u12\"}", "{\"id\":\"\\ud800\"}", "{\"id\":\"a\nb\"}", "{\"id\":\"\\u0000\"}", "{\"id\":1 \"a\":2}", "{\"id\" 1}",
        "{/* comment */\"id\":1}", "{\"id\":[1,]}", "{\"id\":[1 2]}", "\uFEFF{\"id\":1}", "{\"id\":1}}", "\u0001",
    ];

    private static readonly string[] NotRpc =
    [
        "[]", "42", "\"text\"", "null", "true", "{}", "{\"id\":1}", "{\"method\":5,\"params\":[],\"id\":1}", "{\"method\":\"echo\",\"params\":{},\"id\":1}",
        "{\"method\":\"echo\",\"params\":null,\"id\":1}", "{\"method\":\"echo\",\"params\":[]}", "{\"jsonrpc\":\"2.0\",\"method\":\"echo\",\"params\":[],\"id\":1}",
        "{\"method\":\"echo\",\"params\":[],\"id\":1,\"result\":[],\"error\":null}", "{\"result\":[],\"error\":\"both\",\"id\":1}",
        "{\"method\":\"echo\",\"params\":[],\"id\":{\"a\":1}}",
    ];

    /// <summary>Thirty-odd ways to write no JSON.</summary>
    [Check("VTEP-ROB-001", DeviceMustSurvive = true)]
    public static Task Malformed_JSON_ends_one_connection_at_most(CheckContext c) => ThrowAwayAsync(c, Malformed);

    /// <summary>JSON that is no JSON-RPC.</summary>
    [Check("VTEP-ROB-002", DeviceMustSurvive = true)]
    public static Task JSON_that_is_no_RPC_ends_one_connection_at_most(CheckContext c) => ThrowAwayAsync(c, NotRpc);

    /// <summary>What goes and what comes in one transaction has to fit together.</summary>
    [Check("VTEP-ROB-009", Catches = "accepts-dangling-references", Partly = "the MAC only, no port is removed")]
    public static async Task A_MAC_for_a_network_that_goes_is_refused(CheckContext c)
    {
        var (name, mac) = (c.Name("goes"), c.Mac());
        var network = (await c.CommitAsync("insert a network", Given.Network(name))).UuidAt(0)!;
        var reply = await c.TransactAsync("delete it and insert a remote MAC in it", Ovs.Delete("Logical_Switch", Given.Named(name)), Given.Locator(c.Ip(), "far"),
            Given.RemoteMac(mac, Ovs.Uuid(network), Ovs.Named("far")));
        c.ExpectRefused(reply, "referential integrity violation");
        await c.ExpectRowsAsync(1, "Logical_Switch", Given.Named(name), "name");
        await c.ExpectRowsAsync(0, "Ucast_Macs_Remote", Ovs.Where("MAC", "==", mac), "MAC");
    }

    /// <summary>Names are text, not commands. They are not bound to a port: see the field reports of agents that die of them.</summary>
    [Check("VTEP-ROB-010", Catches = "cuts-names", Partly = "the database only: networks are not bound, and no CLI is read")]
    public static async Task Names_full_of_signs_are_text(CheckContext c)
    {
        foreach (var signs in new[]
        {
            "%n%n%s%x", "; reboot", "`reboot` $(reboot)", "' OR '1'='1", "\" && \"", "two\nlines", "tab\there", "../../etc/passwd", "\\", "--help", "<b>&amp;",
        })
        {
            var name = c.Name($"a name that is full of signs {signs}");
            await c.CommitAsync($"insert a network whose name has {WireJson.Write(signs)}", Given.Network(name));
            c.ExpectColumn((await c.ExpectRowsAsync(1, "Logical_Switch", Given.Named(name), "name"))[0], "name", name);
        }
    }

    /// <summary>Known to end ovsdb-server.</summary>
    [Check("VTEP-ROB-011", DeviceMustSurvive = true)]
    public static async Task A_monitor_with_too_few_params_is_refused(CheckContext c)
    {
        foreach (var parameters in new[] { Ovs.Array(Tester.Database), Ovs.Array(Tester.Database, "monitor") })
        {
            var reply = await c.RequestAsync($"monitor with {parameters.Count} params", "monitor", parameters);
            c.Expect(reply.ErrorName is not null, "an error", reply.Text);
        }

        await (await c.OpenAsync()).EchoAsync("see that the device lives");
    }

    /// <summary>Known to end ovsdb-server by a division by zero.</summary>
    [Check("VTEP-ROB-014", DeviceMustSurvive = true)]
    public static async Task Minus_one_times_zero_is_zero(CheckContext c)
    {
        var name = c.Name("times-zero");
        await c.CommitAsync("insert a Logical_Switch with key -1", Given.Network(name, -1));
        await c.CommitAsync("multiply the key by 0", Ovs.Mutate("Logical_Switch", Given.Named(name), Ovs.Mutation("tunnel_key", "*=", 0)));
        c.ExpectColumn((await c.ExpectRowsAsync(1, "Logical_Switch", Given.Named(name), "tunnel_key"))[0], "tunnel_key", 0);
    }

    /// <summary>One controller that misbehaves is no reason to punish the others; the flood is scaled down to a thousand.</summary>
    [Check("VTEP-ROB-015", DeviceMustSurvive = true, Partly = "1,000 notifications in one piece instead of 10,000 a second")]
    public static async Task Replies_that_nobody_asked_for_hurt_nobody_else(CheckContext c)
    {
        foreach (var reply in new[]
        {
            "{\"id\":\"nosuch\",\"result\":[],\"error\":null}", "{\"id\":4711,\"result\":null,\"error\":\"nonsense\"}", "{\"id\":\"Echo\",\"result\":[],\"error\":null}",
        })
        {
            var bad = await c.OpenAsync();
            c.Did($"send {reply}");
            await bad.Session.SendAsync(reply);
        }

        var noisy = await c.OpenAsync();
        c.Did("send a thousand notifications of an unknown method in one piece");
        await noisy.Session.SendAsync(string.Concat(Enumerable.Repeat("{\"method\":\"noise\",\"params\":[],\"id\":null}", 1000)));
        await c.Ctl.EchoAsync("see that the others are served");
        await (await c.OpenAsync()).EchoAsync("see that new ones are served");
    }

    /// <summary>An ACL that is bound cannot go.</summary>
    [Check("VTEP-OPT-012", Catches = "accepts-dangling-references", Partly = "the database, not the rules in the hardware")]
    public static async Task An_ACL_that_is_bound_cannot_be_deleted(CheckContext c)
    {
        c.Needs("ACL");
        c.Needs("Logical_Router", "acl_binding");
        var name = c.Name("acl");
        var router = new JsonObject { ["name"] = name, ["acl_binding"] = Ovs.Map(("192.0.2.1/24", Ovs.Named("acl"))) };
        await c.CommitAsync("insert an ACL with an entry, bound to a router",
            Ovs.Insert("ACL_entry", new JsonObject { ["sequence"] = 1, ["direction"] = "ingress", ["action"] = "deny" }, "entry"),
            Ovs.Insert("ACL", new JsonObject { ["acl_name"] = name, ["acl_entries"] = Ovs.Named("entry") }, "acl"), Ovs.Insert("Logical_Router", router));
        var where = Ovs.Where("acl_name", "==", name);
        c.ExpectRefused(await c.TransactAsync("delete the ACL", Ovs.Delete("ACL", where)), "referential integrity violation");
        await c.CommitAsync("unbind and delete it", Ovs.Update("Logical_Router", Given.Named(name), new JsonObject { ["acl_binding"] = Ovs.Map() }),
            Ovs.Delete("ACL", where));
        await c.ExpectRowsAsync(0, "ACL", where, "acl_name");
    }

    private static async Task ThrowAwayAsync(CheckContext c, string[] texts)
    {
        var bad = new List<WireSession>();
        foreach (var text in texts)
        {
            var ctl = await c.OpenAsync($"send {WireJson.Write(text)} on a connection of its own");
            await ctl.Session.SendAsync(Encoding.UTF8.GetBytes(text));
            bad.Add(ctl.Session);
        }

        await c.Ctl.EchoAsync("see that the others are served");
        await c.Tester.Host.DelayAsync(c.Timing.Quiet, c.Cancel);
        await c.Ctl.EchoAsync("see it again");
        await (await c.OpenAsync()).EchoAsync("see that new ones are served");
        c.Expect(true, "closed or ignored", $"{bad.Count(b => b.IsClosed)} of {bad.Count} connections closed");
    }
}
