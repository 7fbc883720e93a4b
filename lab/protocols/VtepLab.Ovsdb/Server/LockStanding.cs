namespace VtepLab.Ovsdb;

/// <summary>Where a session stands with a lock that it has asked for and not given up.</summary>
public enum LockStanding
{
    /// <summary>It owns the lock.</summary>
    Held,

    /// <summary>It is in the queue.</summary>
    Waiting,

    /// <summary>It had come by force and another has done the same since: it is out of the queue.</summary>
    Lost,
}
