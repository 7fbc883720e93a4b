namespace VtepLab.Ovsdb;

/// <summary>A database of this program behind the client's own classes: transactions run on the engine at once, and a replica shows what they have changed.</summary>
/// <remarks>
/// What <see cref="OvsdbClient"/> and <see cref="ReplicaFeed"/> do over a connection, without one: replies and updates are neither written nor read. The
/// replica shows a change as soon as it is on stable storage, whoever made it.
/// </remarks>
public sealed class LocalDatabase
{
    private readonly Database _database;
    private readonly Replica _replica;
    private readonly OperationContext _context = new() { HoldsLock = _ => false }; // There are no sessions, and so no locks.
    private readonly JsonWriter _request = new();
    private readonly JsonWriter _results = new();
    private readonly JsonText _text = new();

    /// <summary>Fills a replica from a database and keeps it.</summary>
    public LocalDatabase(Database database, Replica replica)
    {
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(replica);
        (_database, _replica) = (database, replica);
        replica.Fill(database);
        database.Committed += news => WhenStable(() => replica.Update(news));
    }

    /// <summary>Runs a transaction.</summary>
    /// <param name="transaction">At least one operation, none of which waits.</param>
    /// <param name="stable">Called, at once or later, when what it has changed is on stable storage and in the replica.</param>
    /// <exception cref="OvsdbOperationException">An operation or the commit failed; nothing was changed.</exception>
    /// <exception cref="OvsdbProtocolException">It was carried out, and is known not to come to stable storage.</exception>
    public void Transact(OvsdbTransaction transaction, Action stable)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        _request.Clear();
        _results.Clear();
        transaction.WriteTo(_request);
        _text.Read(_request.WrittenMemory);
        try
        {
            var runner = new OperationRunner(_database, _context, _results);
            if (runner.Run(_text.Root) == OperationOutcome.Blocked)
            {
                throw new ArgumentException($"a transaction on {_database.Name} waits for what nobody else can write", nameof(transaction));
            }

            if (!runner.HasCommitted)
            {
                TransactionResult.Read(transaction, JsonText.Parse(_results.WrittenMemory).Root, _database.Name); // Throws what is wrong.
            }

            WhenStable(stable);
        }
        catch (OvsdbErrorException lost)
        {
            throw new OvsdbProtocolException($"a transaction on {_database.Name} cannot be made durable: {lost.Error}", isTransient: true, lost) { IsUncertain = true };
        }
        finally
        {
            _text.Release();
        }
    }

    private void WhenStable(Action done)
    {
        if (_database.Log is { } log)
        {
            log.WhenStable(done);
        }
        else
        {
            done();
        }
    }
}
