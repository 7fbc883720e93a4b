namespace VtepLab.Ovsdb;

/// <summary>The values of <c>error</c> that RFC 7047 and ovsdb-server use.</summary>
public static class ErrorNames
{
    public const string SyntaxError = "syntax error";
    public const string UnknownDatabase = "unknown database";
    public const string UnknownColumn = "unknown column";
    public const string UnknownFunction = "unknown function";
    public const string UnknownMutator = "unknown mutator";
    public const string ConstraintViolation = "constraint violation";
    public const string ReferentialIntegrityViolation = "referential integrity violation";
    public const string DuplicateUuidName = "duplicate uuid-name";
    public const string DuplicateUuid = "duplicate uuid";
    public const string DomainError = "domain error";
    public const string RangeError = "range error";
    public const string TimedOut = "timed out";
    public const string Aborted = "aborted";
    public const string NotOwner = "not owner";
    public const string NotAllowed = "not allowed";
    public const string ResourcesExhausted = "resources exhausted";
    public const string InputOutputError = "I/O error";

    /// <summary>What ovsdb-server calls errors to which it gives no name.</summary>
    public const string Unnamed = "ovsdb error";
}
