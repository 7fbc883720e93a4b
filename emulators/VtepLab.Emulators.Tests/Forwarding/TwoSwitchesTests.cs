using VtepLab.Emulators.HardwareVtep;
using VtepLab.Ovsdb;
using VtepLab.Packets;
using VtepLab.Simulation;

namespace VtepLab.Emulators.Tests.Forwarding;

/// <summary>Two emulated switches with an underlay between them, in virtual time.</summary>
public class TwoSwitchesTests
{
    private static readonly MacAddress HostA = MacAddress.Parse("02:00:00:00:00:0a");
    private static readonly MacAddress HostB = MacAddress.Parse("02:00:00:00:00:0b");

    private SimulatedWorld _world = null!;
    private FrameLink _underlay = null!;
    private Leaf _leaf1 = null!;
    private Leaf _leaf2 = null!;

    [SetUp]
    public void Build()
    {
        _world = new SimulatedWorld(7);
        _leaf1 = new Leaf(_world, "leaf1", "192.0.2.11", "02:1a:c0:00:02:0b");
        _leaf2 = new Leaf(_world, "leaf2", "192.0.2.12", "02:1a:c0:00:02:0c");
        _underlay = _world.Link(_leaf1.Ul, _leaf2.Ul);
        _leaf1.Boot();
        _leaf2.Boot();
        _leaf1.Configure("192.0.2.12", HostB);
        _leaf2.Configure("192.0.2.11", HostA);
        _world.RunFor(TimeSpan.FromSeconds(1));
    }

    [Test]
    public void A_frame_crosses_the_underlay_and_leaves_with_the_other_ports_tag()
    {
        var sent = Frames.Ethernet(HostB, HostA, EtherTypes.IPv4, new byte[50], new VlanTag(10));

        _leaf1.FromHost(sent);
        _world.RunFor(TimeSpan.FromSeconds(1));

        // leaf2 has not heard HostB yet, so the frame is flooded to its one bound port, with the tag that leaf2 uses: the same VLAN.
        Assert.That(_leaf2.AtHost.Select(Convert.ToHexStringLower), Is.EqualTo(new[] { Convert.ToHexStringLower(sent) }));
        Assert.That(_leaf1.AtHost, Is.Empty);
    }

    [Test]
    public void BFD_comes_up_sees_the_cut_within_three_intervals_and_comes_back()
    {
        _leaf1.EnableBfd(("min_tx", "100"), ("min_rx", "200"));
        _leaf2.EnableBfd(("min_tx", "100"), ("min_rx", "200"));
        _world.RunUntil(() => _leaf1.Bfd("state") == "up" && _leaf2.Bfd("remote_state") == "up", TimeSpan.FromSeconds(5));
        Assert.That(_leaf1.Bfd("forwarding"), Is.EqualTo("true"));

        _underlay.SetUp(false);
        var cut = _world.Now;
        _world.RunUntil(() => _leaf1.Bfd("state") == "down" && _leaf2.Bfd("state") == "down", TimeSpan.FromSeconds(2));
        Assert.That(_world.Now - cut, Is.LessThan(TimeSpan.FromMilliseconds(3 * 200 + 50)));
        Assert.That((_leaf1.Bfd("diagnostic"), _leaf1.Bfd("forwarding")), Is.EqualTo(("Control Detection Time Expired", "false")));

        _underlay.SetUp(true);
        _world.RunUntil(() => _leaf1.Bfd("state") == "up" && _leaf2.Bfd("state") == "up", TimeSpan.FromSeconds(10));
    }

    [Test]
    public void A_peer_whose_path_is_down_is_up_and_not_forwarding()
    {
        _leaf1.EnableBfd();
        _leaf2.EnableBfd(("cpath_down", "true"));
        _world.RunUntil(() => _leaf1.Bfd("state") == "up" && _leaf1.Bfd("remote_diagnostic") == "Concatenated Path Down", TimeSpan.FromSeconds(10));

        Assert.That(_leaf1.Bfd("forwarding"), Is.EqualTo("false"));
    }

