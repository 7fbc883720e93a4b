using VtepLab.Packets;

namespace VtepLab.Emulators.Endpoints;

// Whom it knows by ARP, and the packets that wait for an answer: asked for three times, a second apart.
public sealed partial class Endpoint
{
    private const int Attempts = 3;
    private const int Waiting = 3;
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    private readonly Dictionary<IpAddress, MacAddress> _neighbours = [];
    private readonly Dictionary<IpAddress, Pending> _pending = [];

    /// <summary>The neighbours it knows, by address.</summary>
    public IEnumerable<(IpAddress Address, MacAddress Mac)> Neighbours => _neighbours.OrderBy(n => n.Key).Select(n => (n.Key, n.Value));

    /// <summary>Forgets its neighbours, as a guest whose ARP entries have aged does.</summary>
    public void ForgetNeighbours() => _neighbours.Clear();

    private void SendPacket(byte[] packet, IpAddress destination)
    {
        if (NextHop(destination) is not { } hop)
        {
            return;
        }

        if (_neighbours.TryGetValue(hop, out var mac))
        {
            Send(mac, EtherTypes.IPv4, packet);
            return;
        }

        if (!_pending.TryGetValue(hop, out var pending))
        {
            pending = new Pending();
            _pending.Add(hop, pending);
            Ask(hop, pending);
        }

        if (pending.Packets.Count == Waiting)
        {
            pending.Packets.Dequeue();
        }

        pending.Packets.Enqueue(packet);
    }

    private IpAddress? NextHop(IpAddress destination)
    {
        Span<byte> own = stackalloc byte[16];
        Span<byte> other = stackalloc byte[16];
        Options.Address.Write(own);
        destination.Write(other);
        for (var bit = 0; bit < Options.PrefixLength; bit++)
        {
            if (((own[bit / 8] ^ other[bit / 8]) & (0x80 >> (bit % 8))) != 0)
            {
                return Options.Gateway;
            }
        }

        return destination;
    }

    private void Ask(IpAddress address, Pending pending)
    {
        pending.Asked++;
        Send(MacAddress.Broadcast, EtherTypes.Arp, Arp(ArpPacket.Request, default, address));
        pending.Timer = _host.Time.CreateTimer(_ => AskAgain(address, pending), null, Retry, Timeout.InfiniteTimeSpan);
    }

    private void AskAgain(IpAddress address, Pending pending)
    {
        pending.Timer?.Dispose();
        pending.Timer = null;
        if (!_pending.TryGetValue(address, out var current) || current != pending)
        {
            return;
        }

        if (pending.Asked < Attempts)
        {
            Ask(address, pending);
        }
        else
        {
            _pending.Remove(address);
        }
    }

    private void ReceiveArp(ArpPacket arp)
    {
        var isForUs = arp.TargetIp == Options.Address;
        if (!arp.SenderIp.IsUnspecified && arp.SenderIp != Options.Address
            && (isForUs || _neighbours.ContainsKey(arp.SenderIp) || _pending.ContainsKey(arp.SenderIp)))
        {
            _neighbours[arp.SenderIp] = arp.SenderMac;
            if (_pending.Remove(arp.SenderIp, out var pending))
            {
                pending.Timer?.Dispose();
                while (pending.Packets.TryDequeue(out var packet))
                {
                    Send(arp.SenderMac, EtherTypes.IPv4, packet);
                }
            }
        }

        if (isForUs && arp.Operation == ArpPacket.Request && arp.SenderIp != Options.Address)
        {
            Send(arp.SenderMac, EtherTypes.Arp, Arp(ArpPacket.Reply, arp.SenderMac, arp.SenderIp));
        }
    }

    private sealed class Pending
    {
        public int Asked { get; set; }

        public ITimer? Timer { get; set; }

        public Queue<byte[]> Packets { get; } = new();
    }
}
