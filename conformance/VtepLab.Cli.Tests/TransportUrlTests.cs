namespace VtepLab.Cli.Tests;

/// <summary>oslo.messaging's addresses of a message bus.</summary>
public class TransportUrlTests
{
    [TestCase("rabbit://u:p@h:5673/cloud", "amqp://u:p@h:5673/cloud")]
    [TestCase("rabbit://h", "amqp://h:5672/")]
    [TestCase("rabbit://u:p@h1:5672,u:p@h2/cloud?ssl=0", "amqp://u:p@h1:5672/cloud amqp://u:p@h2:5672/cloud")]
    [TestCase("rabbit://u:p%40q@[2001:db8::1]:5672//", "amqp://u:p%40q@[2001:db8::1]:5672/%2F")]
    [TestCase("amqps://u:p@h:5671/", "amqps://u:p@h:5671/")]
    public void Every_broker_is_an_address_of_its_own(string text, string addresses) =>
        Assert.That(string.Join(' ', TransportUrl.ToUris(text)), Is.EqualTo(addresses));

    [TestCase("rabbit://u:secret@h1,u:secret@h2/v", "rabbit://u:***@h1,u:***@h2/v")]
    [TestCase("rabbit://h1:5672,h2:5672/", "rabbit://h1:5672,h2:5672/")]
    public void No_password_is_shown(string text, string shown) => Assert.That(TransportUrl.WithoutPassword(text), Is.EqualTo(shown));
}
