namespace VtepLab.Ovsdb;

/// <content>Locks, and the methods that are about the session itself.</content>
public sealed partial class OvsdbSession
{
    private bool _isChangeAware;

    /// <summary>The locks that the session has asked for, by name, and where it stands with each.</summary>
    public IEnumerable<(string Name, LockStanding Standing)> Locks => Server.Locks.Of(this);

    private void Lock(string method, JsonValue parameters)
    {
        var name = ReadLockName(method, parameters);
        if (Server.Locks.HasAsked(this, name))
        {
            throw OvsdbError.BadSyntax(parameters, $"must issue \"unlock\" before new \"{method}\"").AsException();
        }

        if (Server.Locks.CountOf(this) >= Server.Options.Limits.MaxLocks)
        {
            throw new OvsdbError(ErrorNames.ResourcesExhausted, "too many locks").AsException();
        }

        var isOwner = Server.Locks.Ask(this, name, method == "steal");
        _reply.Raw(isOwner ? "{\"locked\":true}"u8 : "{\"locked\":false}"u8);
    }

    private void Unlock(JsonValue parameters)
    {
        var name = ReadLockName("unlock", parameters);
        if (!Server.Locks.HasAsked(this, name))
        {
            throw OvsdbError.BadSyntax(parameters, "unlock: \"unlock\" without \"lock\" or \"steal\"").AsException();
        }

        Server.Locks.Release(this, name);
        _reply.Raw("{}"u8);
    }

    private static string ReadLockName(string method, JsonValue parameters) =>
        parameters.Count == 1 && parameters[0].Kind == JsonKind.String && MemberReader.IsId(parameters[0].Utf8)
            ? parameters[0].GetString()
            : throw OvsdbError.BadSyntax(parameters, $"{method} request params must be <id>").AsException();

    private void SetChangeAware(JsonValue parameters)
    {
        if (parameters.Count != 1 || parameters[0].Kind is not (JsonKind.True or JsonKind.False))
        {
            throw OvsdbError.BadSyntax(parameters, "set_db_change_aware: true or false parameter expected").AsException();
        }

        _isChangeAware = parameters[0].Kind == JsonKind.True;
        _reply.Raw("{}"u8);
    }

    private void Convert(JsonValue parameters)
    {
        var database = FindDatabase("convert", parameters);
        if (parameters.Count != 2)
        {
            throw OvsdbError.BadSyntax(parameters, "array expected").AsException();
        }

        var schema = DatabaseSchema.Parse(parameters[1]);
        if (schema.Name != database.Name)
        {
            throw new OvsdbError("invalid parameters", $"new schema name ({schema.Name}) does not match database name ({database.Name})")
                .AsException();
        }

        if (database.Name[0] == '_')
        {
            throw new OvsdbError(ErrorNames.NotAllowed, $"{database.Name} cannot be converted").AsException();
        }

        var converted = DatabaseConversion.Run(database, schema, Server.Options.NewUuid);
        database.Log?.MoveTo(converted);
        _reply.Raw("{}"u8);
        Server.Replace(database, converted);
    }
}
