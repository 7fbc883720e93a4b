using System.Diagnostics;
using VtepLab.Emulators.HardwareVtep;
using VtepLab.Hosting;
using VtepLab.Ovsdb;
using VtepLab.Packets;
using VtepLab.Runtime;

namespace VtepLab.Benchmarks.Switch;

/// <summary>Frames through the emulated switch between two veth pairs in a namespace of its own: how many a second, and how many are lost.</summary>
internal static class LiveRate
{
    private static readonly int[] Rates = [10_000, 50_000, 100_000, 200_000];

    public static void Run()
    {
        var space = $"vl{Environment.ProcessId}-0-rate";
        if (!Ip("netns", "add", space))
        {
            Console.WriteLine("live: no network namespace can be made here");
            return;
        }

        try
        {
            foreach (var (near, far) in (ReadOnlySpan<(string, string)>)[("s1", "h1"), ("s2", "h2")])
            {
                Ip("-n", space, "link", "add", near, "type", "veth", "peer", "name", far);
                Ip("-n", space, "link", "set", near, "up");
                Ip("-n", space, "link", "set", far, "up");
            }

            LiveHost.RunAsync("leaf1", new LiveHostOptions { FramePorts = host => Open(host, space, "s") }, host => MeasureAsync(host, space)).GetAwaiter().GetResult();
        }
        finally
        {
            Ip("netns", "del", space);
        }
    }

    private static async Task MeasureAsync(IHost host, string space)
    {
        await using var emulator = await HardwareVtepEmulator.StartAsync(host, new HardwareVtepOptions { Ports = ["1", "2"] });
        using (var transaction = emulator.Database.Begin())
        {
            var blue = transaction.Insert("Logical_Switch", ("name", "blue"), ("tunnel_key", 5000));
            foreach (var port in emulator.Database.Table("Physical_Port").All.ToList())
            {
                transaction.Set(port, "vlan_bindings", Datum.Map([new KeyValuePair<Atom, Atom>(0, blue.Uuid)]));
            }

            _ = transaction.Commit();
        }

        await host.DelayAsync(TimeSpan.FromSeconds(1));
        foreach (var rate in Rates)
        {
            var (sent, got, seconds) = await Task.Run(() => LiveHost.RunAsync("hosts", new LiveHostOptions { FramePorts = h => Open(h, space, "h") }, h => OfferAsync(h, rate)));
            Console.WriteLine(FormattableString.Invariant(
                $"live, {rate,7} frames a second offered: {sent / seconds:0} sent, {got / seconds:0} arrived, {100.0 * (sent - got) / sent:0.00} % lost"));
        }
    }

    private static async Task<(long Sent, long Got, double Seconds)> OfferAsync(IHost host, int rate)
    {
        var (from, to) = (host.FramePorts["1"], host.FramePorts["2"]);
        while (!from.IsUp || !to.IsUp)
        {
            await host.DelayAsync(LiveFramePort.LinkPolling);
        }

        to.Send(SwitchRig.Frame(MacAddress.Broadcast, SwitchRig.HostB));
        await host.DelayAsync(TimeSpan.FromMilliseconds(200));
        long got = 0;
        to.Received = arrived => got += arrived.Length == 128 ? 1 : 0; // Nothing else here has that length.
        var frame = SwitchRig.Frame(SwitchRig.HostB, SwitchRig.HostA, 128);
        long sent = 0;
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < TimeSpan.FromSeconds(3))
        {
            // What is due by now, a little at a time, so that the loop also hears what arrives.
            for (var due = Math.Min((long)(clock.Elapsed.TotalSeconds * rate), sent + 64); sent < due; sent++)
            {
                from.Send(frame);
            }

            await host.YieldAsync();
        }

        var seconds = clock.Elapsed.TotalSeconds;
        await host.DelayAsync(TimeSpan.FromMilliseconds(500));
        return (sent, got, seconds);
    }

    private static Dictionary<string, IFramePort> Open(IHost host, string space, string side) => ((string[])["1", "2"])
        .ToDictionary(n => n, n => (IFramePort)LiveFramePort.Open(host, n, new LiveInterface(side + n, space)));

    private static bool Ip(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("ip", arguments))!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
