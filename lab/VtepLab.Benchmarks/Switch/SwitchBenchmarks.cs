using System.Diagnostics;
using System.Globalization;
using VtepLab.Benchmarks.Kernel;
using VtepLab.Emulators.HardwareVtep;
using VtepLab.Ovsdb;
using VtepLab.Simulation;

namespace VtepLab.Benchmarks.Switch;

/// <summary>The emulated switch: frames a second of one core, bytes allocated a frame, beside ns-3's bridge; a thousand of them; and on real interfaces.</summary>
internal static class SwitchBenchmarks
{
    private const int Rounds = 5;
    private const int Size = 64;

    /// <summary>Runs <c>frames</c>, <c>bridge</c>, <c>many</c>, <c>live</c>, or all of them; <c>many SWITCHES MACS</c> for other numbers than 1000 and 1000.</summary>
    public static int Run(string[] what)
    {
        if (what is ["many", var switches, var macs])
        {
            MeasureMany(int.Parse(switches, CultureInfo.InvariantCulture), int.Parse(macs, CultureInfo.InvariantCulture));
            return 0;
        }

        foreach (var each in what.Length == 0 ? ["frames", "bridge", "many", "live"] : what)
        {
            switch (each)
            {
                case "frames":
                    MeasureFrames();
                    break;
                case "bridge":
                    MeasureBridge();
                    break;
                case "many":
                    MeasureMany(1000, 1000);
                    break;
                case "live":
                    LiveRate.Run();
                    break;
                default:
                    Console.Error.WriteLine($"switch measures frames, bridge, many and live, not {each}");
                    return 2;
            }
        }

        return 0;
    }

    private static void MeasureFrames()
    {
        var rig = new SwitchRig(locators: 10);
        Measure("unicast hit, port to port", 2_000_000, SwitchRig.Frame(SwitchRig.HostB, SwitchRig.HostA, Size), rig.Eth2, 1);
        Measure("unicast hit, port to tunnel", 2_000_000, SwitchRig.Frame(SwitchRig.Remote, SwitchRig.HostA, Size), rig.Uplink, 1);
        Measure("broadcast to 10 locators", 200_000, SwitchRig.Frame(VtepLab.Packets.MacAddress.Broadcast, SwitchRig.HostA, Size), rig.Uplink, 10);

        void Measure(string name, int frames, byte[] frame, CountingPort to, int copies)
        {
            var best = 0.0;
            long bytes = 0;
            for (var round = 0; round < Rounds; round++)
            {
                var before = to.Sent;
                var meter = Meter.Start();
                for (var i = 0; i < frames; i++)
                {
                    rig.Eth1.Received!(frame);
                }

                best = Math.Max(best, frames / meter.Seconds);
                bytes = meter.Bytes;
                Expect(to.Sent - before == (long)frames * copies, $"{name}: {to.Sent - before} came out");
            }

            Say($"{name,-28} {best / 1e6,8:0.00} million frames a processor second, {(double)bytes / frames:0.00} bytes allocated a frame");
        }
    }

    // The same wiring as ns-3's: host, cable, switch, cable, host; a frame every 2 us.
    private static void MeasureBridge()
    {
        const int Frames = 200_000;
        var best = 0.0;
        for (var round = 0; round < Rounds; round++)
        {
            var world = new SimulatedWorld(1);
            var leaf = world.AddHost("leaf1");
            var (eth1, eth2) = (leaf.AddPort("eth1"), leaf.AddPort("eth2"));
            var (a, b) = (world.AddHost("a").AddPort("eth0"), world.AddHost("b").AddPort("eth0"));
            world.Link(a, eth1);
            world.Link(b, eth2);
            HardwareVtepEmulator? emulator = null;
            leaf.Start(async host => emulator = await HardwareVtepEmulator.StartAsync(host, new HardwareVtepOptions { Ports = ["eth1", "eth2"] }));
            world.RunUntil(() => emulator is not null, TimeSpan.FromSeconds(1));
            SwitchRig.Program(leaf, emulator!.Database, 1);
            world.RunFor(TimeSpan.FromMilliseconds(100));
            b.Send(SwitchRig.Frame(VtepLab.Packets.MacAddress.Broadcast, SwitchRig.HostB, Size));
            world.RunFor(TimeSpan.FromMilliseconds(100));
            var (arrived, left, frame) = (0L, Frames, SwitchRig.Frame(SwitchRig.HostB, SwitchRig.HostA, Size));
            b.Received = _ => arrived++;
            world.Hosts["a"].Services.Spawn("sender", async _ =>
            {
                while (left-- > 0)
                {
                    a.Send(frame);
                    await world.Hosts["a"].Sleep(TimeSpan.FromMicroseconds(2));
                }
            });
            var meter = Meter.Start();
            world.RunUntil(() => arrived == Frames, TimeSpan.FromMinutes(1));
            best = Math.Max(best, Frames / meter.Seconds);
        }

        Say($"{"with its two cables",-28} {best / 1e6,8:0.00} million frames a processor second{Beside(Frames, best)}");
    }

