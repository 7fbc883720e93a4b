using VtepLab.Packets;

namespace VtepLab.Protocols.Tests.Packets;

public class AddressTests
{
    [Test]
    public void A_MAC_address_is_written_in_lower_case_with_colons() =>
        Assert.That(MacAddress.Parse("02:1A:C0:00:02:0B").ToString(), Is.EqualTo("02:1a:c0:00:02:0b"));

    [TestCase("02-1a-c0-00-02-0b")]
    [TestCase("2:1a:c0:0:2:b")]
    [TestCase("02:1a:c0:00:02:0g")]
    [TestCase("02:1a:c0:00:02:0b ")]
    [TestCase("+2:1a:c0:00:02:0b")]
    [TestCase("")]
    [TestCase(null)]
    public void A_MAC_address_in_any_other_form_is_refused(string? text) =>
        Assert.That(MacAddress.TryParse(text, out _), Is.False);

    [Test]
    public void The_group_bit_is_the_lowest_bit_of_the_first_byte()
    {
        Assert.That(MacAddress.Parse("01:00:5e:00:00:01").IsGroup, Is.True);
        Assert.That(MacAddress.Broadcast.IsGroup, Is.True);
        Assert.That(MacAddress.Parse("02:00:00:00:00:01").IsGroup, Is.False);
    }

    [TestCase("01:80:c2:00:00:00", true)]
    [TestCase("01:80:c2:00:00:0f", true)]
    [TestCase("01:80:c2:00:00:10", false)]
    public void Sixteen_group_addresses_stay_on_their_link(string mac, bool expected) =>
        Assert.That(MacAddress.Parse(mac).IsLinkLocal, Is.EqualTo(expected));

    [TestCase("192.0.2.11", "192.0.2.11")]
    [TestCase("2001:DB8:0:0::1", "2001:db8::1")]
    public void An_IP_address_is_written_in_its_usual_form(string text, string expected) =>
        Assert.That(IpAddress.Parse(text).ToString(), Is.EqualTo(expected));

    [TestCase("1")]
    [TestCase("10.1")]
    [TestCase("010.0.0.1")]
    [TestCase("0x7f.0.0.1")]
    [TestCase("10.0.0.256")]
    [TestCase("fe80::1%eth0")]
    [TestCase("[::1]")]
    [TestCase("garbage")]
    public void An_IP_address_in_any_other_form_is_refused(string text) =>
        Assert.That(IpAddress.TryParse(text, out _), Is.False);

    [TestCase(16777215, true)]
    [TestCase(16777216, false)]
    [TestCase(-1, false)]
    [TestCase(1L << 40, false)]
    public void A_VNI_has_24_bits_and_is_never_cut(long number, bool expected) =>
        Assert.That(Vni.TryFrom(number, out _), Is.EqualTo(expected));
}
