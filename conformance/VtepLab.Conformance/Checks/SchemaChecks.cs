using System.Text.Json.Nodes;
using VtepLab.Conformance.Catalogue;
using VtepLab.Conformance.Harness;
using VtepLab.Conformance.Wire;

namespace VtepLab.Conformance.Checks;

/// <summary>What the device announces and whether it is so.</summary>
public static class SchemaChecks
{
    /// <summary>Tables and columns beyond the published ones are a vendor's own affair; what is published has to be there as published.</summary>
    [Check("VTEP-SCH-001", Catches = "announces-other-version")]
    public static async Task The_schema_is_the_published_one_of_its_version(CheckContext c)
    {
        var announced = await AnnouncedAsync(c);
        var published = PublishedSchema.Of(announced.Version);
        CheckContext.Applies(
            published is not null,
            $"version '{announced.Version}' is not one of {PublishedSchema.Versions[0]} to {PublishedSchema.Versions[^1]}, which can be told column by column");
        foreach (var table in published!.Tables.Values)
        {
            c.Expect(announced.Has(table.Name), $"table {table.Name}", "no such table");
            var seen = announced.Tables[table.Name];
            c.Expect(seen.IsRoot == table.IsRoot, $"{table.Name}: isRoot {table.IsRoot}", $"isRoot {seen.IsRoot}");
            c.Expect(seen.MaxRows == table.MaxRows, $"{table.Name}: maxRows {Number(table.MaxRows)}", $"maxRows {Number(seen.MaxRows)}");
            var indexes = string.Join("; ", seen.Indexes.Select(i => string.Join(',', i)).Order(StringComparer.Ordinal));
            c.Expect(indexes == string.Join("; ", table.Indexes), $"{table.Name}: indexes {string.Join("; ", table.Indexes)}", $"indexes {indexes}");
            foreach (var column in table.Columns.Values)
            {
                var there = announced.Has(table.Name, column.Name) ? seen.Columns[column.Name] : null;
                c.Expect(there is not null, $"column {table.Name}.{column.Name}", "no such column");
                var type = TypeNotation.Of(there!.Type);
                c.Expect(type == column.Type, $"{table.Name}.{column.Name}: {column.Type}", type);
                c.Expect(there.IsMutable != column.IsImmutable, $"{table.Name}.{column.Name}: mutable {!column.IsImmutable}", $"mutable {there.IsMutable}");
            }
        }
    }

    /// <summary>A schema that is announced has to be served.</summary>
    [Check("VTEP-SCH-002", Catches = "serves-fewer-columns",
        Partly = "tables that a controller fills; not the columns of ports, tunnels and managers")]
    public static async Task Every_announced_column_of_a_controller_can_be_written(CheckContext c)
    {
        var schema = c.Tester.Schema;
        var (name, mac) = (c.Name("written"), c.Mac());
        JsonObject[] rows =
        [
            Row("ACL_entry", ("sequence", 1), ("direction", "ingress"), ("action", "deny"), ("source_mac", mac), ("dest_mac", mac), ("ethertype", "0x0800"),
                ("source_ip", "192.0.2.1"), ("source_mask", "255.255.255.0"), ("dest_ip", "192.0.2.2"), ("dest_mask", "255.255.255.0"), ("protocol", 6),
                ("source_port_min", 1), ("source_port_max", 2), ("dest_port_min", 3), ("dest_port_max", 4), ("tcp_flags", 2), ("tcp_flags_mask", 2),
                ("icmp_code", 0), ("icmp_type", 8)),
            Row("ACL", ("acl_name", name), ("acl_entries", Ovs.Named("new_ACL_entry"))),
            Row("Logical_Switch", ("name", name), ("description", "all columns"), ("tunnel_key", c.Vni()), ("replication_mode", "service_node"),
                ("other_config", Ovs.Map())),
            Row("Physical_Locator", ("encapsulation_type", "vxlan_over_ipv4"), ("dst_ip", c.Ip())),
            Row("Physical_Locator_Set", ("locators", Ovs.Named("new_Physical_Locator"))),
            Row("Ucast_Macs_Remote", ("MAC", mac), ("logical_switch", Ovs.Named("new_Logical_Switch")), ("locator", Ovs.Named("new_Physical_Locator")),
                ("ipaddr", "192.0.2.9")),
            Row("Mcast_Macs_Remote", ("MAC", "unknown-dst"), ("logical_switch", Ovs.Named("new_Logical_Switch")),
                ("locator_set", Ovs.Named("new_Physical_Locator_Set")), ("ipaddr", "")),
            Row("Arp_Sources_Remote", ("src_mac", mac), ("locator", Ovs.Named("new_Physical_Locator"))),
            Row("Logical_Router", ("name", name), ("description", "all columns"), ("switch_binding", Ovs.Map(("192.0.2.1/24", Ovs.Named("new_Logical_Switch")))),
                ("static_routes", Ovs.Map(("10.0.0.0/8", "192.0.2.3"))), ("acl_binding", Ovs.Map(("192.0.2.1/24", Ovs.Named("new_ACL")))),
                ("other_config", Ovs.Map())),
        ];
        await c.CommitAsync(
            "insert a row into every table of a controller, with every column that is announced",
            [.. rows.Where(r => schema.Has(r["table"]!.GetValue<string>())).Select(Announced)]);

        JsonObject Announced(JsonObject insert)
        {
            var table = insert["table"]!.GetValue<string>();
            var known = new JsonObject();
            foreach (var (column, value) in insert["row"]!.AsObject().Where(k => schema.Has(table, k.Key)))
            {
                known.Add(column, value?.DeepClone());
            }

            return Ovs.Insert(table, known, $"new_{table}");
        }
    }

