using VtepLab.Packets;

namespace VtepLab.OpenFlow.Switching;

/// <summary>Which port a MAC address of a VLAN was last seen at; what NORMAL learns.</summary>
/// <remarks>An entry ends when its address was not heard for the ageing time; when the table is full the one longest unheard makes room.</remarks>
public sealed class MacTable(TimeProvider time, TimeSpan ageing, int capacity)
{
    private readonly Dictionary<ulong, Entry> _entries = [];
    private readonly Entry _ring = new(); // Most recently heard behind it, least recently before it.

    /// <summary>How many addresses are known, aged ones included until somebody asks for them.</summary>
    public int Count => _entries.Count;

    /// <summary>Notes where an address is. Group addresses are nobody's.</summary>
    internal void Learn(int vlan, MacAddress address, BridgePort port, long now)
    {
        if (address.IsGroup)
        {
            return;
        }

        var key = Key(vlan, address);
        if (!_entries.TryGetValue(key, out var entry))
        {
            if (_entries.Count >= capacity)
            {
                Forget(_ring.Previous);
            }

            entry = new Entry { Key = key };
            _entries.Add(key, entry);
        }
        else
        {
            entry.Unlink();
        }

        entry.LinkAfter(_ring);
        entry.Port = port;
        entry.Heard = now;
    }

    /// <summary>The port of an address, or null.</summary>
    internal BridgePort? Find(int vlan, MacAddress address, long now)
    {
        if (!_entries.TryGetValue(Key(vlan, address), out var entry))
        {
            return null;
        }

        if (time.GetElapsedTime(entry.Heard, now) < ageing)
        {
            return entry.Port;
        }

        Forget(entry);
        return null;
    }

    /// <summary>The entries in the order of VLAN and address, as <c>fdb/show</c> tells them.</summary>
    public IEnumerable<(int Vlan, MacAddress Address, BridgePort Port)> Entries()
    {
        var now = time.GetTimestamp();
        return _entries.Values.Where(e => time.GetElapsedTime(e.Heard, now) < ageing).OrderBy(e => e.Key)
            .Select(e => ((int)(e.Key >> 48), new MacAddress(e.Key & 0xFFFF_FFFF_FFFFUL), e.Port!));
    }

    /// <summary>Forgets what was heard from a port.</summary>
    internal void Forget(BridgePort port)
    {
        foreach (var entry in _entries.Values.Where(e => e.Port == port).ToArray())
        {
            Forget(entry);
        }
    }

    private static ulong Key(int vlan, MacAddress address) => ((ulong)vlan << 48) | address.Value;

    private void Forget(Entry entry)
    {
        entry.Unlink();
        _entries.Remove(entry.Key);
    }

    private sealed class Entry
    {
        public Entry()
        {
            Previous = this;
            Next = this;
        }

        public ulong Key { get; init; }

        public BridgePort? Port { get; set; }

        public long Heard { get; set; }

        public Entry Previous { get; private set; }

        public Entry Next { get; private set; }

        public void Unlink()
        {
            Previous.Next = Next;
            Next.Previous = Previous;
        }

        public void LinkAfter(Entry before)
        {
            Previous = before;
            Next = before.Next;
            Previous.Next = this;
            Next.Previous = this;
        }
    }
}