    private static string Beside(int frames, double ours)
    {
        if (!Directory.Exists("/usr/include/ns3"))
        {
            return "; ns-3 is not here: apt-get install --no-install-recommends libns3-dev g++";
        }

        var directory = Directory.CreateTempSubdirectory("vteplab-ns3-");
        try
        {
            var program = Path.Combine(directory.FullName, "bridge");
            Ns3.Execute(
                "g++", "-O3", "-DNDEBUG", "-std=c++17", "-o", program, Path.Combine(AppContext.BaseDirectory, "Switch", "ns3", "bridge.cc"),
                "-lns3-bridge", "-lns3-csma", "-lns3-network", "-lns3-core");
            var best = Enumerable.Range(0, Rounds).Max(_ => double.Parse(Ns3.Execute(program, $"{frames}", $"{Size - 14}"), CultureInfo.InvariantCulture));
            return string.Create(CultureInfo.InvariantCulture, $"; ns-3's CSMA bridge {best / 1e6:0.00}: {ours / best:0.0} times");
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static void MeasureMany(int switches, int macs)
    {
        var (clock, cpu) = (Stopwatch.StartNew(), Process.GetCurrentProcess().TotalProcessorTime);
        var world = new SimulatedWorld(1);
        var emulators = new HardwareVtepEmulator?[switches];
        for (var i = 0; i < switches; i++)
        {
            var n = i;
            world.AddHost($"leaf{n}").Start(async host => emulators[n] = await HardwareVtepEmulator.StartAsync(host, new HardwareVtepOptions { Name = host.Name }));
        }

        world.RunUntil(() => Array.TrueForAll(emulators, e => e is not null), TimeSpan.FromSeconds(10));
        var started = (Wall: clock.Elapsed.TotalSeconds, Cpu: Spent(cpu));
        for (var i = 0; i < switches; i++)
        {
            Fill(world.Hosts[$"leaf{i}"], emulators[i]!.Database, macs);
        }

        world.RunFor(TimeSpan.FromSeconds(1));
        Expect(Array.TrueForAll(emulators, e => e!.Hardware.RemoteMacs.Count == macs), "not every address is in the hardware");
        var held = GC.GetTotalMemory(forceFullCollection: true);
        Say($"{switches} switches started in {started.Wall:0.00} s ({started.Cpu:0.00} s of processor time)");
        Say($"with {macs} remote MACs each after {clock.Elapsed.TotalSeconds:0.00} s ({Spent(cpu):0.00} s): {held / 1e6:0} MB held, {(double)held / switches / macs:0} bytes a MAC, {Environment.WorkingSet / 1e6:0} MB resident");
        GC.KeepAlive(world);
    }

    private static void Fill(SimulatedHost machine, Database database, int macs) => machine.Services.Spawn("controller", _ =>
    {
        using var transaction = database.Begin();
        var blue = transaction.Insert("Logical_Switch", ("name", "blue"), ("tunnel_key", 5000));
        var far = transaction.Insert("Physical_Locator", ("encapsulation_type", "vxlan_over_ipv4"), ("dst_ip", "192.0.2.99"));
        for (var i = 0; i < macs; i++)
        {
            transaction.Insert("Ucast_Macs_Remote", ("MAC", $"02:1a:00:00:{i >> 8:x2}:{i & 255:x2}"), ("logical_switch", blue.Uuid), ("locator", far.Uuid));
        }

        return transaction.Commit() is { } error ? throw new InvalidOperationException(error.ToString()) : Task.CompletedTask;
    });

    private static double Spent(TimeSpan since) => (Process.GetCurrentProcess().TotalProcessorTime - since).TotalSeconds;

    private static void Expect(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidOperationException(otherwise);
        }
    }

    private static void Say(FormattableString line) => Console.WriteLine(FormattableString.Invariant(line));
}
