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
    private readonly SortedDictionary<string, SortedDictionary<string, JsonObject>> _collections = new(StringComparer.Ordinal);

    private readonly Dictionary<(string Collection, string Id), string> _texts = []; // As they are stored.
    private readonly Dictionary<string, long> _versions = [];

    private DocumentStore(ModelDatabase database)
    {
        _database = database;
        database.Changed += Follow;
        foreach (var row in database.Replica.Table(Table).Rows)
        {
            Set(row);
        }
    }

    /// <summary>Called with the collection of a document that was written or deleted, by whomever: as it was, and as it is; null where it is not.</summary>
    public event Action<string, JsonObject?, JsonObject?>? Changed;

    /// <summary>Opens the store.</summary>
    public static async Task<DocumentStore> OpenAsync(IHost host, ModelDatabaseOptions options, CancellationToken cancel) =>
        new(await ModelDatabase.OpenAsync(host, Schema, options, cancel));

    /// <summary>The resources of a collection, in the order of their ids. They are not to be changed.</summary>
    public IReadOnlyCollection<JsonObject> All(string collection) => _collections.TryGetValue(collection, out var all) ? all.Values : [];

    /// <summary>A number that another content of a collection never had.</summary>
    public long VersionOf(string collection) => _versions.GetValueOrDefault(collection);

    /// <summary>The ports by network, and the addresses they have.</summary>
    public PortIndex Ports { get; } = new();

    /// <summary>A resource; null when there is none.</summary>
    public JsonObject? Find(string collection, string id) => _collections.GetValueOrDefault(collection)?.GetValueOrDefault(id);

    /// <summary>Returns when what other servers have written until now is there.</summary>
    public Task WhenShownAsync(CancellationToken cancel) => _database.WhenShownAsync(cancel);

    /// <summary>Writes resources; returns when they are durable.</summary>
    public Task PutAsync(CancellationToken cancel, params IReadOnlyList<(string Collection, JsonObject Document)> documents) => _database.WriteAsync(
        write =>
        {
            foreach (var (collection, document) in documents)
            {
                var id = (string)document["id"]!;
                var text = document.ToJsonString();
                if (!_texts.TryGetValue((collection, id), out var old))
                {
                    write.Insert(Table, ("collection", collection), ("id", id), ("document", text));
                }
                else if (old != text)
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
            foreach (var (collection, id) in keys.Where(k => Find(k.Collection, k.Id) is not null))
            {
                write.Delete(Table, Where.Column("collection", collection).And("id", id));
            }
        },
        cancel);

    /// <summary>The schema of the database.</summary>
    public static DatabaseSchema Schema { get; } = DatabaseSchema.Parse(
        """
        {"name": "VtepLab_Neutron", "version": "1.0.0", "tables": {"Resource": {
          "columns": {"collection": {"type": "string"}, "id": {"type": "string"}, "document": {"type": "string"}},
          "isRoot": true, "indexes": [["collection", "id"]]}}}
        """);

    private void Follow(ReplicaChange change)
    {
        // All of a transaction first, for whoever is told of one document may look at another; and what ends before what begins, for the
        // row that begins may be of the same document.
        var rows = change.Rows.Where(r => r.Table == Table).ToList();
        var olds = rows.ConvertAll(r => r.Old is { } old ? Remove(old["collection"].String, old["id"].String) : null);
        var news = rows.ConvertAll(r => r.New is { } now ? Set(now) : null);
        for (var i = 0; i < rows.Count; i++)
        {
            Changed?.Invoke((rows[i].New ?? rows[i].Old)!["collection"].String, olds[i], news[i]);
        }
    }

    private JsonObject? Remove(string collection, string id)
    {
        _versions[collection] = VersionOf(collection) + 1;
        _texts.Remove((collection, id));
        if (_collections[collection].Remove(id, out var gone) && collection == "ports")
        {
            Ports.Remove(gone);
        }

        return gone;
    }

    private JsonObject Set(ReplicaRow row)
    {
        var (collection, id, text) = (row["collection"].String, row["id"].String, row["document"].String);
        var document = JsonNode.Parse(text)!.AsObject();
        if (!_collections.TryGetValue(collection, out var all))
        {
            _collections.Add(collection, all = new(StringComparer.Ordinal));
        }

        _versions[collection] = VersionOf(collection) + 1;
        all[id] = document;
        _texts[(collection, id)] = text;
        if (collection == "ports")
        {
            Ports.Add(document);
        }

        return document;
    }
}
