namespace VtepLab.Ovsdb;

/// <content>Transactions: executed at once, or kept until what they wait for has come.</content>
public sealed partial class OvsdbSession
{
    private bool Transact(JsonValue parameters, JsonValue id)
    {
        var database = FindDatabase("transact", parameters);
        var idText = default(string);
        foreach (var other in Server.BlockedOf(this))
        {
            if (other.Id.ToString() == (idText ??= id.ToString()))
            {
                throw OvsdbError.BadSyntax(parameters, "transact: duplicate request ID").AsException();
            }
        }

        var context = new OperationContext { HoldsLock = name => Server.Locks.Owns(this, name), Quirks = Server.Options.Quirks };
        var runner = new OperationRunner(database, context, _reply);
        if (runner.Run(parameters) == OperationOutcome.Blocked)
        {
            if (Server.BlockedOf(this).Count() >= Server.Options.Limits.MaxBlockedTransactions)
            {
                throw new OvsdbError(ErrorNames.ResourcesExhausted, "too many transactions wait already").AsException();
            }

            Server.Block(new BlockedTransaction
            {
                Session = this,
                Database = database,
                Request = _text.Detach(),
                Arrived = Server.Options.Time.GetTimestamp(),
                Timeout = runner.Timeout,
            });
            return false;
        }

        return !runner.HasCommitted || !AnswersLater(database, runner.IsDurable);
    }

    /// <summary>Tries a waiting transaction again.</summary>
    /// <returns>False when it still waits.</returns>
    internal bool Execute(BlockedTransaction blocked)
    {
        var context = new OperationContext
        {
            HoldsLock = name => Server.Locks.Owns(this, name),
            Quirks = Server.Options.Quirks,
            ElapsedMilliseconds = Server.Elapsed(blocked),
        };
        BeginReply(_reply, blocked);
        _reply.Raw(",\"result\":"u8);
        var runner = new OperationRunner(blocked.Database, context, _reply);
        if (runner.Run(blocked.Parameters) == OperationOutcome.Blocked)
        {
            blocked.Timeout = runner.Timeout;
            return false;
        }

        if (!runner.HasCommitted || !AnswersLater(blocked.Database, runner.IsDurable))
        {
            _reply.Raw(",\"error\":null}"u8);
            Flush();
            Send(null, _reply.WrittenMemory);
            _reply.Release();
        }

        return true;
    }

    /// <summary>Drops a waiting transaction; only sessions that know of such things get a reply.</summary>
    private void Cancel(BlockedTransaction blocked)
    {
        Server.Unblock(blocked);
        if (_isChangeAware)
        {
            // Not in the writer of replies: the session may be answering the request that ends the database.
            BeginReply(_notice, blocked);
            _notice.Raw(",\"error\":\"canceled\"}"u8);
            Send(null, _notice.WrittenMemory);
            _notice.Release();
        }
    }

    private static void BeginReply(JsonWriter writer, BlockedTransaction blocked)
    {
        writer.Clear();
        writer.Raw("{\"id\":"u8);
        blocked.Id.WriteTo(writer);
    }

    /// <summary>
    /// Sends the reply that is written so far when nothing of the database that it may rest on can be lost any more: to a crash of the
    /// program, or of the machine when it is durable.
    /// </summary>
    /// <returns>False when that is so already; then the reply is the caller's to send.</returns>
    private bool AnswersLater(Database database, bool isDurable)
    {
        if (database.Log is not { } log || (!isDurable && log.IsWritten))
        {
            return false;
        }

        byte[]? kept = null;
        var isSafe = false;
        Action answer = () =>
        {
            isSafe = true;
            if (kept is not null)
            {
                Flush();
                Send(null, kept);
            }
        };
        try
        {
            (isDurable ? (Action<Action>)log.WhenStable : log.WhenWritten)(answer);
        }
        catch (OvsdbErrorException lost)
        {
            // It is committed and may be lost: as uncertain as what a connection has not answered at its end.
            Disconnect($"a transaction cannot be made durable: {lost.Error}");
            return true;
        }

        if (isSafe)
        {
            return false;
        }

        kept = [.. _reply.Written, .. ",\"error\":null}"u8];
        return true;
    }
}
