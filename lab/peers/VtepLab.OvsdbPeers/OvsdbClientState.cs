namespace VtepLab.OvsdbPeers;

/// <summary>Where an <see cref="OvsdbClientSession"/> is between the attempts to connect.</summary>
public enum OvsdbClientState
{
    /// <summary>Not started, or stopped.</summary>
    Stopped,

    /// <summary>Connecting to the server.</summary>
    Connecting,

    /// <summary>Waiting for the server to connect to us.</summary>
    Listening,

    /// <summary>Connected; reading schema and contents.</summary>
    Synchronizing,

    /// <summary>The replica is the server's database, and transactions are taken.</summary>
    Active,

    /// <summary>Waiting before the next attempt.</summary>
    Backoff,
}
