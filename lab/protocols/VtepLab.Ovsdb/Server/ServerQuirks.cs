namespace VtepLab.Ovsdb;

/// <summary>What to do with an operation that was about to be executed.</summary>
public enum OperationVerdict
{
    /// <summary>Execute it, as an honest server does.</summary>
    Execute,

    /// <summary>Do not; the quirk has written the result that the client shall see.</summary>
    Skip,
}

/// <summary>What to do with a message that was about to be sent.</summary>
public enum MessageVerdict
{
    /// <summary>Send it.</summary>
    Send,

    /// <summary>Lose it.</summary>
    Drop,

    /// <summary>Lose it and the connection.</summary>
    Disconnect,
}

/// <summary>The points at which a server can be made to misbehave on purpose; the base class is an honest server.</summary>
/// <remarks>
/// An emulator of a faulty device derives from it and gives it to <see cref="OvsdbServerOptions.Quirks"/>. Checks at commit are
/// left out with <see cref="Database.OmittedChecks"/>; several quirks are one class that asks others in turn.
/// </remarks>
public abstract class ServerQuirks
{
    /// <summary>Asked before each operation of a transact request.</summary>
    /// <param name="transaction">The transaction so far; a quirk may change rows with it.</param>
    /// <param name="name">The member <c>op</c>, an &lt;id&gt;, perhaps of no known operation.</param>
    /// <param name="operation">The whole operation, not checked yet.</param>
    /// <param name="result">Where a skipped operation's result must be written, as one JSON value.</param>
    /// <exception cref="OvsdbErrorException">May be thrown to make the operation fail with an error of choice.</exception>
    public virtual OperationVerdict BeforeOperation(Transaction transaction, string name, JsonValue operation, JsonWriter result) =>
        OperationVerdict.Execute;

    /// <summary>Asked when all operations of a transact request succeeded, before the checks of the commit.</summary>
    /// <returns>Null to go on, or the error with which the commit shall fail.</returns>
    public virtual OvsdbError? BeforeCommit(Transaction transaction) => null;

    /// <summary>False when <see cref="BeforeSend"/> and <see cref="BeforeReceive"/> let everything pass, for good: they are not asked then.</summary>
    public virtual bool LooksAtMessages => true;

    /// <summary>Asked before each message to a session: reply, notification or echo request.</summary>
    /// <param name="session">The session.</param>
    /// <param name="method">The notification's or request's method; null for a reply.</param>
    /// <param name="message">The message, one JSON object; a quirk may put another in its place.</param>
    public virtual MessageVerdict BeforeSend(OvsdbSession session, string? method, ref ReadOnlyMemory<byte> message) => MessageVerdict.Send;

    /// <summary>Asked before each message from a session is handled.</summary>
    /// <param name="session">The session.</param>
    /// <param name="message">The message.</param>
    /// <param name="text">Its text; a quirk may put another message, well-formed JSON, in its place.</param>
    public virtual MessageVerdict BeforeReceive(OvsdbSession session, JsonValue message, ref ReadOnlyMemory<byte> text) => MessageVerdict.Send;
}
