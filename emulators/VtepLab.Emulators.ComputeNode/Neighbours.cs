using VtepLab.Packets;

namespace VtepLab.Emulators.ComputeNode;

/// <summary>The IPv4 neighbours of one interface: who is asked for by ARP, what waits for the answer, and whose answer is known.</summary>
/// <remarks>
/// An address is asked for three times, a second apart; up to three packets wait meanwhile, as in Linux, the oldest giving way. An answer is
/// good for 900 s and is renewed by anything its owner says in ARP.
/// </remarks>
public sealed class Neighbours : IDisposable
{
    private const int Attempts = 3;
    private const int Waiting = 3;
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Age = TimeSpan.FromSeconds(900);

    private readonly Dictionary<IpAddress, Neighbour> _known = [];
    private readonly TimeProvider _time;
    private readonly Action<IpAddress> _ask;
    private readonly Action<byte[], MacAddress> _send;
    private readonly Action<byte[]> _fail;

    /// <summary>An empty table.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="ask">Sends a request for an address.</param>
    /// <param name="send">Sends a frame that has waited; its destination is to be filled in.</param>
    /// <param name="fail">Told of each frame that nobody will answer for.</param>
    public Neighbours(TimeProvider time, Action<IpAddress> ask, Action<byte[], MacAddress> send, Action<byte[]> fail)
    {
        _time = time;
        _ask = ask;
        _send = send;
        _fail = fail;
    }

    /// <summary>The MAC address of a neighbour that is known now.</summary>
    public bool TryFind(IpAddress address, out MacAddress mac)
    {
        mac = default;
        if (!_known.TryGetValue(address, out var neighbour) || neighbour.Mac is not { } found
            || _time.GetElapsedTime(neighbour.Heard) >= Age)
        {
            return false;
        }

        mac = found;
        return true;
    }

    /// <summary>Keeps a frame until its next hop has answered, and asks.</summary>
    public void Hold(IpAddress address, ReadOnlySpan<byte> frame)
    {
        if (!_known.TryGetValue(address, out var neighbour) || neighbour.Mac is not null)
        {
            neighbour?.Timer?.Dispose();
            neighbour = new Neighbour();
            _known[address] = neighbour;
            Ask(address, neighbour);
        }

        if (neighbour.Queue.Count == Waiting)
        {
            neighbour.Queue.Dequeue();
        }

        neighbour.Queue.Enqueue(frame.ToArray());
    }

    /// <summary>Hears where an address is. One that nobody asked for is noted only when told to.</summary>
    public void Hear(IpAddress address, MacAddress mac, bool create)
    {
        if (!_known.TryGetValue(address, out var neighbour))
        {
            if (!create)
            {
                return;
            }

            neighbour = new Neighbour();
            _known[address] = neighbour;
        }

        neighbour.Timer?.Dispose();
        neighbour.Timer = null;
        neighbour.Mac = mac;
        neighbour.Heard = _time.GetTimestamp();
        while (neighbour.Queue.TryDequeue(out var frame))
        {
            _send(frame, mac);
        }
    }

    /// <summary>Stops asking.</summary>
    public void Dispose()
    {
        foreach (var neighbour in _known.Values)
        {
            neighbour.Timer?.Dispose();
        }

        _known.Clear();
    }

    private void Ask(IpAddress address, Neighbour neighbour)
    {
        neighbour.Asked++;
        _ask(address);
        neighbour.Timer = _time.CreateTimer(_ => AskAgain(address, neighbour), null, Retry, Timeout.InfiniteTimeSpan);
    }

    private void AskAgain(IpAddress address, Neighbour neighbour)
    {
        neighbour.Timer?.Dispose();
        neighbour.Timer = null;
        if (!_known.TryGetValue(address, out var current) || current != neighbour || neighbour.Mac is not null)
        {
            return;
        }

        if (neighbour.Asked < Attempts)
        {
            Ask(address, neighbour);
            return;
        }

        _known.Remove(address);
        while (neighbour.Queue.TryDequeue(out var frame))
        {
            _fail(frame);
        }
    }

    private sealed class Neighbour
    {
        public MacAddress? Mac { get; set; }

        public long Heard { get; set; }

        public int Asked { get; set; }

        public ITimer? Timer { get; set; }

        public Queue<byte[]> Queue { get; } = new();
    }
}