    /// <summary>The checksum says whether a vendor changed the schema.</summary>
    [Check("VTEP-SCH-003", Catches = "wrong-cksum")]
    public static async Task The_checksum_is_that_of_the_published_schema(CheckContext c)
    {
        var announced = await AnnouncedAsync(c);
        var checksum = PublishedSchema.Of(announced.Version)?.Checksum;
        CheckContext.Applies(checksum is not null, $"the published checksum of version '{announced.Version}' is not known here");
        CheckContext.Applies(announced.Checksum.Length > 0, "the schema has no cksum member, which is optional");
        c.Expect(announced.Checksum == checksum, $"cksum \"{checksum}\"", $"cksum \"{announced.Checksum}\"");
    }

    /// <summary>A controller that knows nothing of a vendor's columns must be able to write.</summary>
    [Check("VTEP-SCH-004", Catches = "mandatory-vendor-column")]
    public static async Task Columns_of_the_vendor_may_be_left_out(CheckContext c)
    {
        var published = PublishedSchema.Of(c.Tester.Schema.Version) ?? PublishedSchema.Of("1.7.0")!;
        var extra = c.Tester.Schema.Tables.Values.Where(t => published.Tables.ContainsKey(t.Name))
            .SelectMany(t => t.Columns.Keys.Where(k => !published.Tables[t.Name].Columns.ContainsKey(k)).Select(k => $"{t.Name}.{k}")).ToList();
        CheckContext.Applies(extra.Count > 0, "the schema has no columns beyond the published ones");
        var name = c.Name("plain");
        await c.CommitAsync(
            $"insert rows without {string.Join(", ", extra.Take(5))}", Given.Network(name, c.Vni(), "net"), Given.Locator(c.Ip(), "far"),
            Given.RemoteMac(c.Mac(), Ovs.Named("net"), Ovs.Named("far")), Given.Router(name));
    }

    /// <summary>isRoot is not a word but what becomes of a row that nobody names.</summary>
    [Check("VTEP-SCH-005", Catches = "all-tables-are-roots keeps-garbage",
        Partly = "every table that is no root, and one that is")]
    public static async Task Rows_of_tables_that_are_no_root_go_when_nobody_names_them(CheckContext c)
    {
        var name = c.Name("unnamed");
        JsonObject[] rows =
        [
            Row("Physical_Switch", ("name", name)),
            Row("Physical_Port", ("name", name)),
            Row("Manager", ("target", $"tcp:{c.Ip()}:6640")),
            Row("Logical_Binding_Stats", ("bytes_from_local", 0)),
            Row("Physical_Locator", ("encapsulation_type", "vxlan_over_ipv4"), ("dst_ip", c.Ip())),
            Row("Physical_Locator_Set", ("locators", Ovs.Named("new_Physical_Locator"))),
            Row("Tunnel", ("local", Ovs.Named("new_Physical_Locator")), ("remote", Ovs.Named("new_Physical_Locator"))),
        ];
        var there = rows.Where(r => c.Tester.Schema.Has(r["table"]!.GetValue<string>())).ToArray();
        var reply = await c.CommitAsync("insert a row that nobody names into every table that is no root", there);
        for (var i = 0; i < there.Length; i++)
        {
            await c.ExpectRowsAsync(0, there[i]["table"]!.GetValue<string>(), Ovs.WhereUuid(reply.UuidAt(i) ?? ""), "_uuid");
        }

        await c.CommitAsync("insert a row that nobody names into a root table", Given.Network(name));
        await c.ExpectRowsAsync(1, "Logical_Switch", Given.Named(name), "name");
    }

