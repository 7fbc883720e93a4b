using VtepLab.Emulators.HardwareVtep;
using VtepLab.Ovsdb;
using VtepLab.Packets;
using VtepLab.Simulation;

namespace VtepLab.Emulators.Tests;

/// <summary>A front end whose one database represents two switches, each with ports and tunnels of its own.</summary>
public class SeveralSwitchesTests
{
    private static readonly MacAddress HostA = MacAddress.Parse("02:00:00:00:00:0a");
    private static readonly MacAddress HostB = MacAddress.Parse("02:00:00:00:00:0b");

    private SimulatedWorld _world = null!;
    private SimulatedHost _host = null!;
    private HardwareVtepEmulator _emulator = null!;
    private readonly List<byte[]> _atA = [];
    private readonly List<byte[]> _atB = [];
    private SimulatedPort _hostA = null!;
    private SimulatedPort _hostB = null!;

    [SetUp]
    public void Build()
    {
        _atA.Clear();
        _atB.Clear();
        _world = new SimulatedWorld(5);
        _host = _world.AddHost("front", "192.0.2.1");
        _world.Link(_host.AddPort("leaf1:ul", mtu: 1600), _host.AddPort("leaf2:ul", mtu: 1600));
        _hostA = Client("a", "leaf1:eth1", _atA);
        _hostB = Client("b", "leaf2:eth1", _atB);
        HardwareVtepEmulator? started = null;
        _host.Start(async host => started = await HardwareVtepEmulator.StartAsync(host, [Leaf("leaf1", "192.0.2.11", "02:1a:c0:00:02:0b"), Leaf("leaf2", "192.0.2.12", "02:1a:c0:00:02:0c")]));
        _world.RunUntil(() => started is not null, TimeSpan.FromSeconds(1));
        _emulator = started!;
    }

    [Test]
    public void Both_are_announced_with_ports_and_addresses_of_their_own()
    {
        Assert.That(_emulator.Database.Table("Global").All.Single()["switches"].Keys.Count(), Is.EqualTo(2));
        Assert.That(Rows("Physical_Switch", "name", "tunnel_ips"), Is.EqualTo("leaf1 192.0.2.11, leaf2 192.0.2.12"));
        Assert.That(Rows("Physical_Port", "name"), Is.EqualTo("eth1, eth1"));
    }

    [Test]
    public void They_reach_each_other_through_the_underlay_by_rows_that_name_the_other_and_neither_complains()
    {
        Connect();

        _hostA.Send(Frame(HostB, HostA));
        _world.RunFor(TimeSpan.FromSeconds(2));
        _hostB.Send(Frame(HostA, HostB));
        _world.RunFor(TimeSpan.FromSeconds(2));

        Assert.That(_atB.Select(Convert.ToHexStringLower), Is.EqualTo(new[] { Convert.ToHexStringLower(Frame(HostB, HostA)) }));
        Assert.That(_atA.Select(Convert.ToHexStringLower), Is.EqualTo(new[] { Convert.ToHexStringLower(Frame(HostA, HostB)) }));
        Assert.That(Rows("Physical_Switch", "switch_fault_status"), Is.EqualTo("[], []"));
        Assert.That(Rows("Ucast_Macs_Local", "MAC"), Is.EqualTo("02:00:00:00:00:0a, 02:00:00:00:00:0b"));
        Assert.That(_emulator.Database.Table("Tunnel").All.Count(), Is.EqualTo(2), "one for each direction, each in its own switch's row");
    }

    [Test]
    public void Unbinding_one_leaves_what_the_other_publishes()
    {
        Connect();
        _hostA.Send(Frame(HostB, HostA));
        _hostB.Send(Frame(HostA, HostB));
        _world.RunFor(TimeSpan.FromSeconds(2));

        Write((database, transaction) => transaction.Set(PortOf("leaf1"), "vlan_bindings", Datum.Map(Array.Empty<KeyValuePair<Atom, Atom>>())));

        Assert.That(Rows("Ucast_Macs_Local", "MAC"), Is.EqualTo("02:00:00:00:00:0b"));
        Assert.That(_emulator.Database.Table("Mcast_Macs_Local").All.Count(), Is.EqualTo(1));
    }

