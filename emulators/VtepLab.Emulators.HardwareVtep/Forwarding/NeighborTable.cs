using VtepLab.Packets;

namespace VtepLab.Emulators.HardwareVtep;

/// <summary>The link addresses of neighbours, and the few frames that wait for one.</summary>
/// <typeparam name="TKey">What names a neighbour.</typeparam>
/// <param name="time">The clock.</param>
/// <param name="age">How long an answer is good; null for ever.</param>
internal sealed class NeighborTable<TKey>(TimeProvider time, TimeSpan? age = null)
    where TKey : notnull
{
    private const int MostWaiting = 8;
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(1);

    private readonly Dictionary<TKey, Neighbour> _neighbours = [];

    /// <summary>True, and the address, of a neighbour that has answered.</summary>
    public bool TryFind(TKey key, out MacAddress mac)
    {
        if (_neighbours.TryGetValue(key, out var neighbour) && neighbour.Mac is { } known
            && !(age is { } limit && time.GetElapsedTime(neighbour.Learned) >= limit))
        {
            mac = known;
            return true;
        }

        mac = default;
        return false;
    }

    /// <summary>True for a neighbour somebody has asked for, or that was heard.</summary>
    public bool Knows(TKey key) => _neighbours.ContainsKey(key);

    /// <summary>Keeps a frame for a neighbour that has not answered; of too many the later ones are lost.</summary>
    /// <returns>True when it is time to ask.</returns>
    public bool Wait(TKey key, ReadOnlySpan<byte> frame)
    {
        var neighbour = Of(key);
        if (neighbour.Waiting.Count < MostWaiting)
        {
            neighbour.Waiting.Add(frame.ToArray());
        }

        if (neighbour.Asked is { } asked && time.GetElapsedTime(asked) < AskAgain)
        {
            return false;
        }

        neighbour.Asked = time.GetTimestamp();
        return true;
    }

    /// <summary>Notes an answer.</summary>
    /// <returns>What had waited for it.</returns>
    public IReadOnlyList<byte[]> Learn(TKey key, MacAddress mac)
    {
        var neighbour = Of(key);
        (neighbour.Mac, neighbour.Learned) = (mac, time.GetTimestamp());
        var waited = neighbour.Waiting;
        neighbour.Waiting = [];
        return waited;
    }

    /// <summary>Forgets neighbours.</summary>
    public void Forget(Func<TKey, bool> isGone)
    {
        foreach (var gone in _neighbours.Keys.Where(isGone).ToList())
        {
            _neighbours.Remove(gone);
        }
    }

    private Neighbour Of(TKey key)
    {
        if (!_neighbours.TryGetValue(key, out var neighbour))
        {
            _neighbours.Add(key, neighbour = new Neighbour());
        }

        return neighbour;
    }

    private sealed class Neighbour
    {
        public MacAddress? Mac { get; set; }

        public long Learned { get; set; }

        public long? Asked { get; set; }

        public List<byte[]> Waiting { get; set; } = [];
    }
}
