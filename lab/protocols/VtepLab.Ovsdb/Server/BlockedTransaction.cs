namespace VtepLab.Ovsdb;

/// <summary>A transact request whose wait is not satisfied: undone, and kept to be tried again from the start.</summary>
internal sealed class BlockedTransaction
{
    public required OvsdbSession Session { get; init; }

    public required Database Database { get; init; }

    /// <summary>The whole request.</summary>
    public required JsonText Request { get; init; }

    /// <summary>When the request arrived, in timestamps of the server's clock.</summary>
    public required long Arrived { get; init; }

    /// <summary>Milliseconds after arrival when the wait gives up; null for never.</summary>
    public long? Timeout { get; set; }

    public JsonValue Id => Request.Root.Member("id"u8);

    public JsonValue Parameters => Request.Root.Member("params"u8);
}
