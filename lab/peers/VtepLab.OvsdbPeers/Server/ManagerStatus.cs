using System.Globalization;
using VtepLab.Ovsdb;
using VtepLab.Runtime;

namespace VtepLab.OvsdbPeers;

/// <summary>What the <c>status</c> column of a manager's row says of its remote (vtep(5), Manager, "Status").</summary>
/// <remarks>
/// The keys are those of ovsdb-server 3.1, which tells much less of a remote that listens: how many connections it has if it has more
/// than one, its port, and 0 for both times. <c>last_error</c> is told as vtep(5) says; ovsdb-server itself leaves it out while it
/// waits to connect again.
/// </remarks>
internal static class ManagerStatus
{
    /// <summary>The map of the column.</summary>
    /// <param name="remote">The remote; null when the target makes none.</param>
    /// <param name="target">The row's target.</param>
    /// <param name="time">The host's clock.</param>
    public static SortedDictionary<string, string> Of(ServerRemote? remote, string target, TimeProvider time)
    {
        var status = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (remote is null)
        {
            // ovsdb-server takes what it does not know for something to connect to.
            Add("state", "BACKOFF");
            Add("last_error", Endpoint.TryParse(target, out _, out var error) ? null : error);
        }
        else if (remote.Settings.Endpoint.IsPassive)
        {
            Add("sec_since_connect", "0");
            Add("sec_since_disconnect", "0");
            Add("n_connections", remote.ConnectionCount > 1 ? Text(remote.ConnectionCount) : null);
            Add("bound_port", remote.ListeningOn is { Port: > 0 } local ? Text(local.Port) : null);
            Add("last_error", remote.ListeningOn is null ? remote.LastError : null);
        }
        else
        {
            Add("state", remote.State);
            Add("last_error", remote.LastError);
            Add("sec_since_connect", Seconds(remote.ConnectedAt));
            Add("sec_since_disconnect", Seconds(remote.DisconnectedAt));
            Add("locks_held", Locks(LockStanding.Held));
            Add("locks_waiting", Locks(LockStanding.Waiting));
            Add("locks_lost", Locks(LockStanding.Lost));
        }

        return status;

        void Add(string key, string? value)
        {
            if (value is not null)
            {
                status[key] = value;
            }
        }

        string? Locks(LockStanding standing) =>
            remote.Session?.Locks.Where(entry => entry.Standing == standing).Select(entry => entry.Name).ToArray() is { Length: > 0 } names
                ? string.Join(' ', names)
                : null;

        string? Seconds(long? since) => since is { } then ? Text((long)time.GetElapsedTime(then).TotalSeconds) : null;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
