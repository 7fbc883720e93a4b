namespace VtepLab.Ovsdb;

/// <summary>The locks of a server (RFC 7047 sections 4.1.8 to 4.1.10), each a queue of sessions whose first owns it.</summary>
internal sealed class LockTable
{
    private readonly Dictionary<string, List<Waiter>> _queues = new(StringComparer.Ordinal);
    private readonly Dictionary<OvsdbSession, List<Waiter>> _ofSession = [];

    /// <summary>Whether a session owns a lock.</summary>
    public bool Owns(OvsdbSession session, string name) =>
        _queues.TryGetValue(name, out var queue) && queue.Count > 0 && queue[0].Session == session;

    /// <summary>Whether a session has asked for a lock and not given it up since.</summary>
    public bool HasAsked(OvsdbSession session, string name) => Find(session, name) is not null;

    /// <summary>The locks that a session has asked for, by name, and where it stands with each.</summary>
    public IEnumerable<(string Name, LockStanding Standing)> Of(OvsdbSession session) =>
        _ofSession.TryGetValue(session, out var waiters)
            ? waiters.Select(waiter => (waiter.Name, Standing(waiter))).OrderBy(entry => entry.Name, StringComparer.Ordinal)
            : [];

    /// <summary>How many locks a session has asked for.</summary>
    public int CountOf(OvsdbSession session) => _ofSession.TryGetValue(session, out var waiters) ? waiters.Count : 0;

    /// <summary>Queues a session, or puts it first by force.</summary>
    /// <returns>Whether it owns the lock now.</returns>
    public bool Ask(OvsdbSession session, string name, bool steal)
    {
        if (!_queues.TryGetValue(name, out var queue))
        {
            _queues.Add(name, queue = []);
        }

        if (!_ofSession.TryGetValue(session, out var waiters))
        {
            _ofSession.Add(session, waiters = []);
        }

        var waiter = new Waiter(session, name, steal);
        waiters.Add(waiter);
        if (!steal)
        {
            queue.Add(waiter);
            return queue.Count == 1;
        }

        if (queue.Count > 0)
        {
            var victim = queue[0];
            if (victim.Stole)
            {
                queue.RemoveAt(0); // Who came by force does not come again; who queued goes on waiting.
            }

            victim.Session.SendLockNotice("stolen", name);
        }

        queue.Insert(0, waiter);
        return true;
    }

    /// <summary>Gives a lock up, owned or waited for.</summary>
    public void Release(OvsdbSession session, string name)
    {
        if (Find(session, name) is { } waiter)
        {
            _ofSession[session].Remove(waiter);
            Leave(waiter);
        }
    }

    /// <summary>Gives everything up.</summary>
    public void ReleaseAll(OvsdbSession session)
    {
        if (_ofSession.Remove(session, out var waiters))
        {
            waiters.ForEach(Leave);
        }
    }

    private LockStanding Standing(Waiter waiter) =>
        Owns(waiter.Session, waiter.Name) ? LockStanding.Held : waiter.Stole ? LockStanding.Lost : LockStanding.Waiting;

    private Waiter? Find(OvsdbSession session, string name) =>
        _ofSession.TryGetValue(session, out var waiters) ? waiters.Find(waiter => waiter.Name == name) : null;

    private void Leave(Waiter waiter)
    {
        if (!_queues.TryGetValue(waiter.Name, out var queue) || !queue.Remove(waiter))
        {
            return;
        }

        if (queue.Count == 0)
        {
            _queues.Remove(waiter.Name);
        }
        else
        {
            // ovsdb-server tells whoever is first now, even when somebody behind it left.
            queue[0].Session.SendLockNotice("locked", waiter.Name);
        }
    }

    private sealed class Waiter(OvsdbSession session, string name, bool stole)
    {
        public OvsdbSession Session { get; } = session;

        public string Name { get; } = name;

        public bool Stole { get; } = stole;
    }
}
