using System.Text.Json.Nodes;
using VtepLab.HardwareVtep;
using VtepLab.Ovsdb;

namespace VtepLab.Emulators.HardwareVtep;

/// <summary>The schema a switch works by and the one it announces; the same for an honest switch.</summary>
internal static class SwitchSchema
{
    /// <summary>The schema the database is made of.</summary>
    public static DatabaseSchema Served(HardwareVtepOptions options) => options.Quirks.IsEmpty && options.SchemaText is null
        ? VtepSchema.Load(options.SchemaVersion)
        : DatabaseSchema.Parse(ServedJson(options).ToJsonString());

    /// <summary>What get_schema answers instead; null when it answers the truth.</summary>
    public static JsonObject? Announced(HardwareVtepOptions options)
    {
        var quirks = options.Quirks;
        if (quirks.Has(SwitchQuirkBook.CutsSchema))
        {
            var cut = Honest(options);
            Tables(cut).Remove("Tunnel");
            return cut;
        }

        if (quirks.Has(SwitchQuirkBook.AnnouncesOtherVersion))
        {
            var other = VtepSchema.ToJson(new Version(1, 3, 0));
            var latest = VtepSchema.ToJson();
            other["version"] = latest["version"]!.DeepClone();
            other["cksum"] = latest["cksum"]!.DeepClone();
            return other;
        }

        SwitchQuirk[] hidden =
        [
            SwitchQuirkBook.ServesFewerColumns, SwitchQuirkBook.AllTablesAreRoots, SwitchQuirkBook.EnumDefaultStored,
            SwitchQuirkBook.WritesImmutableColumns, SwitchQuirkBook.IgnoresConstraints, SwitchQuirkBook.DuplicateLocators,
            SwitchQuirkBook.FaultsSurviveRestart,
        ];
        return Array.Exists(hidden, quirks.Has) ? AsServersWriteIt(Honest(options)) : null;
    }

    private static JsonObject Honest(HardwareVtepOptions options) =>
        options.SchemaText is { } text ? JsonNode.Parse(text)!.AsObject() : VtepSchema.ToJson(options.SchemaVersion);

    private static JsonObject ServedJson(HardwareVtepOptions options)
    {
        var quirks = options.Quirks;
        var schema = quirks.Has(SwitchQuirkBook.AnnouncesOtherVersion) ? VtepSchema.ToJson(new Version(1, 3, 0)) : Honest(options);
        if (quirks.Has(SwitchQuirkBook.WrongCksum))
        {
            schema["cksum"] = "1234567890 11434";
        }

        if (quirks.Has(SwitchQuirkBook.MandatoryVendorColumn))
        {
            Columns(schema, "Logical_Switch")["vendor_class"] =
                JsonNode.Parse("""{"type":{"key":{"type":"string","enum":["set",["bridged","routed"]]}}}""");
        }

        if (quirks.Has(SwitchQuirkBook.ServesFewerColumns))
        {
            Columns(schema, "Logical_Switch").Remove("replication_mode");
            Columns(schema, "Physical_Port").Remove("acl_bindings");
            Columns(schema, "Logical_Router").Remove("acl_binding");
            Tables(schema).Remove("ACL");
            Tables(schema).Remove("ACL_entry");
        }

        if (quirks.Has(SwitchQuirkBook.EnumDefaultStored))
        {
            Columns(schema, "Physical_Locator")["encapsulation_type"]!["type"] = "string";
        }

        if (quirks.Has(SwitchQuirkBook.DuplicateLocators))
        {
            Tables(schema)["Physical_Locator"]!.AsObject().Remove("indexes");
        }

        foreach (var (_, table) in Tables(schema))
        {
            if (quirks.Has(SwitchQuirkBook.AllTablesAreRoots))
            {
                table!["isRoot"] = true;
            }

            foreach (var (_, column) in table!["columns"]!.AsObject())
            {
                Loosen(column!.AsObject(), quirks);
            }
        }

        return schema;
    }

    private static void Loosen(JsonObject column, SwitchQuirks quirks)
    {
        if (quirks.Has(SwitchQuirkBook.WritesImmutableColumns))
        {
            column.Remove("mutable");
        }

        if (quirks.Has(SwitchQuirkBook.FaultsSurviveRestart))
        {
            column.Remove("ephemeral");
        }

        if (quirks.Has(SwitchQuirkBook.IgnoresConstraints) && column["type"] is JsonObject type)
        {
            if (type["key"] is JsonObject key)
            {
                key.Remove("minInteger");
                key.Remove("maxInteger");
                key.Remove("enum");
            }

            if (type["max"] is not null)
            {
                type["min"] = 0;
            }
        }
    }

    /// <summary>A server does not call a column ephemeral that holds strong references to rows that are collected.</summary>
    private static JsonObject AsServersWriteIt(JsonObject schema)
    {
        Columns(schema, "Physical_Port")["vlan_stats"]!.AsObject().Remove("ephemeral");
        return schema;
    }

    private static JsonObject Tables(JsonObject schema) => schema["tables"]!.AsObject();

    private static JsonObject Columns(JsonObject schema, string table) => Tables(schema)[table]!["columns"]!.AsObject();
}
