using Microsoft.Extensions.Logging;
using VtepLab.Emulators.HardwareVtep;
using VtepLab.Ovsdb;
using VtepLab.Packets;
using VtepLab.Runtime;
using VtepLab.Simulation;

namespace VtepLab.Benchmarks.Switch;

/// <summary>An emulated switch whose frames the benchmark hands in and takes out by itself, or by simulated cables.</summary>
internal sealed class SwitchRig
{
    public static readonly MacAddress HostA = MacAddress.Parse("02:1a:0a:00:00:01");
    public static readonly MacAddress HostB = MacAddress.Parse("02:1a:0a:00:00:02");
    public static readonly MacAddress Remote = MacAddress.Parse("02:1a:0a:00:00:03");

    private HardwareVtepEmulator? _emulator;

    public SwitchRig(int locators)
    {
        World = new SimulatedWorld(1);
        var machine = World.AddHost("leaf1");
        machine.Start(async services => _emulator = await HardwareVtepEmulator.StartAsync(
            new RigHost(services, [Eth1, Eth2, Uplink]),
            new HardwareVtepOptions { Ports = ["eth1", "eth2"], UnderlayPort = "ul", StatsInterval = TimeSpan.FromDays(1) }));
        World.RunUntil(() => _emulator is not null, TimeSpan.FromSeconds(1));
        Program(machine, _emulator!.Database, locators);
        World.RunFor(TimeSpan.FromMilliseconds(100));

        // The far ends introduce themselves, and so do the hosts.
        for (var i = 0; i < locators; i++)
        {
            var far = IpAddress.Parse($"192.0.2.{100 + i}");
            Uplink.Received!(Frames.Arp(new ArpPacket(ArpPacket.Request, MacAddress.Parse($"02:1a:c0:00:02:{100 + i:x2}"), far, default, IpAddress.Parse("192.0.2.11"))));
        }

        Eth1.Received!(Frame(MacAddress.Broadcast, HostA));
        Eth2.Received!(Frame(MacAddress.Broadcast, HostB));
        World.RunFor(TimeSpan.FromMilliseconds(100));
    }

    public SimulatedWorld World { get; }

    public CountingPort Eth1 { get; } = new("eth1", 1500);

    public CountingPort Eth2 { get; } = new("eth2", 1500);

    public CountingPort Uplink { get; } = new("ul", 1600);

    public static byte[] Frame(MacAddress to, MacAddress from, int size = 64) =>
        Frames.Ethernet(to, from, EtherTypes.IPv4, Frames.Udp(IpAddress.Parse("10.0.0.1"), IpAddress.Parse("10.0.0.2"), 4000, 5000, new byte[size - 42]));

    /// <summary>One network on both ports, a remote address, and a flood list of all far ends.</summary>
    internal static void Program(SimulatedHost machine, Database database, int locators) => machine.Services.Spawn("controller", _ =>
    {
        using var transaction = database.Begin();
        var blue = transaction.Insert("Logical_Switch", ("name", "blue"), ("tunnel_key", 5000), ("replication_mode", "source_node"));
        var far = Enumerable.Range(0, locators)
            .Select(i => transaction.Insert("Physical_Locator", ("encapsulation_type", "vxlan_over_ipv4"), ("dst_ip", $"192.0.2.{100 + i}"))).ToList();
        transaction.Insert("Ucast_Macs_Remote", ("MAC", Remote.ToString()), ("logical_switch", blue.Uuid), ("locator", far[0].Uuid));
        var set = transaction.Insert("Physical_Locator_Set", ("locators", Datum.Set(far.Select(f => (Atom)f.Uuid))));
        transaction.Insert("Mcast_Macs_Remote", ("MAC", "unknown-dst"), ("logical_switch", blue.Uuid), ("locator_set", set.Uuid));
        foreach (var port in database.Table("Physical_Port").All.ToList())
        {
            transaction.Set(port, "vlan_bindings", Datum.Map([new KeyValuePair<Atom, Atom>(0, blue.Uuid)]));
        }

        return transaction.Commit() is { } error ? throw new InvalidOperationException(error.ToString()) : Task.CompletedTask;
    });
}

/// <summary>A port that counts what it is given to send.</summary>
internal sealed class CountingPort(string name, int mtu) : IFramePort
{
    public long Sent { get; private set; }

    public string Name => name;

    public bool IsUp => true;

    public int Mtu => mtu;

    public FrameHandler? Received { get; set; }

    public Action? LinkChanged { get; set; }

    public void Send(ReadOnlySpan<byte> frame) => Sent++;
}

/// <summary>A simulated host with ports of the benchmark's own.</summary>
internal sealed class RigHost(IHost host, IEnumerable<IFramePort> ports) : IHost
{
    public string Name => host.Name;

    public TimeProvider Time => host.Time;

    public INetwork Network => host.Network;

    public IReadOnlyDictionary<string, IFramePort> FramePorts { get; } = ports.ToDictionary(p => p.Name);

    public IMessageBus Bus => host.Bus;

    public IEntropy Entropy => host.Entropy;

    public IStore Store => host.Store;

    public ILoggerFactory Logs => host.Logs;

    public CancellationToken Stopping => host.Stopping;

    public void Spawn(string name, Func<CancellationToken, Task> work) => host.Spawn(name, work);

    public ValueTask DelayAsync(TimeSpan delay, CancellationToken cancel = default) => host.DelayAsync(delay, cancel);

    public ValueTask YieldAsync() => host.YieldAsync();
}
