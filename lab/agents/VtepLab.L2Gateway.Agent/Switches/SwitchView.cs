using VtepLab.Neutron;
using VtepLab.Ovsdb;

namespace VtepLab.L2Gateway.Agent;

/// <summary>How one attempt to carry out requests sees the switch: what it can read of it, and what it plans with.</summary>
/// <param name="Name">The switch.</param>
/// <param name="Schema">What it serves.</param>
/// <param name="Transact">Runs a transaction.</param>
/// <param name="Mirror">The monitor's copy; null where nothing is to come from it.</param>
/// <param name="Keys">Whether rows get UUIDs of ours.</param>
/// <param name="Seed">What the UUIDs of new logical switches follow from; another one for each request.</param>
/// <param name="Over">The connection.</param>
internal sealed record SwitchView(
    string Name, DatabaseSchema Schema, Transact Transact, SwitchMirror? Mirror, RowKeys Keys, Uuid Seed, OvsdbClient Over)
{
    /// <summary>True where nothing is to be sent: it is only asked whether the switch is as it should be.</summary>
    public bool OnlyLooks { get; init; }

    /// <summary>Reads what some requests are about.</summary>
    public async Task<IReadOnlyList<SwitchContent>> ReadAsync(IReadOnlyList<ContentQuery> queries, CancellationToken cancel)
    {
        // Without keys each address would be guarded by itself, where a read of all is guarded at once.
        if (Mirror is null || (Keys != RowKeys.Trusted && queries.Any(q => q.AsksForMany)))
        {
            return await ContentReader.ReadAsync(Schema, Transact, queries, cancel);
        }

        if (Mirror.Read(queries) is null)
        {
            // A logical switch may just have been made, over another connection: an answer over the mirror's brings what it is behind.
            var read = new OvsdbTransaction(Schema);
            read.Select("Logical_Switch", Where.Row(Uuid.Zero), "_uuid");
            await Transact(read, cancel);
        }

        return Mirror.Read(queries) ?? await ContentReader.ReadAsync(Schema, Transact, queries, cancel);
    }

    /// <summary>Reads what one request is about.</summary>
    public async Task<SwitchContent> ReadAsync(ContentQuery query, CancellationToken cancel) => (await ReadAsync([query], cancel))[0];

    /// <summary>Reads also where the logical switch floods what it does not know.</summary>
    public Task<SwitchContent> WithFloodsAsync(SwitchContent content, CancellationToken cancel) =>
        ContentReader.WithFloodsAsync(content, Schema, Transact, cancel);

    /// <summary>The logical switch that the row of a MAC address belongs to; that is what tells the address apart when the row is gone.</summary>
    /// <exception cref="GatewayException">There is no such row, and the request does not say either.</exception>
    public async Task<LogicalSwitchDict> LogicalSwitchOfAsync(MacDict mac, CancellationToken cancel)
    {
        if (Mirror?.LogicalSwitchOf(mac) is { } mirrored)
        {
            return mirrored;
        }

        if (mac.Uuid is { } uuid)
        {
            var read = new OvsdbTransaction(Schema);
            read.Select("Ucast_Macs_Remote", Where.Row(Uuid.FromGuid(uuid)), "logical_switch");
            if ((await Transact(read, cancel)).RowsOf(0) is [var row, ..])
            {
                return new LogicalSwitchDict(row["logical_switch"].Uuid.ToGuid(), null, null, null);
            }
        }

        return mac.LogicalSwitchId is { } id
            ? new LogicalSwitchDict(id, null, null, null)
            : throw new GatewayException($"{Name} has no remote MAC {mac.Mac} in the row {mac.Uuid:D}, and the request names no logical switch");
    }

    /// <summary>Begins a plan from what was read.</summary>
    public TransactionPlan Plan(SwitchContent content) => new(Schema, content, Name, Keys, Seed, OnlyLooks);
}
