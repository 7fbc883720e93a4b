using System.Text.Json.Nodes;

namespace VtepLab.Conformance.Wire;

/// <summary>Builds OVSDB values and operations as they stand on the wire (RFC 7047 sections 5.1 and 5.2).</summary>
public static class Ovs
{
    /// <summary>A condition that matches every row.</summary>
    public static JsonArray All => [];

    /// <summary><c>["set",[...]]</c>.</summary>
    public static JsonArray Set(params JsonNode?[] members) => ["set", Array(members)];

    /// <summary><c>["map",[[k,v],...]]</c>.</summary>
    public static JsonArray Map(params (JsonNode Key, JsonNode Value)[] pairs) =>
        ["map", Array([.. pairs.Select(p => (JsonNode?)Array(p.Key, p.Value))])];

    /// <summary><c>["uuid","..."]</c>.</summary>
    public static JsonArray Uuid(string uuid) => ["uuid", uuid];

    /// <summary><c>["named-uuid","..."]</c>.</summary>
    public static JsonArray Named(string name) => ["named-uuid", name];

    /// <summary>An array of copies, so that one value may stand in several places.</summary>
    public static JsonArray Array(params JsonNode?[] items) => [.. items.Select(i => i?.DeepClone())];

    /// <summary>One condition, as a whole <c>where</c>.</summary>
    public static JsonArray Where(string column, string function, JsonNode value) => Array(Array(column, function, value));

    /// <summary>The row of that UUID, as a whole <c>where</c>.</summary>
    public static JsonArray WhereUuid(string uuid) => Where("_uuid", "==", Uuid(uuid));

    /// <summary>One mutation.</summary>
    public static JsonArray Mutation(string column, string mutator, JsonNode value) => Array(column, mutator, value);

    /// <summary>The operation insert.</summary>
    public static JsonObject Insert(string table, JsonObject row, string? uuidName = null)
    {
        var operation = Operation("insert", table);
        operation.Add("row", row.DeepClone());
        if (uuidName is not null)
        {
            operation.Add("uuid-name", uuidName);
        }

        return operation;
    }

    /// <summary>The operation select; without columns the member is left out.</summary>
    public static JsonObject Select(string table, JsonArray where, params string[] columns)
    {
        var operation = Operation("select", table);
        operation.Add("where", where.DeepClone());
        if (columns.Length > 0)
        {
            operation.Add("columns", Array([.. columns.Select(c => (JsonNode?)c)]));
        }

        return operation;
    }

    /// <summary>The operation update.</summary>
    public static JsonObject Update(string table, JsonArray where, JsonObject row)
    {
        var operation = Operation("update", table);
        operation.Add("where", where.DeepClone());
        operation.Add("row", row.DeepClone());
        return operation;
    }

    /// <summary>The operation mutate.</summary>
    public static JsonObject Mutate(string table, JsonArray where, params JsonArray[] mutations)
    {
        var operation = Operation("mutate", table);
        operation.Add("where", where.DeepClone());
        operation.Add("mutations", Array([.. mutations]));
        return operation;
    }

    /// <summary>The operation delete.</summary>
    public static JsonObject Delete(string table, JsonArray where)
    {
        var operation = Operation("delete", table);
        operation.Add("where", where.DeepClone());
        return operation;
    }

    /// <summary>The operation wait; without a time-out the member is left out.</summary>
    public static JsonObject Wait(string table, JsonArray where, string[] columns, string until, JsonArray rows, int? timeout)
    {
        var operation = Operation("wait", table);
        operation.Add("where", where.DeepClone());
        operation.Add("columns", Array([.. columns.Select(c => (JsonNode?)c)]));
        operation.Add("until", until);
        operation.Add("rows", rows.DeepClone());
        if (timeout is { } milliseconds)
        {
            operation.Add("timeout", milliseconds);
        }

        return operation;
    }

    /// <summary>The operation abort.</summary>
    public static JsonObject Abort() => new() { ["op"] = "abort" };

    /// <summary>The operation comment.</summary>
    public static JsonObject Comment(string text) => new() { ["op"] = "comment", ["comment"] = text };

    /// <summary>The operation assert.</summary>
    public static JsonObject Assert(string lockName) => new() { ["op"] = "assert", ["lock"] = lockName };

    private static JsonObject Operation(string name, string table) => new() { ["op"] = name, ["table"] = table };
}
