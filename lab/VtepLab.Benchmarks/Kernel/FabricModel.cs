using System.Buffers;
using System.Text.Json;
using VtepLab.Runtime;
using VtepLab.Simulation;

namespace VtepLab.Benchmarks.Kernel;

/// <summary>Switches with two agents: probes every 5 s both ways with real JSON parsed, heartbeats over the bus every 30 s. A stand-in for the real agents.</summary>
internal static class FabricModel
{
    private static readonly TimeSpan Probe = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(30);

    public static void Run(int switches, TimeSpan time)
    {
        var world = Build(switches);
        world.RunFor(TimeSpan.FromSeconds(30));
        var before = world.Events;
        var meter = Meter.Start();
        world.RunFor(time);
        var (seconds, bytes) = (meter.Seconds, meter.Bytes);
        var events = world.Events - before;
        Console.WriteLine(KernelBenchmarks.Line(
            $"{switches:N0} switches, 2 agents, {time}: {seconds:0.00} s of CPU, {time.TotalSeconds / seconds:0} virtual s a CPU s, {events / seconds / 1e6:0.00} M events a second, {(double)bytes / events:0} B an event, heap {GC.GetTotalMemory(true) >> 20} MiB"));
    }

    private static SimulatedWorld Build(int switches)
    {
        var world = new SimulatedWorld(7);
        world.AddBroker();
        world.AddHost("plugin").Start(async host => await host.Bus.ServeAsync(new BusTarget("reports", "plugin"), (_, _) => new(true)));
        for (var i = 0; i < switches; i++)
        {
            world.AddHost($"switch{i}").Start(async host =>
            {
                await using var listener = await host.Network.ListenAsync(Endpoint.Parse("ptcp:6640"));
                while (true)
                {
                    var connection = await listener.AcceptAsync(host.Stopping);
                    host.Spawn("session", cancel => SessionAsync(host, connection, cancel));
                }
            });
        }

        foreach (var agent in (string[])["agent-1", "agent-2"])
        {
            world.AddHost(agent).Start(async host =>
            {
                for (var i = 0; i < switches; i++)
                {
                    var connection = await host.Network.ConnectAsync(Endpoint.Parse($"tcp:switch{i}:6640"));
                    host.Spawn("session", cancel => SessionAsync(host, connection, cancel));
                }

                while (true)
                {
                    await host.Bus.CallAsync(new BusTarget("reports"), "report_state", new() { ["host"] = host.Name }, Heartbeat);
                    await host.DelayAsync(Heartbeat);
                }
            });
        }

        return world;
    }

    /// <summary>Both ends: ask every 5 s, answer what is asked.</summary>
    private static async Task SessionAsync(IHost host, IConnection connection, CancellationToken cancel)
    {
        await host.DelayAsync(TimeSpan.FromMilliseconds(host.Entropy.Next("phase", 0, 5000)), cancel);
        await using var timer = host.Time.CreateTimer(
            _ =>
            {
                connection.Output.Write("{\"id\":\"echo\",\"method\":\"echo\",\"params\":[]}\n"u8);
                _ = connection.Output.FlushAsync(CancellationToken.None).AsTask();
            },
            null, Probe, Probe);
        while (true)
        {
            var read = await connection.Input.ReadAsync(cancel);
            var rest = read.Buffer;
            while (rest.PositionOf((byte)'\n') is { } end)
            {
                if (IsRequest(rest.Slice(0, end)))
                {
                    connection.Output.Write("{\"id\":\"echo\",\"result\":[],\"error\":null}\n"u8);
                    await connection.Output.FlushAsync(cancel);
                }

                rest = rest.Slice(rest.GetPosition(1, end));
            }

            connection.Input.AdvanceTo(rest.Start, rest.End);
            if (read.IsCompleted)
            {
                return;
            }
        }
    }

    private static bool IsRequest(ReadOnlySequence<byte> line)
    {
        var reader = new Utf8JsonReader(line);
        var isRequest = false;
        while (reader.Read())
        {
            isRequest |= reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("method"u8);
        }

        return isRequest;
    }
}
