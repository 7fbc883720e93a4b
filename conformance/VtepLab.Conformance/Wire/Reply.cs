using System.Text.Json;

namespace VtepLab.Conformance.Wire;

/// <summary>A device's answer to a request.</summary>
/// <param name="Message">The whole message.</param>
/// <param name="Sequence">Its number in the transcript.</param>
/// <param name="Took">From the request to the answer.</param>
public sealed record Reply(JsonElement Message, long Sequence, TimeSpan Took)
{
    /// <summary>The member <c>result</c>, or null when it is missing or null.</summary>
    public JsonElement? Result => Message.Member("result") is { } result && !result.IsNull() ? result : null;

    /// <summary>The member <c>error</c>, or null when it is missing or null.</summary>
    public JsonElement? Error => Message.Member("error") is { } error && !error.IsNull() ? error : null;

    /// <summary>
    /// The error's name (RFC 7047 section 3.1), or null when there is none. Servers of the generation of Open vSwitch 2.3 put it
    /// into <c>result</c>; it is found there too, and a check of its own watches over the place.
    /// </summary>
    public string? ErrorName => NameOf(Error) ?? (Result is { ValueKind: JsonValueKind.Object } result ? NameOf(result) : null);

    /// <summary>The message as text for people.</summary>
    public string Text => WireText.Short(Message.GetRawText());

    /// <summary>The name in an error object or a bare error, or null.</summary>
    public static string? NameOf(JsonElement? error) => error switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } bare => bare.GetString(),
        { } other => other.Member("error")?.Text(),
    };
}

/// <summary>A device's answer to a transact request.</summary>
/// <param name="Reply">The answer.</param>
/// <param name="Operations">How many operations the request had.</param>
public sealed record TransactReply(Reply Reply, int Operations)
{
    /// <summary>The results, one an operation and perhaps one more; empty when the answer has no array.</summary>
    public IReadOnlyList<JsonElement> Results { get; } =
        Reply.Result is { ValueKind: JsonValueKind.Array } array ? [.. array.EnumerateArray()] : [];

    /// <summary>True when every operation has a result and nothing is an error (RFC 7047 section 4.1.3).</summary>
    public bool IsCommitted =>
        Reply.Error is null && Results.Count == Operations && Results.All(r => r.ValueKind == JsonValueKind.Object && r.Member("error") is null);

    /// <summary>Position of the first error among the results, or -1.</summary>
    public int FirstErrorAt => Results.ToList().FindIndex(r => r.Member("error") is not null);

    /// <summary>Name of the first error: of an operation, of the commit, or of the request itself; null when there is none.</summary>
    public string? FirstError => FirstErrorAt >= 0 ? Reply.NameOf(Results[FirstErrorAt]) : Reply.ErrorName;

    /// <summary>The UUID that an insert answered, or null.</summary>
    public string? UuidAt(int operation) => operation < Results.Count ? Results[operation].Member("uuid")?.Uuid() : null;

    /// <summary>The count that an update, mutate or delete answered, or null.</summary>
    public int? CountAt(int operation) =>
        operation < Results.Count && Results[operation].Member("count") is { ValueKind: JsonValueKind.Number } count
        && count.TryGetInt32(out var number)
            ? number
            : null;

    /// <summary>The rows that a select answered; empty when there is no such result.</summary>
    public IReadOnlyList<Row> RowsAt(int operation) =>
        operation < Results.Count && Results[operation].Member("rows") is { ValueKind: JsonValueKind.Array } rows
            ? [.. rows.EnumerateArray().Select(r => new Row(r))]
            : [];

    /// <summary>The message as text for people.</summary>
    public string Text => Reply.Text;
}

/// <summary>One row as a device gave it.</summary>
/// <param name="Json">Column names and values.</param>
public sealed record Row(JsonElement Json)
{
    /// <summary>The row's <c>_uuid</c>, or empty.</summary>
    public string Uuid => Json.Member("_uuid")?.Uuid() ?? "";

    /// <summary>A column as it came, or null when it is not there.</summary>
    public JsonElement? this[string column] => Json.Member(column);

    /// <summary>A string column's text, or empty.</summary>
    public string Text(string column) => this[column]?.Text() ?? "";

    /// <summary>A set column's members; empty when the column is not there.</summary>
    public IReadOnlyList<JsonElement> Set(string column) => this[column]?.Members() ?? [];

    /// <summary>The texts in a set of strings.</summary>
    public IReadOnlyList<string> Texts(string column) => [.. Set(column).Select(m => m.Text()).OfType<string>()];

    /// <summary>The UUIDs in a set of references.</summary>
    public IReadOnlyList<string> Uuids(string column) => [.. Set(column).Select(m => m.Uuid()).OfType<string>()];

    /// <summary>The pairs of a map column; empty when the column is not there.</summary>
    public IReadOnlyList<(JsonElement Key, JsonElement Value)> Map(string column) => this[column]?.Pairs() ?? [];
}
