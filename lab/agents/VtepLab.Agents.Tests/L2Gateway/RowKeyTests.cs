using VtepLab.L2Gateway.Agent;
using VtepLab.Ovsdb;

namespace VtepLab.Agents.Tests.L2Gateway;

public class RowKeyTests
{
    private static readonly Uuid Blue = Uuid.Parse("ae2d52a4-0000-4000-8000-000000000001");

    // By Python: SHA-256 of the 16 bytes and the text, its first 16 bytes, with the bits of version 8 and of the variant.
    [Test]
    public void A_key_follows_from_the_logical_switch_and_the_address_in_either_case() =>
        Assert.That(
            new[] { RowKey.Of(Blue, "fa:16:3e:00:00:01"), RowKey.Of(Blue, "FA:16:3E:00:00:01") },
            Is.All.EqualTo(Uuid.Parse("c542d19c-8d07-8b82-911b-94a493eb2165")));

    [Test]
    public void Another_logical_switch_or_address_has_another_key() =>
        Assert.That(
            new[]
            {
                RowKey.Of(Blue, "fa:16:3e:00:00:01"), RowKey.Of(Blue, "fa:16:3e:00:00:02"),
                RowKey.Of(Uuid.Parse("ae2d52a4-0000-4000-8000-000000000002"), "fa:16:3e:00:00:01"),
            },
            Is.Unique);
}
