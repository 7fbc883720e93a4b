using System.Text.Json.Nodes;
using VtepLab.Ovsdb;

namespace VtepLab.Emulators.HardwareVtep;

/// <summary>What a misbehaving switch remembers of one session: the requests that wait for a reply, and what it holds back.</summary>
internal sealed class PeerMemory
{
    /// <summary>Requests by the JSON text of their id.</summary>
    public Dictionary<string, PeerRequest> Requests { get; } = new(StringComparer.Ordinal);

    /// <summary>Updates that are to follow the next reply.</summary>
    public List<byte[]> HeldUpdates { get; } = [];

    /// <summary>True once an update was lost on purpose.</summary>
    public bool HasLostUpdate { get; set; }

    /// <summary>True while messages that came together are being read.</summary>
    public bool IsInSegment { get; set; }
}

/// <summary>A request that waits for its reply.</summary>
/// <param name="Method">The method asked for, before any quirk put another in its place.</param>
/// <param name="Parameters">Its parameters as the peer sent them.</param>
internal sealed record PeerRequest(string Method, JsonArray Parameters)
{
    /// <summary>The operations of a transact request.</summary>
    public IEnumerable<JsonNode?> Operations => Parameters.Skip(1);
}

/// <summary>The memory of every session.</summary>
internal sealed class PeerMemories
{
    private readonly Dictionary<OvsdbSession, PeerMemory> _memories = [];

    /// <summary>The memory of a session, made at first sight; those of closed sessions are dropped on the way.</summary>
    public PeerMemory Of(OvsdbSession session)
    {
        if (!_memories.TryGetValue(session, out var memory))
        {
            memory = new PeerMemory();
            _memories.Add(session, memory);
        }

        return memory;
    }

    /// <summary>Forgets sessions that have ended; true when there was one.</summary>
    public bool DropClosed()
    {
        var closed = _memories.Keys.Where(s => s.IsClosed).ToList();
        closed.ForEach(s => _memories.Remove(s));
        return closed.Count > 0;
    }
}
