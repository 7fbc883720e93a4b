using VtepLab.Packets;

namespace VtepLab.Protocols.Tests.Packets;

public class BfdPacketTests
{
    // RFC 5880 section 4.1, by hand: version 1 diagnostic 1; state Up (3), poll; multiplier 3; length 24.
    private const string Wire = "21e00318" + "00000007" + "00000009" + "000186a0" + "000f4240" + "00000000";

    private static readonly BfdPacket Packet = new(
        BfdState.Up, BfdDiagnostic.ControlDetectionTimeExpired, 3, MyDiscriminator: 7, YourDiscriminator: 9, DesiredMinTx: 100_000,
        RequiredMinRx: 1_000_000, Poll: true);

    [Test]
    public void A_packet_is_written_as_the_RFC_draws_it()
    {
        var wire = new byte[BfdPacket.Size];
        wire.AsSpan().Fill(0xFF);

        Packet.Write(wire);

        Assert.That(Convert.ToHexStringLower(wire), Is.EqualTo(Wire));
    }

    [Test]
    public void A_packet_is_read_back()
    {
        Assert.That(BfdPacket.TryRead(Convert.FromHexString(Wire), out var packet), Is.True);
        Assert.That(packet, Is.EqualTo(Packet));
    }

    [TestCase(0, 0x41, TestName = "TryRead_discards_version_2")]
    [TestCase(1, 0xC1, TestName = "TryRead_discards_the_multipoint_bit")]
    [TestCase(1, 0xC4, TestName = "TryRead_discards_authentication_that_nobody_agreed_on")]
    [TestCase(2, 0x00, TestName = "TryRead_discards_a_detect_multiplier_of_0")]
    [TestCase(3, 0x17, TestName = "TryRead_discards_a_length_below_24")]
    [TestCase(3, 0x19, TestName = "TryRead_discards_a_length_beyond_the_payload")]
    [TestCase(7, 0x00, TestName = "TryRead_discards_my_discriminator_0")]
    [TestCase(11, 0x00, TestName = "TryRead_discards_your_discriminator_0_in_state_up")]
    public void TryRead_discards(int at, int value)
    {
        var wire = Convert.FromHexString(Wire);
        wire[at] = (byte)value;

        Assert.That(BfdPacket.TryRead(wire, out _), Is.False);
    }
}
