using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using VtepLab.Ovsdb;

namespace VtepLab.L2Gateway.Agent;

/// <summary>A list of a cast: some rows of one table, and how they are told.</summary>
/// <remarks>
/// The rows of unicast addresses are thousands and refer to nothing that would have to be looked up, so they become text when the list is
/// sent, and never a tree of objects; all others are made at once, from what the replica shows then.
/// </remarks>
internal sealed class CastList
{
    private const int BindingsLikeOneRow = 4;

    private readonly IReadOnlyList<ReplicaRow> _rows;
    private readonly Action<Utf8JsonWriter, ReplicaRow>? _write;
    private readonly List<JsonObject> _items = [];

    /// <summary>A list that is made at once.</summary>
    public CastList(string name, IReadOnlyList<ReplicaRow> rows, Func<ReplicaRow, JsonObject> item)
    {
        (Name, _rows) = (name, rows);
        _items.AddRange(rows.Select(item));
    }

    /// <summary>A list that is written when it is sent.</summary>
    public CastList(string name, IReadOnlyList<ReplicaRow> rows, Action<Utf8JsonWriter, ReplicaRow> write) => (Name, _rows, _write) = (name, rows, write);

    /// <summary>Its name, such as <c>new_remote_macs</c>.</summary>
    public string Name { get; }

    /// <summary>How many rows there are.</summary>
    public int Count => _rows.Count;

    /// <summary>The weights of all rows.</summary>
    public int Weight => _write is null ? _items.Sum(WeightOf) : Count;

    /// <summary>What a row weighs: 1, and more for a port with many VLANs.</summary>
    public int WeightAt(int index) => _write is null ? WeightOf(_items[index]) : 1;

    /// <summary>The UUID of a row, as text.</summary>
    public string UuidAt(int index) => _rows[index].Uuid.ToString();

    /// <summary>The rows from one index to before another, as they travel; once only.</summary>
    public JsonArray Items(int start, int end)
    {
        if (_write is null)
        {
            return new JsonArray([.. _items[start..end]]);
        }

        var text = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartArray();
            for (var i = start; i < end; i++)
            {
                _write(json, _rows[i]);
            }

            json.WriteEndArray();
        }

        return JsonNode.Parse(text.WrittenSpan)!.AsArray();
    }

    private static int WeightOf(JsonObject row) => 1 + ((row["vlan_bindings"] as JsonArray)?.Count / BindingsLikeOneRow ?? 0);
}
