namespace VtepLab.Ovsdb;

/// <summary>The peer understood the request and said no; the database is as it was.</summary>
public sealed class OvsdbOperationException : OvsdbException
{
    /// <summary>Makes the exception from what the wire gave.</summary>
    /// <param name="doing">What was being asked of whom, such as <c>leaf1 refused insert into Logical_Switch</c>.</param>
    /// <param name="error">The name of the error, as the peer wrote it.</param>
    /// <param name="details">The peer's explanation, if it gave one.</param>
    /// <param name="syntax">The JSON text the peer complains about, if it named one.</param>
    /// <param name="operationIndex">See <see cref="OperationIndex"/>.</param>
    public OvsdbOperationException(string doing, string error, string? details = null, string? syntax = null, int? operationIndex = null)
        : base(Describe(doing, error, details, syntax), null)
    {
        Error = error;
        Details = details;
        Syntax = syntax;
        OperationIndex = operationIndex;
    }

    /// <summary>The name of the error, one of <see cref="ErrorNames"/> or a word of the method such as <c>unknown method</c>.</summary>
    public string Error { get; }

    /// <summary>The peer's explanation, if it gave one.</summary>
    public string? Details { get; }

    /// <summary>The JSON text the peer complains about, if it named one.</summary>
    public string? Syntax { get; }

    /// <summary>
    /// Which operation of the transaction failed, counted from 0. Null when every operation succeeded and the commit failed, and
    /// for methods other than <c>transact</c>.
    /// </summary>
    public int? OperationIndex { get; }

    /// <summary>True for <c>unknown method</c>: the peer is older than the method.</summary>
    public bool IsUnknownMethod => Error == "unknown method";

    /// <summary>True for a <c>wait</c> that did not come true: whatever the transaction relied on has changed; read and try again.</summary>
    public bool IsTimedOut => Error == ErrorNames.TimedOut;

    private static string Describe(string doing, string error, string? details, string? syntax) =>
        $"{doing}: {error}" + (details is null ? "" : $": {details}") + (syntax is null ? "" : $" (at {syntax})");
}
