namespace VtepLab.Ovsdb;

/// <summary>An error object of the protocol: the name, and what ovsdb-server says beside it.</summary>
/// <param name="Name">The member <c>error</c>, one of <see cref="ErrorNames"/>.</param>
/// <param name="Details">The member <c>details</c>: what is wrong, for people.</param>
/// <param name="Syntax">The member <c>syntax</c>: the JSON text that is wrong, with sorted members.</param>
public record OvsdbError(string Name, string? Details = null, string? Syntax = null)
{
    /// <summary>The member <c>io-error</c> of an <c>I/O error</c>: what the system says, such as <c>No space left on device</c>.</summary>
    public string? IoError { get; init; }

    /// <summary>A syntax error about a piece of the request.</summary>
    public static OvsdbError BadSyntax(JsonValue about, string details) => new(ErrorNames.SyntaxError, details, about.ToString());

    /// <summary>A constraint violation.</summary>
    public static OvsdbError Constraint(string details) => new(ErrorNames.ConstraintViolation, details);

    /// <summary>The error as an exception.</summary>
    public OvsdbErrorException AsException() => new(this);

    /// <summary>Writes <c>{"error":..,"details":..,"syntax":..,"io-error":..}</c>, absent members left out.</summary>
    public void WriteTo(JsonWriter writer)
    {
        writer.Raw("{\"error\":"u8);
        writer.String(Name);
        if (Details is not null)
        {
            writer.Raw(",\"details\":"u8);
            writer.String(Details);
        }

        if (Syntax is not null)
        {
            writer.Raw(",\"syntax\":"u8);
            writer.String(Syntax);
        }

        if (IoError is not null)
        {
            writer.Raw(",\"io-error\":"u8);
            writer.String(IoError);
        }

        writer.Raw((byte)'}');
    }

    /// <inheritdoc/>
    public override string ToString() => Details is null ? Name : $"{Name}: {Details}" + (Syntax is null ? "" : $" (at {Syntax})") + (IoError is null ? "" : $" ({IoError})");
}
