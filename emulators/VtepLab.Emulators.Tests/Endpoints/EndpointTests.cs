using VtepLab.Emulators.Endpoints;
using VtepLab.Packets;
using VtepLab.Simulation;

namespace VtepLab.Emulators.Tests.Endpoints;

/// <summary>Two endpoints on one wire.</summary>
public class EndpointTests
{
    private SimulatedWorld _world = null!;

    [Test]
    public void A_ping_asks_by_ARP_and_is_answered_with_the_same_data()
    {
        var (one, two) = Wire();

        var ping = _world.Run(() => one.PingAsync(two.Options.Address));

        Assert.That((ping.IsAnswered, ping.TimeToLive), Is.EqualTo((true, 64)));
        Assert.That(two.Frames.Select(Type), Is.EqualTo(new[] { EtherTypes.Arp, EtherTypes.IPv4 }));
        var (request, reply) = (two.Frames.Last(), one.Frames.Last());
        Assert.That(reply[42..], Is.EqualTo(request[42..]), "echo data starts behind Ethernet 14, IPv4 20 and ICMP 8 bytes");
    }

    [Test]
    public void A_ping_that_nobody_answers_ends_after_its_time()
    {
        var (one, _) = Wire();

        var ping = _world.Run(() => one.PingAsync(IpAddress.Parse("192.0.2.99"), TimeSpan.FromSeconds(4)));

        Assert.That((ping.IsAnswered, _world.Now), Is.EqualTo((false, TimeSpan.FromSeconds(4))));
    }

    [Test]
    public void An_address_that_does_not_answer_is_asked_for_three_times_a_second_apart()
    {
        var (one, two) = Wire();

        one.SendUdp(IpAddress.Parse("192.0.2.99"), 7, "x"u8);
        _world.RunFor(TimeSpan.FromSeconds(10));

        Assert.That(two.Frames, Has.Count.EqualTo(3));
    }

    [Test]
    public void A_datagram_is_recorded_with_its_sender_and_time()
    {
        var (one, two) = Wire();

        one.SendUdp(two.Options.Address, 7, "hello"u8, sourcePort: 4711);
        _world.RunFor(TimeSpan.FromSeconds(1));

        var got = two.Datagrams.Single();
        Assert.That((got.Source, got.SourcePort, got.DestinationPort, got.TimeToLive), Is.EqualTo((one.Options.Address, 4711, 7, 64)));
        Assert.That(got.Payload.ToArray(), Is.EqualTo("hello"u8.ToArray()));
    }

    [Test]
    public void An_endpoint_on_a_trunk_port_tags_what_it_sends_and_heeds_only_its_VLAN()
    {
        var (one, two) = Wire(vlanOfOne: 10, vlanOfTwo: 11);

        Assert.That(_world.Run(() => one.PingAsync(two.Options.Address)).IsAnswered, Is.False);

        Assert.That(two.Frames.Select(f => Convert.ToHexStringLower(f[12..16])), Is.Not.Empty.And.All.EqualTo("8100000a"));
    }

    [Test]
    public void A_move_is_announced_by_RARP_with_the_endpoints_own_address()
    {
        var (one, two) = Wire();

        one.AnnounceMove();
        _world.RunFor(TimeSpan.FromSeconds(1));

        // RFC 903: type 8035, operation 3, sender and target hardware address our own, protocol addresses 0.
        Assert.That(
            Convert.ToHexStringLower(two.Frames.Single()),
            Is.EqualTo("ffffffffffff021ac0000201" + "8035" + "0001080006040003" + "021ac0000201" + "00000000" + "021ac0000201" + "00000000"));
    }

    [Test]
    public void A_datagram_with_a_wrong_checksum_is_not_taken()
    {
        var (one, two) = Wire();
        var packet = Frames.Udp(one.Options.Address, two.Options.Address, 1, 7, "hello"u8);
        packet[^1] ^= 1;

        one.SendFrame(two.Options.Mac, one.Options.Mac, EtherTypes.IPv4, packet);
        _world.RunFor(TimeSpan.FromSeconds(1));

        Assert.That((two.Frames.Count, two.Datagrams.Count), Is.EqualTo((1, 0)));
    }

    private (Endpoint One, Endpoint Two) Wire(int? vlanOfOne = null, int? vlanOfTwo = null)
    {
        _world = new SimulatedWorld(seed: 1);
        var (one, two) = (_world.AddHost("one"), _world.AddHost("two"));
        _world.Link(one.AddPort("eth0"), two.AddPort("eth0"));
        return (
            new Endpoint(one.Services, EndpointOptions.At("192.0.2.1", vlan: vlanOfOne)),
            new Endpoint(two.Services, EndpointOptions.At("192.0.2.2", vlan: vlanOfTwo)));
    }

    private static ushort Type(byte[] frame) => (ushort)((frame[12] << 8) | frame[13]);
}
