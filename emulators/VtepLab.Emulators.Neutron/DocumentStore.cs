using System.Text.Json.Nodes;
using VtepLab.Ovsdb;
using VtepLab.OvsdbPeers;
using VtepLab.Runtime;

namespace VtepLab.Emulators.Neutron;

/// <summary>Neutron's resources as the JSON objects that its API shows, durable.</summary>
internal sealed class DocumentStore
{
    private const string Table = "Resource";

    private readonly ModelDatabase _database;
    private readonly SortedDictionary<(string Collection, string Id), JsonObject> _documents = [];

    private DocumentStore(ModelDatabase database)
    {
        _database = database;
        database.Changed += Follow;
        foreach (var row in database.Replica.Table(Table).Rows)
        {
            Set(row);
        }
    }

    /// <summary>Opens the store.</summary>
    public static async Task<DocumentStore> OpenAsync(IHost host, ModelDatabaseOptions options, CancellationToken cancel) =>
        new(await ModelDatabase.OpenAsync(host, Schema(), options, cancel));

    /// <summary>The resources of a collection, in the order of their ids. They are not to be changed.</summary>
    public IEnumerable<JsonObject> All(string collection) => _documents.Where(d => d.Key.Collection == collection).Select(d => d.Value);

    /// <summary>A resource; null when there is none.</summary>
    public JsonObject? Find(string collection, string id) => _documents.GetValueOrDefault((collection, id));

    /// <summary>Writes resources; returns when they are durable.</summary>
    public Task PutAsync(CancellationToken cancel, params IReadOnlyList<(string Collection, JsonObject Document)> documents) => _database.WriteAsync(
        write =>
        {
            foreach (var (collection, document) in documents)
            {
                var id = (string)document["id"]!;
                var text = document.ToJsonString();
                if (Find(collection, id) is not { } old)
                {
                    write.Insert(Table, ("collection", collection), ("id", id), ("document", text));
                }
                else if (old.ToJsonString() != text)
                {
                    write.Update(Table, Where.Column("collection", collection).And("id", id), ("document", text));
                }
            }
        },
        cancel);

    /// <summary>Deletes resources; returns when that is durable.</summary>
    public Task DeleteAsync(CancellationToken cancel, params IReadOnlyList<(string Collection, string Id)> keys) => _database.WriteAsync(
        write =>
        {
            foreach (var (collection, id) in keys.Where(k => _documents.ContainsKey(k)))
            {
                write.Delete(Table, Where.Column("collection", collection).And("id", id));
            }
        },
        cancel);

    private static DatabaseSchema Schema() => DatabaseSchema.Parse(
        """
        {"name": "VtepLab_Neutron", "version": "1.0.0", "tables": {"Resource": {
          "columns": {"collection": {"type": "string"}, "id": {"type": "string"}, "document": {"type": "string"}},
          "isRoot": true, "indexes": [["collection", "id"]]}}}
        """);

    private void Follow(ReplicaChange change)
    {
        foreach (var row in change.Rows.Where(r => r.Table == Table))
        {
            if (row.Old is { } old)
            {
                _documents.Remove((old["collection"].String, old["id"].String));
            }

            if (row.New is { } now)
            {
                Set(now);
            }
        }
    }

    private void Set(ReplicaRow row) =>
        _documents[(row["collection"].String, row["id"].String)] = JsonNode.Parse(row["document"].String)!.AsObject();
}
