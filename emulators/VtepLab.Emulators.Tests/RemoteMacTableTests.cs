using VtepLab.Emulators.HardwareVtep;
using VtepLab.HardwareVtep;
using VtepLab.Ovsdb;
using VtepLab.Packets;

namespace VtepLab.Emulators.Tests;

public class RemoteMacTableTests
{
    private static readonly RowId<LogicalSwitch> Blue = new(new Uuid(1, 1));
    private static readonly RowId<LogicalSwitch> Red = new(new Uuid(2, 2));
    private static readonly HardwareLocator Near = new(IpAddress.Parse("192.0.2.12"), null, IpAddress.Parse("192.0.2.11"));
    private static readonly HardwareLocator Far = new(IpAddress.Parse("192.0.2.13"), new Vni(7), IpAddress.Parse("192.0.2.11"));

    [Test]
    public void An_address_lives_where_its_network_says_and_belongs_to_the_row_that_came_first()
    {
        var table = Filled();

        Assert.That(table.Count, Is.EqualTo(2_000));
        Assert.That(Enumerable.Range(0, 1_000).All(n => table[(Blue, Mac(n))] == Near && table[(Red, Mac(n))] == Far));
        Assert.That(table.ContainsKey((Blue, Mac(1_000))), Is.False);
        Assert.That(table.ContainsKey((new(new Uuid(3, 3)), Mac(1))), Is.False);
        Assert.That((table.OwnerOf(Blue, Mac(5)), table.OwnerOf(Blue, Mac(1_000))), Is.EqualTo((Row(5), (RowId<UcastMacsRemote>?)null)));
        Assert.That(table.KeyedLocators()[Red], Is.EqualTo(new[] { Far }));
        Assert.That(table.KeyedLocators()[Blue], Is.Empty);
    }

    [Test]
    public void An_address_that_no_tunnel_reaches_keeps_its_place_and_is_not_shown()
    {
        var table = Filled();

        table.Hide(address => address == Near.Address);

        Assert.That((table.Count, table.Places, table.Keys.ToHashSet().Count), Is.EqualTo((1_000, 2_000, 1_000)));
        Assert.That(table.ContainsKey((Red, Mac(1))), Is.False);
        Assert.That(table.OwnerOf(Red, Mac(1)), Is.EqualTo(Row(1)));
        Assert.That(table.KeyedLocators()[Red], Is.Empty);
    }

    private static RemoteMacTable Filled()
    {
        var table = new RemoteMacTable(2_000);
        var (near, far) = (table.AddLocator(Near), table.AddLocator(Far));
        for (var n = 0; n < 1_000; n++)
        {
            table.Add(Blue, Mac(n), Row(n), near);
            table.Add(Red, Mac(n), Row(n), far);
            table.Add(Blue, Mac(n), Row(n + 1), far); // Another row of the same address.
        }

        return table;
    }

    private static MacAddress Mac(int n) => new(0x021A_0000_0000UL + (ulong)n);

    private static RowId<UcastMacsRemote> Row(int n) => new(new Uuid((ulong)n, 9));
}
