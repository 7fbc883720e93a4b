namespace VtepLab.Ovsdb;

/// <summary>The answer to one request: a result or an error.</summary>
/// <param name="Result">The member <c>result</c>; missing when <paramref name="Error"/> is set.</param>
/// <param name="Error">What the peer refused with; bare-string errors have a name only.</param>
public readonly record struct OvsdbReply(JsonValue Result, OvsdbError? Error)
{
    /// <summary>Reads a reply of any generation of servers.</summary>
    /// <remarks>
    /// ovsdb-server leaves <c>result</c> out of error replies and RFC 7047 makes it null; up to 2.3 it put the error object of
    /// methods other than transact into <c>result</c>. All are the same here.
    /// </remarks>
    internal static OvsdbReply Read(JsonValue message)
    {
        var error = message.Member("error"u8);
        if (error.Kind is not (JsonKind.Missing or JsonKind.Null))
        {
            return new OvsdbReply(default, ReadError(error));
        }

        var result = message.Member("result"u8);
        return result.Member("error"u8).Kind == JsonKind.String ? new OvsdbReply(default, ReadError(result)) : new OvsdbReply(result, null);
    }

    /// <summary>Reads an error: a string, or an object with <c>error</c>, <c>details</c> and <c>syntax</c>.</summary>
    internal static OvsdbError ReadError(JsonValue error)
    {
        var name = error.Member("error"u8);
        return error.Kind == JsonKind.String ? new OvsdbError(error.GetString())
            : name.Kind != JsonKind.String ? new OvsdbError(error.ToString())
            : new OvsdbError(name.GetString(), Text(error.Member("details"u8)), Text(error.Member("syntax"u8)));

        static string? Text(JsonValue value) => value.Kind switch
        {
            JsonKind.Missing or JsonKind.Null => null,
            JsonKind.String => value.GetString(),
            _ => value.ToString(),
        };
    }
}
