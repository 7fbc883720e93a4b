using VtepLab.Packets;

namespace VtepLab.Protocols.Tests.Packets;

public class VxlanHeaderTests
{
    // RFC 7348 section 5, by hand: I flag, three reserved bytes, VNI 5000 = 0x001388, one reserved byte.
    private static readonly byte[] Vni5000 = [0x08, 0, 0, 0, 0x00, 0x13, 0x88, 0];

    [Test]
    public void Write_sets_only_the_I_flag_and_the_VNI()
    {
        var wire = new byte[VxlanHeader.Size];
        wire.AsSpan().Fill(0xFF); // A reused buffer must not leak into the reserved bits.

        new VxlanHeader(new Vni(5000)).Write(wire);

        Assert.That(wire, Is.EqualTo(Vni5000));
    }

    [TestCase("0800000000138800")]
    [TestCase("FFFFFFFF001388FF", TestName = "TryRead_ignores_the_reserved_bits")]
    public void TryRead_takes_the_VNI(string hex)
    {
        Assert.That(VxlanHeader.TryRead(Convert.FromHexString(hex), out var header), Is.True);
        Assert.That(header, Is.EqualTo(new VxlanHeader(new Vni(5000))));
    }

    [TestCase("0000000000138800", TestName = "TryRead_refuses_a_header_with_the_I_flag_clear")]
    [TestCase("08000000001388", TestName = "TryRead_refuses_a_header_one_byte_short")]
    public void TryRead_refuses(string hex) =>
        Assert.That(VxlanHeader.TryRead(Convert.FromHexString(hex), out _), Is.False);
}
