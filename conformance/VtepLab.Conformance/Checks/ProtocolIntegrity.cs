using System.Text.Json.Nodes;
using VtepLab.Conformance.Harness;
using VtepLab.Conformance.Wire;

namespace VtepLab.Conformance.Checks;

/// <summary>What a commit holds against the schema (RFC 7047 section 3.2).</summary>
public static class ProtocolIntegrity
{
    /// <summary>Every reference of this schema is a strong one.</summary>
    [Check("VTEP-PRO-031", Catches = "accepts-dangling-references")]
    public static async Task A_row_that_others_name_cannot_be_deleted(CheckContext c)
    {
        var (name, mac) = (c.Name("in-use"), c.Mac());
        await c.CommitAsync("insert a Logical_Switch and a remote MAC in it", Given.Network(name, uuidName: "net"), Given.Locator(c.Ip(), "far"),
            Given.RemoteMac(mac, Ovs.Named("net"), Ovs.Named("far")));
        var reply = await c.TransactAsync("delete the Logical_Switch alone", Ovs.Delete("Logical_Switch", Given.Named(name)));
        c.ExpectRefused(reply, "referential integrity violation");
        await c.ExpectRowsAsync(1, "Logical_Switch", Given.Named(name), "name");
        await c.ExpectRowsAsync(1, "Ucast_Macs_Remote", Ovs.Where("MAC", "==", mac), "MAC");
    }

    /// <summary>Rows of a table that is no root live as long as they are named.</summary>
    [Check("VTEP-PRO-032", Catches = "keeps-garbage")]
    public static async Task A_locator_lives_as_long_as_its_users(CheckContext c)
    {
        var (alone, used, mac) = (c.Ip(), c.Ip(), c.Mac());
        await c.CommitAsync("insert a Physical_Locator that nobody names", Given.Locator(alone, "far"));
        await c.ExpectRowsAsync(0, "Physical_Locator", Ovs.Where("dst_ip", "==", alone), "dst_ip");

        var monitor = await c.Ctl.MonitorAsync(
            "monitor Physical_Locator", new JsonObject { ["Physical_Locator"] = new JsonObject { ["columns"] = Ovs.Array("dst_ip") } });
        var reply = await c.CommitAsync("insert one with a remote MAC that names it", Given.Network(c.Name("net"), uuidName: "net"),
            Given.Locator(used, "far"), Given.RemoteMac(mac, Ovs.Named("net"), Ovs.Named("far")));
        await c.ExpectRowsAsync(1, "Physical_Locator", Ovs.Where("dst_ip", "==", used), "dst_ip");

        // A switch may hold a Tunnel row to the locator; then it takes that back first.
        await c.CommitAsync("delete the remote MAC", Ovs.Delete("Ucast_Macs_Remote", Ovs.Where("MAC", "==", mac)));
        await c.EventuallyAsync(
            "wait for the locator to go", "a delete notification of the locator", c.Timing.Hardware,
            () => Task.FromResult((monitor.Waiting.Any(n => IsDeletion(n, reply.UuidAt(1) ?? "")), $"{monitor.Waiting.Count} updates")));
        await c.ExpectRowsAsync(0, "Physical_Locator", Ovs.Where("dst_ip", "==", used), "dst_ip");
    }

    /// <summary>Indexes hold at commit, not after each operation.</summary>
    [Check("VTEP-PRO-033", Catches = "ignores-indexes")]
    public static async Task Indexes_are_unique_at_commit(CheckContext c)
    {
        var (one, two, ip) = (c.Name("one"), c.Name("two"), c.Ip());
        var there = await c.CommitAsync("insert two Logical_Switches and a locator in use", Given.Network(one, uuidName: "net"), Given.Network(two),
            Given.Locator(ip, "far"), Given.RemoteMac(c.Mac(), Ovs.Named("net"), Ovs.Named("far")));
        c.ExpectRefused(await c.TransactAsync("insert a third Logical_Switch with the first one's name", Given.Network(one)), "constraint violation");
        await c.ExpectRowsAsync(1, "Logical_Switch", Given.Named(one), "name");
        c.ExpectRefused(
            await c.TransactAsync("insert a second locator of the same address", Given.Locator(ip, "again"),
                Given.RemoteMac(c.Mac(), Ovs.Uuid(there.UuidAt(0)!), Ovs.Named("again"))),
            "constraint violation");
        await c.ExpectRowsAsync(1, "Physical_Locator", Ovs.Where("dst_ip", "==", ip), "dst_ip");

        var swap = c.Name("swap");
        await c.CommitAsync("mark the second one", Ovs.Update("Logical_Switch", Given.Named(two), new JsonObject { ["description"] = swap }));
        await c.CommitAsync(
            "swap the two names in one transaction", Ovs.Update("Logical_Switch", Given.Named(one), new JsonObject { ["name"] = two }),
            Ovs.Update("Logical_Switch", Ovs.Where("description", "==", swap), new JsonObject { ["name"] = one }));
        c.ExpectColumn((await c.ExpectRowsAsync(1, "Logical_Switch", Given.Named(one), "description"))[0], "description", swap);
    }

