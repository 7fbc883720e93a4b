using VtepLab.Packets;

namespace VtepLab.Emulators.Endpoints;

// Echo requests of its own.
public sealed partial class Endpoint
{
    private readonly Dictionary<(IpAddress From, ushort Sequence), Ping> _pings = [];
    private ushort _sequence;

    /// <summary>Sends one echo request and waits for the reply.</summary>
    /// <param name="destination">Whom to.</param>
    /// <param name="within">How long to wait; 2 s when null.</param>
    /// <param name="dataBytes">How much data it carries.</param>
    public async Task<PingResult> PingAsync(IpAddress destination, TimeSpan? within = null, int dataBytes = 56)
    {
        var sequence = unchecked(++_sequence);
        var ping = new Ping(_host.Time.GetTimestamp());
        _pings[(destination, sequence)] = ping;
        var data = new byte[dataBytes];
        for (var i = 0; i < data.Length; i++)
        {
            data[i] = (byte)(i & 0xFF);
        }

        SendPacket(VtepLab.Packets.Frames.Echo(Options.Address, destination, isRequest: true, Identifier, sequence, data), destination);
        await using var timer = _host.Time.CreateTimer(
            p => ((Ping)p!).Done.TrySetResult(default), ping, within ?? TimeSpan.FromSeconds(2), Timeout.InfiniteTimeSpan);
        var result = await ping.Done.Task;
        _pings.Remove((destination, sequence));
        return result;
    }

    // The host part of the address tells the endpoints' echoes apart in a capture.
    private ushort Identifier => (ushort)(Options.Mac.Value & 0xFFFF);

    private void Answered(IpAddress from, ushort identifier, ushort sequence, int timeToLive)
    {
        if (identifier == Identifier && _pings.TryGetValue((from, sequence), out var ping))
        {
            ping.Done.TrySetResult(new PingResult(true, _host.Time.GetElapsedTime(ping.Sent), timeToLive));
        }
    }

    private sealed class Ping(long sent)
    {
        public long Sent { get; } = sent;

        public TaskCompletionSource<PingResult> Done { get; } = new();
    }
}