    [Test]
    public void A_fault_of_a_row_they_share_is_told_once_and_goes_when_neither_has_it()
    {
        Row entry = null!;
        Write((_, transaction) =>
        {
            entry = transaction.Insert("ACL_entry", ("sequence", 1), ("direction", "ingress"), ("action", "deny"), ("source_mac", "nonsense"));
            transaction.Insert("ACL", ("acl_name", "a"), ("acl_entries", entry.Uuid));
        });
        Assert.That((Rows("ACL", "acl_fault_status"), Rows("ACL_entry", "acle_fault_status")), Is.EqualTo(("invalid_acl", "invalid_acl_entry")));

        Write((_, transaction) => transaction.Set(entry, "source_mac", "02:00:00:00:00:01"));
        Assert.That((Rows("ACL", "acl_fault_status"), Rows("ACL_entry", "acle_fault_status")), Is.EqualTo(("[]", "[]")));
    }

    [Test]
    public void Two_of_one_name_or_one_tunnel_address_are_refused()
    {
        var leaf1 = Leaf("leaf1", "192.0.2.11", "02:1a:c0:00:02:0b");

        Assert.That(() => HardwareVtepOptions.Validate([leaf1, leaf1 with { TunnelIps = ["192.0.2.12"] }]),
            Throws.ArgumentException.With.Message.EqualTo("two switches of one database are named 'leaf1'"));
        Assert.That(() => HardwareVtepOptions.Validate([leaf1, leaf1 with { Name = "leaf2" }]),
            Throws.ArgumentException.With.Message.EqualTo("two switches of one database have the tunnel address 192.0.2.11"));
    }

    private static HardwareVtepOptions Leaf(string name, string ip, string mac) =>
        new() { Name = name, Ports = ["eth1"], TunnelIps = [ip], UnderlayPort = "ul", UnderlayMac = mac };

    private static byte[] Frame(MacAddress to, MacAddress from) => Frames.Ethernet(to, from, EtherTypes.IPv4, new byte[50], new VlanTag(10));

    private SimulatedPort Client(string name, string port, List<byte[]> received)
    {
        var client = _world.AddHost(name).AddPort("eth0");
        client.Received = frame => received.Add(frame.ToArray());
        _world.Link(_host.AddPort(port), client);
        return client;
    }

    private void Connect() => Write((database, transaction) =>
    {
        var blue = transaction.Insert("Logical_Switch", ("name", "blue"), ("tunnel_key", 5000));
        foreach (var (leaf, ip, mac) in new[] { ("leaf1", "192.0.2.11", HostA), ("leaf2", "192.0.2.12", HostB) })
        {
            transaction.Set(PortOf(leaf), "vlan_bindings", Datum.Map([new KeyValuePair<Atom, Atom>(10, blue.Uuid)]));
            var locator = transaction.Insert("Physical_Locator", ("encapsulation_type", "vxlan_over_ipv4"), ("dst_ip", ip));
            transaction.Insert("Ucast_Macs_Remote", ("MAC", mac.ToString()), ("logical_switch", blue.Uuid), ("locator", locator.Uuid));
        }
    });

    private Row PortOf(string leaf)
    {
        var row = _emulator.Database.Table("Physical_Switch").All.Single(s => s["name"].String == leaf);
        return _emulator.Database.Table("Physical_Port").Find(row["ports"].Keys.Single().Uuid)!;
    }

    private string Rows(string table, params string[] columns) => string.Join(", ", _emulator.Database.Table(table).All
        .Select(r => string.Join(' ', columns.Select(c => string.Join('/', r[c].Keys.Select(k => k.String)) is { Length: > 0 } text ? text : "[]")))
        .Order(StringComparer.Ordinal));

    private void Write(Action<Database, Transaction> change)
    {
        _host.Services.Spawn("controller", _ =>
        {
            using var transaction = _emulator.Database.Begin();
            change(_emulator.Database, transaction);
            Assert.That(transaction.Commit(), Is.Null);
            return Task.CompletedTask;
        });
        _world.RunFor(TimeSpan.FromMilliseconds(100));
    }
}
