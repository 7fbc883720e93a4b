using VtepLab.Packets;

namespace VtepLab.Emulators.Endpoints;

/// <summary>A UDP datagram that reached its endpoint.</summary>
/// <param name="Source">Who sent it.</param>
/// <param name="SourcePort">From which port.</param>
/// <param name="DestinationPort">To which port.</param>
/// <param name="TimeToLive">What was left of its time to live: 64 at the sender, one less behind each router.</param>
/// <param name="Payload">What it carries.</param>
/// <param name="At">When, on the endpoint's clock.</param>
public sealed record ReceivedDatagram(
    IpAddress Source, int SourcePort, int DestinationPort, int TimeToLive, ReadOnlyMemory<byte> Payload, DateTimeOffset At);

/// <summary>How a ping ended.</summary>
/// <param name="IsAnswered">True when the reply came in time.</param>
/// <param name="RoundTrip">How long it took; zero without a reply.</param>
/// <param name="TimeToLive">What was left of the reply's time to live.</param>
public readonly record struct PingResult(bool IsAnswered, TimeSpan RoundTrip, int TimeToLive);