    /// <summary>The default value "" is outside the enumeration.</summary>
    [Check("VTEP-SCH-007", Catches = "enum-default-stored")]
    public static async Task A_locator_needs_its_encapsulation(CheckContext c)
    {
        var ip = c.Ip();
        var reply = await c.TransactAsync(
            "insert a Physical_Locator without encapsulation_type, in use", Given.Network(c.Name("net"), uuidName: "net"),
            Ovs.Insert("Physical_Locator", new JsonObject { ["dst_ip"] = ip }, "far"), Given.RemoteMac(c.Mac(), Ovs.Named("net"), Ovs.Named("far")));
        c.ExpectRefused(reply, "constraint violation");
        await c.ExpectRowsAsync(0, "Physical_Locator", Ovs.Where("dst_ip", "==", ip), "dst_ip");
    }

    /// <summary>Orchestrators name networks by UUIDs with a prefix; people by anything.</summary>
    [Check("VTEP-SCH-009", Catches = "cuts-names")]
    public static async Task Names_of_networks_are_kept_whole(CheckContext c)
    {
        var taken = c.Tester.First.Rows("Logical_Switch").Select(r => r.Text("name")).ToList();
        var one = "abcdefghijklmnopqrstuvwxyz".First(letter => !taken.Contains(letter.ToString())).ToString();
        var mark = c.Name("");
        foreach (var name in new[]
        {
            one, Sized(mark, 36), Sized(c.Name(""), 64), Sized(c.Name(""), 255), c.Name("with spaces and a / slash"), c.Name("Zürich-网络"),
        })
        {
            var reply = await c.CommitAsync($"insert a Logical_Switch with a name of {name.Length} characters", Given.Network(name));
            c.ExpectColumn((await c.ExpectRowsAsync(1, "Logical_Switch", Ovs.WhereUuid(reply.UuidAt(0) ?? ""), "name"))[0], "name", name);
            await c.CommitAsync("use it", Ovs.Update("Logical_Switch", Given.Named(name), new JsonObject { ["description"] = "used" }));
        }
    }

    /// <summary>RFC 7047 section 5.1: defaults of columns that an insert leaves out.</summary>
    [Check("VTEP-SCH-010", Catches = "hidden-mandatory-column mandatory-vendor-column", Partly = "four of the root tables")]
    public static async Task An_insert_needs_mandatory_columns_only(CheckContext c)
    {
        var name = c.Name("least");
        await c.CommitAsync("insert a Logical_Switch with nothing but a name", Given.Network(name));
        var row = (await c.ExpectRowsAsync(1, "Logical_Switch", Given.Named(name)))[0];
        c.ExpectColumn(row, "tunnel_key", Ovs.Set());
        c.ExpectColumn(row, "description", "");
        await c.CommitAsync("insert a Logical_Router with nothing but a name", Ovs.Insert("Logical_Router", new JsonObject { ["name"] = name }));
        c.ExpectColumn((await c.ExpectRowsAsync(1, "Logical_Router", Given.Named(name)))[0], "static_routes", Ovs.Map());
        await c.CommitAsync(
            "insert a remote MAC with references alone", Given.Locator(c.Ip(), "far"), Given.RemoteMac(c.Mac(), Ovs.Uuid(row.Uuid), Ovs.Named("far")));
        if (c.Tester.Schema.Has("Arp_Sources_Remote"))
        {
            await c.CommitAsync(
                "insert a source of ARP", Given.Locator(c.Ip(), "far"),
                Ovs.Insert("Arp_Sources_Remote", new JsonObject { ["src_mac"] = c.Mac(), ["locator"] = Ovs.Named("far") }));
        }
    }

    /// <summary>other_config is a place for everybody.</summary>
    [Check("VTEP-SCH-012", Catches = "refuses-other-config", Partly = "other_config of Logical_Switch only")]
    public static async Task Unknown_keys_of_other__config_are_kept(CheckContext c)
    {
        c.Needs("Logical_Switch", "other_config");
        var name = c.Name("configured");
        var config = Ovs.Map(("vteplab:nosuch", "x"), ("another key", ""));
        await c.CommitAsync("insert a Logical_Switch with unknown keys", Ovs.Insert(
            "Logical_Switch", new JsonObject { ["name"] = name, ["other_config"] = config.DeepClone() }));
        c.ExpectColumn((await c.ExpectRowsAsync(1, "Logical_Switch", Given.Named(name), "other_config"))[0], "other_config", config);
    }

    private static async Task<DeviceSchema> AnnouncedAsync(CheckContext c)
    {
        var reply = await c.RequestAsync("ask for the schema", "get_schema", Ovs.Array(Tester.Database));
        return DeviceSchema.Read(reply.Result ?? OvsValue.Parse("{}"));
    }

    private static JsonObject Row(string table, params (string Column, JsonNode Value)[] columns)
    {
        var row = new JsonObject();
        foreach (var (column, value) in columns)
        {
            row.Add(column, value.DeepClone());
        }

        return Ovs.Insert(table, row, $"new_{table}");
    }

    private static string Sized(string start, int length) => start.PadRight(length, '0');

    private static string Number(long? number) => number is { } n ? n.ToString(System.Globalization.CultureInfo.InvariantCulture) : "without limit";
}
