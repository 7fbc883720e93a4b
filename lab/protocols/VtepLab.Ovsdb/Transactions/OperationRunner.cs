namespace VtepLab.Ovsdb;

/// <summary>Executes the operations of a transact request (RFC 7047 sections 4.1.3 and 5.2) and writes their results.</summary>
/// <remarks>
/// Each operation is read when its turn comes. Results go straight into the writer; that of a failing operation is replaced by
/// its error, those after it are null, and an error at commit is one element more.
/// </remarks>
internal sealed partial class OperationRunner(Database database, OperationContext context, JsonWriter output)
{
    private readonly NamedUuids _names = new(database.NewUuid);
    private Transaction _transaction = null!;
    private bool _blocked;

    /// <summary>A commit operation asked that the reply waits for stable storage.</summary>
    public bool IsDurable { get; private set; }

    /// <summary>Whether all operations and the commit went well.</summary>
    public bool HasCommitted { get; private set; }

    /// <summary>When the outcome is blocked: the time-out of the wait that was reached, in milliseconds since arrival; null for none.</summary>
    public long? Timeout { get; private set; }

    /// <summary>Runs all operations.</summary>
    /// <param name="parameters">The array of the request: the database's name, then the operations.</param>
    public OperationOutcome Run(JsonValue parameters)
    {
        var start = output.Length;
        var count = parameters.Count - 1;
        var number = 0;
        var failed = false;
        output.Raw((byte)'[');
        using (_transaction = database.Begin())
        {
            foreach (var operation in parameters.Elements)
            {
                if (number++ == 0)
                {
                    continue;
                }

                output.Raw(number > 2 ? ","u8 : ""u8);
                if (failed)
                {
                    output.Raw("null"u8);
                    continue;
                }

                var before = output.Length;
                if (RunOne(operation, number - 1, count) is { } error)
                {
                    if (_blocked)
                    {
                        output.Truncate(start);
                        return OperationOutcome.Blocked;
                    }

                    output.Truncate(before);
                    error.WriteTo(output);
                    failed = true;
                }
            }

            if (!failed && Commit() is { } atCommit)
            {
                failed = true;
                output.Raw(count > 0 ? ","u8 : ""u8);
                atCommit.WriteTo(output);
            }
        }

        HasCommitted = !failed;
        output.Raw((byte)']');
        return OperationOutcome.Done;
    }

    private OvsdbError? Commit()
    {
        if (context.Quirks?.BeforeCommit(_transaction) is not { } refusal)
        {
            return _transaction.Commit();
        }

        return refusal;
    }

    private OvsdbError? RunOne(JsonValue operation, int number, int count)
    {
        var reader = new MemberReader(operation, "ovsdb operation", number, count);
        OvsdbError? error = null;
        var changes = false;
        string name = "";
        try
        {
            name = reader.Take("op", MemberKinds.Id).GetString();
            changes = name is "insert" or "update" or "mutate" or "delete" or "commit";
            if (context.Quirks?.BeforeOperation(_transaction, name, operation, output) == OperationVerdict.Skip)
            {
                return null;
            }

            Execute(name, ref reader);
        }
        catch (OvsdbErrorException refused)
        {
            error = refused.Error;
        }

        // What is wrong with the text overrides what is wrong with its execution.
        if (reader.Finish() is { } malformed)
        {
            _blocked = false;
            return malformed;
        }

        if (error is null && changes && database.Name[0] == '_')
        {
            error = new OvsdbError(
                ErrorNames.NotAllowed, $"{name} operation not allowed on table in reserved database {database.Name}");
        }

        return error;
    }

    private void Execute(string name, ref MemberReader reader)
    {
        switch (name)
        {
            case "insert":
                Insert(ref reader);
                break;
            case "select":
                Select(ref reader);
                break;
            case "update":
                Update(ref reader);
                break;
            case "mutate":
                Mutate(ref reader);
                break;
            case "delete":
                Delete(ref reader);
                break;
            case "wait":
                Wait(ref reader);
                break;
            case "commit":
                IsDurable |= reader.Take("durable", MemberKinds.Boolean).Kind == JsonKind.True;
                output.Raw("{}"u8);
                break;
            case "abort":
                throw new OvsdbError(ErrorNames.Aborted, "aborted by request").AsException();
            case "comment":
                _transaction.AddComment(reader.Take("comment", MemberKinds.String).GetString());
                output.Raw("{}"u8);
                break;
            case "assert":
                var held = reader.Take("lock", MemberKinds.Id).GetString();
                if (!context.HoldsLock(held))
                {
                    throw new OvsdbError(ErrorNames.NotOwner, $"Asserted lock {held} not held.").AsException();
                }

                output.Raw("{}"u8);
                break;
            default:
                throw reader.Complain($"No operation \"{name}\"");
        }
    }

    private Table ReadTable(ref MemberReader reader)
    {
        var name = reader.Take("table", MemberKinds.Id);
        return database.Find(name.Utf8) ?? throw reader.Complain($"No table named {name.GetString()}.");
    }

    /// <summary>Reads a row: the columns that are given replace those of <paramref name="fields"/>.</summary>
    private void ReadRow(JsonValue json, Table table, Datum[] fields, List<ColumnSchema>? given = null)
    {
        if (json.Kind != JsonKind.Object)
        {
            throw OvsdbError.BadSyntax(json, "row must be JSON object").AsException();
        }

        foreach (var member in json.Members)
        {
            var column = table.Schema.Find(member.Name.Utf8) ?? throw new OvsdbError(
                ErrorNames.UnknownColumn, $"No column {member.Name.GetString()} in table {table.Schema.Name}.", json.ToString())
                .AsException();
            var value = DatumReader.Read(member.Value, column.Type, _names, database.Strings);
            if (column.Index != ColumnSchema.UuidIndex)
            {
                fields[column.Index - 1] = value;
            }

            if (given is not null && !given.Contains(column))
            {
                given.Add(column);
            }
        }
    }
}
