using VtepLab.Simulation;

namespace VtepLab.Benchmarks.Kernel;

/// <summary>What an await costs, with a thousand coroutines that wait in turn.</summary>
internal static class AwaitCost
{
    private const int Coroutines = 1000;
    private const int Turns = 4000;

    public static void Run()
    {
        Show("the kernel's own sleep", static async host =>
        {
            for (var i = 0; i < Turns; i++)
            {
                await host.Sleep(TimeSpan.FromMicroseconds(100 + (i & 63)));
            }
        });
        Show("IHost.DelayAsync", static async host =>
        {
            for (var i = 0; i < Turns; i++)
            {
                await host.Services.DelayAsync(TimeSpan.FromMicroseconds(100 + (i & 63)));
            }
        });
        Show("IHost.YieldAsync", static async host =>
        {
            await host.Sleep(TimeSpan.FromMilliseconds(1));
            for (var i = 0; i < Turns; i++)
            {
                await host.Services.YieldAsync();
            }
        });
        Show("Task.Delay with the host's clock", static async host =>
        {
            for (var i = 0; i < Turns; i++)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(1 + (i & 3)), host.Services.Time);
            }
        });
    }

    private static void Show(string name, Func<SimulatedHost, Task> coroutine)
    {
        var (rate, bytes) = KernelBenchmarks.Best(() =>
        {
            var world = new SimulatedWorld(7, new SimulationOptions { EventsWithoutProgress = int.MaxValue });
            var host = world.AddHost("host");
            host.Services.Spawn("all", async cancel =>
            {
                await host.Services.YieldAsync();
                for (var i = 0; i < Coroutines; i++)
                {
                    host.Services.Spawn("one", _ => coroutine(host));
                }
            });
            world.RunFor(TimeSpan.Zero.Add(TimeSpan.FromTicks(10)));
            var before = world.Events;
            var meter = Meter.Start();
            world.RunFor(TimeSpan.FromHours(1));
            var (seconds, allocated) = (meter.Seconds, meter.Bytes);
            var awaits = Math.Max(1, Math.Min(world.Events - before, (long)Coroutines * Turns));
            return (awaits / seconds, (double)allocated / awaits);
        });
        Console.WriteLine(KernelBenchmarks.Line($"await of {name}: {1e9 / rate:0} ns, {rate / 1e6:0.0} M a second, {bytes:0.0} B"));
    }
}
