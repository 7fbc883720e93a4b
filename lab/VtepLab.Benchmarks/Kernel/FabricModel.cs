using System.Text.Json.Nodes;
using VtepLab.Emulators.HardwareVtep;
using VtepLab.L2Gateway.Agent;
using VtepLab.Neutron;
using VtepLab.Runtime;
using VtepLab.Simulation;
using VtepLab.Topology;

namespace VtepLab.Benchmarks.Kernel;

/// <summary>Emulated switches with two L2 gateway agents of which one monitors: probes after 5 s of silence both ways, heartbeats every 10 s.</summary>
/// <remarks>Nothing stands in for anything: these are the agents and switches that scenarios run, over real OVSDB sessions. The plugin only elects and answers.</remarks>
internal static class FabricModel
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Settled = TimeSpan.FromMinutes(1); // Everyone is connected, the monitor elected and everything read.

    public static void Run(int switches, TimeSpan time, IdleEchoes echoes = IdleEchoes.Carried)
    {
        var world = Build(switches, switches, new SimulationOptions { IdleEchoes = echoes });
        var meter = Meter.Start();
        world.RunFor(Settled);
        var setUp = meter.Seconds;
        var before = world.Events;
        meter = Meter.Start();
        world.RunFor(time);
        var (seconds, bytes) = (meter.Seconds, meter.Bytes);
        var events = world.Events - before;
        Console.WriteLine(KernelBenchmarks.Line(
            $"{switches:N0} switches, 2 agents, {time}, echoes {(echoes == IdleEchoes.LeftOut ? "left out" : "carried")}: {seconds:0.00} s of CPU, {time.TotalSeconds / seconds:0} virtual s a CPU s, {events:N0} events, {events / seconds / 1e6:0.00} M a second, {(double)bytes / events:0} B an event; the minute before it, with all connecting, {setUp:0.00} s; {world.Network.OpenEnds / 2} streams, heap {GC.GetTotalMemory(true) >> 20} MiB"));
    }

    /// <summary>A world whose switches and agents begin to connect when it runs.</summary>
    /// <param name="switches">How many switches.</param>
    /// <param name="served">How many of them the agents serve.</param>
    /// <param name="options">What the world is like.</param>
    /// <param name="seed">Its seed.</param>
    public static SimulatedWorld Build(int switches, int served, SimulationOptions? options = null, ulong seed = 7)
    {
        var world = new SimulatedWorld(seed, options);
        world.AddBroker();
        world.AddHost("plugin").Start(PlugInAsync);
        for (var i = 0; i < switches; i++)
        {
            var leaf = new HardwareVtepOptions
            {
                Name = $"leaf{i}", TunnelIps = [$"192.0.{i >> 8}.{i & 255}"], Listen = [Endpoint.Parse("ptcp:6640")],
            };
            world.AddHost(leaf.Name).Start(host => EmulatedSwitch.RunAsync(host, leaf));
        }

        foreach (var name in (string[])["agent-1", "agent-2"])
        {
            var agent = new AgentOptions
            {
                Host = name,
                OvsdbHosts = [.. Enumerable.Range(0, served).Select(i => new OvsdbHost($"leaf{i}", Endpoint.Parse($"tcp:leaf{i}:6640")))],
                ReportInterval = Heartbeat,
                SocketTimeout = TimeSpan.FromSeconds(10), // Half of it is the probe.
            };
            world.AddHost(name).Start(host => L2GatewayAgent.RunAsync(host, agent, host.Stopping));
        }

        return world;
    }

    private static async Task PlugInAsync(IHost host)
    {
        await host.Bus.ServeAsync(new BusTarget(L2GatewayRpc.PluginTopic, host.Name, Version: L2GatewayRpc.ReportStateVersion), (request, _) =>
            new(request.Method == L2GatewayRpc.ReportState ? JsonValue.Create("alive") : null));
        await host.DelayAsync(TimeSpan.FromSeconds(5), host.Stopping);
        await host.Bus.CastAsync(
            new BusTarget(L2GatewayRpc.AgentTopic, Fanout: true), L2GatewayRpc.SetMonitorAgent, new SetMonitorAgentRequest("agent-1").ToJson(), [], host.Stopping);
        await host.DelayAsync(Timeout.InfiniteTimeSpan, host.Stopping);
    }
}