    [Test]
    public void Other_timers_do_not_end_a_session()
    {
        _leaf1.EnableBfd();
        _leaf2.EnableBfd();
        _world.RunUntil(() => _leaf1.Bfd("state") == "up" && _leaf2.Bfd("state") == "up", TimeSpan.FromSeconds(10));
        var wasDown = false;
        using var watch = _leaf2.OnBfdChange(state => wasDown |= state != "up");

        _leaf1.EnableBfd(("min_tx", "500"), ("min_rx", "500"));
        _world.RunFor(TimeSpan.FromSeconds(10));

        Assert.That(wasDown, Is.False);
    }

    private sealed class Leaf
    {
        private readonly SimulatedWorld _world;
        private readonly SimulatedHost _host;
        private readonly SimulatedPort _client;
        private readonly string _ip;
        private readonly string _mac;
        private HardwareVtepEmulator? _emulator;

        public Leaf(SimulatedWorld world, string name, string ip, string mac)
        {
            (_world, _ip, _mac) = (world, ip, mac);
            _host = world.AddHost(name, ip);
            Ul = _host.AddPort("ul", mtu: 1600);
            var access = _host.AddPort("eth1");
            _client = world.AddHost($"{name}-host").AddPort("eth0");
            _client.Received = frame => AtHost.Add(frame.ToArray());
            world.Link(access, _client);
        }

        public SimulatedPort Ul { get; }

        public List<byte[]> AtHost { get; } = [];

        public void Boot()
        {
            _host.Start(async services => _emulator = await HardwareVtepEmulator.StartAsync(services, new HardwareVtepOptions
            {
                Name = _host.Name, Ports = ["eth1"], TunnelIps = [_ip], UnderlayPort = "ul", UnderlayMac = _mac,
            }));
            _world.RunUntil(() => _emulator is not null, TimeSpan.FromSeconds(1));
        }

        public void FromHost(byte[] frame) => _client.Send(frame);

        public void Configure(string peer, MacAddress remote) => Write((database, transaction) =>
        {
            var blue = transaction.Insert("Logical_Switch", ("name", "blue"), ("tunnel_key", 5000));
            var far = transaction.Insert("Physical_Locator", ("encapsulation_type", "vxlan_over_ipv4"), ("dst_ip", peer));
            transaction.Insert("Ucast_Macs_Remote", ("MAC", remote.ToString()), ("logical_switch", blue.Uuid), ("locator", far.Uuid));
            transaction.Set(database.Table("Physical_Port").All.Single(), "vlan_bindings", Datum.Map([new KeyValuePair<Atom, Atom>(10, blue.Uuid)]));
        });

        public void EnableBfd(params (string Key, string Value)[] parameters) => Write((database, transaction) => transaction.Set(
            database.Table("Tunnel").All.Single(), "bfd_params",
            Datum.Map(parameters.Append(("enable", "true")).Select(p => KeyValuePair.Create(p.Item1, p.Item2)))));

        public string? Bfd(string key) =>
            _emulator!.Database.Table("Tunnel").All.Single()["bfd_status"].TryGetValue(key, out var value) ? value.String : null;

        public IDisposable OnBfdChange(Action<string?> seen)
        {
            void Handler(ChangeSet changes) => seen(Bfd("state"));
            _emulator!.Database.Committed += Handler;
            return new Undo(() => _emulator.Database.Committed -= Handler);
        }

        private void Write(Action<Database, Transaction> change)
        {
            _host.Services.Spawn("controller", _ =>
            {
                using var transaction = _emulator!.Database.Begin();
                change(_emulator.Database, transaction);
                Assert.That(transaction.Commit(), Is.Null);
                return Task.CompletedTask;
            });
            _world.RunFor(TimeSpan.FromMilliseconds(50));
        }

        private sealed class Undo(Action undo) : IDisposable
        {
            public void Dispose() => undo();
        }
    }
}
