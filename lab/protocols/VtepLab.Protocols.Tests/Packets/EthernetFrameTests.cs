using VtepLab.Packets;

namespace VtepLab.Protocols.Tests.Packets;

public class EthernetFrameTests
{
    private const string Addresses = "ffffffffffff" + "021ac000020b";

    [Test]
    public void An_untagged_frame_has_no_tag()
    {
        Assert.That(EthernetFrame.TryRead(Convert.FromHexString(Addresses + "0806" + "0102"), out var frame), Is.True);

        Assert.That(frame.Destination, Is.EqualTo(MacAddress.Broadcast));
        Assert.That(frame.Source, Is.EqualTo(MacAddress.Parse("02:1a:c0:00:02:0b")));
        Assert.That(frame.TagCount, Is.Zero);
        Assert.That(frame.EtherType, Is.EqualTo(EtherTypes.Arp));
        Assert.That(frame.Payload.ToArray(), Is.EqualTo(new byte[] { 1, 2 }));
    }

    [Test]
    public void Stacked_tags_are_read_from_the_outside_in()
    {
        // 802.1ad tag, priority 5, VLAN 200; then 802.1Q tag, drop eligible, VLAN 10; then IPv4.
        Assert.That(EthernetFrame.TryRead(Convert.FromHexString(Addresses + "88a8a0c8" + "8100100a" + "0800" + "45"), out var frame), Is.True);

        Assert.That(frame.TagCount, Is.EqualTo(2));
        Assert.That(frame.Tag(0), Is.EqualTo(new VlanTag(200, 5, false, EtherTypes.ServiceVlan)));
        Assert.That(frame.Tag(1), Is.EqualTo(new VlanTag(10, 0, true)));
        Assert.That(frame.EtherType, Is.EqualTo(EtherTypes.IPv4));
        Assert.That(frame.Payload.ToArray(), Is.EqualTo(new byte[] { 0x45 }));
    }

    [TestCase(Addresses, TestName = "A_frame_without_a_type_is_refused")]
    [TestCase(Addresses + "8100", TestName = "A_frame_cut_in_its_tag_is_refused")]
    [TestCase(Addresses + "8100000a", TestName = "A_frame_cut_behind_its_tag_is_refused")]
    [TestCase(Addresses + "8100000a" + "81000b", TestName = "A_frame_cut_in_its_second_tag_is_refused")]
    public void TryRead_refuses(string hex) => Assert.That(EthernetFrame.TryRead(Convert.FromHexString(hex), out _), Is.False);

    [Test]
    public void A_tag_is_pushed_and_taken_off_again()
    {
        var plain = Convert.FromHexString(Addresses + "0800" + "4500");
        Assert.That(EthernetFrame.TryRead(plain, out var frame), Is.True);
        var buffer = new byte[64];

        var tagged = buffer.AsSpan(0, frame.CopyWithOuterTag(buffer, new VlanTag(10))).ToArray();

        Assert.That(Convert.ToHexStringLower(tagged), Is.EqualTo(Addresses + "8100000a" + "0800" + "4500"));
        Assert.That(EthernetFrame.TryRead(tagged, out var again), Is.True);
        Assert.That(buffer.AsSpan(0, again.CopyWithoutOuterTag(buffer)).ToArray(), Is.EqualTo(plain));
    }
}