    /// <summary>maxRows holds at commit. Where a Global row is, it is left alone and only the second one is tried.</summary>
    [Check("VTEP-PRO-034", Catches = "ignores-max-rows")]
    public static async Task There_is_at_most_one_Global_row(CheckContext c)
    {
        var before = await c.SelectAsync("Global", Ovs.All, "_uuid");
        c.ExpectRefused(
            await c.TransactAsync(
                before.Count == 0 ? "insert two Global rows" : "insert a second Global row",
                [.. Enumerable.Repeat(Ovs.Insert("Global", []), before.Count == 0 ? 2 : 1)]),
            "constraint violation");
        await c.ExpectRowsAsync(before.Count, "Global", Ovs.All, "_uuid");
        if (before.Count == 0)
        {
            await c.CommitAsync("insert one Global row", Ovs.Insert("Global", []));
            await c.CommitAsync("delete it and insert another in one transaction", Ovs.Delete("Global", Ovs.All), Ovs.Insert("Global", []));
            await c.ExpectRowsAsync(1, "Global", Ovs.All, "_uuid");
        }
        else
        {
            c.InPart("the Global row that is there is not replaced");
        }
    }

    /// <summary>Immutable columns are refused even where nothing matches.</summary>
    [Check("VTEP-PRO-035", Catches = "writes-immutable-columns")]
    public static async Task Immutable_columns_cannot_be_written(CheckContext c)
    {
        var (ip, other) = (c.Ip(), c.Ip());
        await c.CommitAsync("insert a locator in use", Given.Network(c.Name("net"), uuidName: "net"), Given.Locator(ip, "far"),
            Given.RemoteMac(c.Mac(), Ovs.Named("net"), Ovs.Named("far")));
        var address = new JsonObject { ["dst_ip"] = other };
        c.ExpectRefused(
            await c.TransactAsync("update its address", Ovs.Update("Physical_Locator", Ovs.Where("dst_ip", "==", ip), address)), "constraint violation");
        c.ExpectRefused(
            await c.TransactAsync("update the address of no row at all", Ovs.Update("Physical_Locator", Ovs.Where("dst_ip", "==", other), address)),
            "constraint violation");
        c.ExpectRefused(
            await c.TransactAsync(
                "mutate the locators of no set at all",
                Ovs.Mutate("Physical_Locator_Set", Ovs.WhereUuid("11111111-2222-4333-8444-555555555555"),
                    Ovs.Mutation("locators", "insert", Ovs.Uuid("11111111-2222-4333-8444-555555555555")))),
            "constraint violation");
        await c.ExpectRowsAsync(1, "Physical_Locator", Ovs.Where("dst_ip", "==", ip), "dst_ip");
    }

    /// <summary>Ranges, enumerations and sizes.</summary>
    [Check("VTEP-PRO-036", Catches = "ignores-constraints")]
    public static async Task Values_outside_their_limits_are_refused(CheckContext c)
    {
        var name = c.Name("limits");
        foreach (var vlan in new[] { -1, 4096 })
        {
            var port = new JsonObject { ["name"] = name, ["vlan_bindings"] = Ovs.Map((vlan, Ovs.Named("net"))) };
            c.ExpectRefused(
                await c.TransactAsync($"bind VLAN {vlan} on a new Physical_Port", Given.Network(name, uuidName: "net"), Ovs.Insert("Physical_Port", port)),
                "constraint violation", "syntax error");
        }

        c.ExpectRefused(
            await c.TransactAsync("insert a Manager with max_backoff 999", Given.Network(name),
                Ovs.Insert("Manager", new JsonObject { ["target"] = "tcp:198.18.0.1:6640", ["max_backoff"] = 999 })),
            "constraint violation", "syntax error");
        if (c.Tester.Schema.Has("Logical_Switch", "replication_mode"))
        {
            c.ExpectRefused(
                await c.TransactAsync("insert replication_mode \"x\"",
                    Ovs.Insert("Logical_Switch", new JsonObject { ["name"] = name, ["replication_mode"] = "x" })),
                "constraint violation", "syntax error");
        }

        if (c.Tester.Schema.Has("ACL"))
        {
            c.ExpectRefused(
                await c.TransactAsync("insert an ACL without entries", Given.Network(name),
                    Ovs.Insert("ACL", new JsonObject { ["acl_name"] = name, ["acl_entries"] = Ovs.Set() })),
                "constraint violation", "syntax error");
        }

        await c.ExpectRowsAsync(0, "Logical_Switch", Given.Named(name), "name");
    }

    private static bool IsDeletion(Notification update, string uuid) =>
        update.Parameters[1].Member("Physical_Locator")?.Member(uuid) is { } row && row.Member("old") is not null && row.Member("new") is null;
}
