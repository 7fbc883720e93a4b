using System.Text.Json;
using System.Text.Json.Nodes;
using VtepLab.HardwareVtep;
using VtepLab.Ovsdb;
using JsonValue = System.Text.Json.Nodes.JsonValue;

namespace VtepLab.Emulators.HardwareVtep;

/// <summary>How the switch stands between its database server and its peers: honest by default, misbehaving by quirk.</summary>
/// <remarks>Requests are altered before the server reads them, operations as they run, replies and updates before they leave.</remarks>
internal sealed partial class SwitchServerQuirks : ServerQuirks
{
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 1000 };

    // Escapes no more than a server does; a quirk shall change what it says it changes and nothing else.
    private static readonly JsonSerializerOptions Plain = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 1000,
    };

    private readonly SwitchQuirks _quirks;
    private readonly SwitchMishaps? _mishaps;
    private readonly IReadOnlyList<SwitchAgent> _agents;
    private readonly VtepTables _tables;
    private readonly JsonObject? _announcedSchema;
    private readonly Action<Action> _whenTurnEnds;
    private readonly PeerMemories _memories = new();
    private OvsdbSession? _lastMonitoring;
    private OvsdbSession? _replaying;
    private bool _hangs;

    /// <summary>The quirks of one switch.</summary>
    /// <param name="options">What the switch is.</param>
    /// <param name="agents">The control planes of all switches of the database.</param>
    /// <param name="database">Its database.</param>
    /// <param name="whenTurnEnds">Runs an action after everything that is ready now.</param>
    public SwitchServerQuirks(HardwareVtepOptions options, IReadOnlyList<SwitchAgent> agents, Database database, Action<Action> whenTurnEnds)
    {
        (_quirks, _mishaps) = (options.Quirks, options.Mishaps);
        _agents = agents;
        _tables = new VtepTables(database);
        _announcedSchema = SwitchSchema.Announced(options);
        _whenTurnEnds = whenTurnEnds;
        database.OmittedChecks = Omitted(_quirks);
    }

    /// <summary>True while the schema is one the switch can do nothing with: its control planes take no part in transactions.</summary>
    public bool IsSuspended { get; set; }

    /// <summary>Goes on with the database that a conversion has put in the place of the switch's.</summary>
    public void MoveTo(Database converted) => _tables.Database = converted;

    /// <inheritdoc/>
    public override bool LooksAtMessages => !_quirks.IsEmpty || _announcedSchema is not null;

    /// <inheritdoc/>
    public override OvsdbError? BeforeCommit(Transaction transaction)
    {
        if (transaction.Database != _tables.Database || IsSuspended)
        {
            return null;
        }

        _mishaps?.BeforeCommit();
        if (!transaction.HasChanges && _quirks.IsEmpty)
        {
            return null; // One that only reads.
        }

        foreach (var agent in _agents)
        {
            agent.Withdraw(transaction);
        }

        if (_quirks.Has(SwitchQuirkBook.CutsNames))
        {
            foreach (var network in _tables.All<LogicalSwitch>().Where(n => n.Name.Length > 32))
            {
                transaction.Set(_tables.Row(network.Id), "name", network.Name[..32]);
            }
        }

        _hangs |= _quirks.Has(SwitchQuirkBook.HangsOnBadAddress)
            && _tables.All<PhysicalLocator>().Any(l => !Packets.IpAddress.TryParse(l.DstIp, out _));
        return null;
    }

    private static CommitChecks Omitted(SwitchQuirks quirks) =>
        (quirks.Has(SwitchQuirkBook.AcceptsDanglingReferences) ? CommitChecks.StrongReferences : 0)
        | (quirks.Has(SwitchQuirkBook.KeepsGarbage) ? CommitChecks.GarbageCollection : 0)
        | (quirks.Has(SwitchQuirkBook.IgnoresMaxRows) ? CommitChecks.MaxRows : 0)
        | (quirks.Has(SwitchQuirkBook.IgnoresIndexes) ? CommitChecks.Indexes : 0)
        | (quirks.Has(SwitchQuirkBook.NotifiesUnchanged) ? CommitChecks.Unchanged : 0);

    private static JsonNode? Parse(ReadOnlyMemory<byte> text)
    {
        try
        {
            return JsonNode.Parse(text.Span, documentOptions: Deep);
        }
        catch (JsonException)
        {
            return null; // Bytes that are no UTF-8, which the engine lets through and no quirk looks at.
        }
    }

    private static byte[] Bytes(JsonNode node) => System.Text.Encoding.UTF8.GetBytes(node.ToJsonString(Plain));

    /// <summary>Calls back for every object inside, the outermost first.</summary>
    private static void Walk(JsonNode? node, Action<JsonObject> visit)
    {
        if (node is JsonObject members)
        {
            visit(members);
            foreach (var (_, value) in members.ToList())
            {
                Walk(value, visit);
            }
        }
        else if (node is JsonArray items)
        {
            foreach (var item in items)
            {
                Walk(item, visit);
            }
        }
    }

    private static bool Is(JsonNode? node, string word) => node is JsonValue value && value.TryGetValue<string>(out var text) && text == word;
}
