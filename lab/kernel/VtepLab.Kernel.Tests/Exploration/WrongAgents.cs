using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using VtepLab.Runtime;
using VtepLab.Simulation;

namespace VtepLab.Kernel.Tests.Exploration;

/// <summary>What a toy agent does wrong on purpose.</summary>
[Flags]
public enum Wrong
{
    Nothing = 0,

    /// <summary>After a reconnect it goes on from the live events and does not read again what it missed.</summary>
    LosesEventsOnReconnect = 1,

    /// <summary>It believes itself monitor until it hears otherwise, however long it was away.</summary>
    StaysMonitorWhenCutOff = 2,

    /// <summary>A restart of its session leaves the old session's timer running.</summary>
    LeaksATimer = 4,
}

/// <summary>
/// A small system with the shape of the real one: a switch that numbers its events, two agents of which one copies them to a store, and a
/// coordinator that elects that one by heartbeats over the bus. Its faults are known, so that the exploration can be shown to find them.
/// </summary>
public static class WrongAgents
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan DownTime = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(12);

    /// <summary>An experiment with agents that are wrong in some way.</summary>
    public static Experiment Experiment(Wrong wrong) => new(
        $"fail-over ({wrong})",
        seed => Nemesis.Draw(seed, new NemesisOptions
        {
            Targets = new FaultTargets { Hosts = ["agent-1", "agent-2"], Network = ["agent-1", "agent-2", "broker", "switch"], Bus = BusHarm.Loss },
            Until = TimeSpan.FromMinutes(8),
            QuietLeast = TimeSpan.FromSeconds(2),
        }),
        (world, plan) => Run(world, plan, wrong))
    {
        Options = new SimulationOptions { Order = EventOrder.Drawn },
    };

    private static void Run(SimulatedWorld world, FaultPlan plan, Wrong wrong)
    {
        var lab = new Lab(world, wrong);
        world.AddBroker();
        world.AddHost("switch").Start(lab.SwitchAsync);
        world.AddHost("coordinator").Start(lab.CoordinatorAsync);
        world.AddHost("agent-1").Start(lab.AgentAsync);
        world.AddHost("agent-2").Start(lab.AgentAsync);
        world.Invariants.Always("at-most-one-monitor", lab.TwoMonitors);
        world.Invariants.Always("timers-bounded", lab.TooManyTimers);
        world.Invariants.Sometimes("agent-2 was monitor", () => lab.IsMonitor("agent-2"));
        var nemesis = Nemesis.Release(world, plan);
        world.RunFor(TimeSpan.FromMinutes(8));
        nemesis.Stop();
        world.RunFor(TimeSpan.FromMinutes(2));
        lab.JudgeStore();
    }

    /// <summary>The state of one run, and the programs of its hosts.</summary>
    private sealed class Lab(SimulatedWorld world, Wrong wrong)
    {
        private readonly List<string> _events = []; // What the switch has learnt, in order.
        private readonly SortedSet<string> _stored = new(StringComparer.Ordinal);
        private readonly SortedDictionary<string, int> _timers = new(StringComparer.Ordinal);
        private readonly SortedDictionary<string, TimeSpan> _heard = new(StringComparer.Ordinal);
        private string? _elected;
        private TimeSpan _freeFrom;

        // Whom each life of an agent believes it was elected until, by its own clock.
        private readonly SortedDictionary<string, (uint Life, long Until)> _leases = new(StringComparer.Ordinal);

        public bool IsMonitor(string agent) =>
            world.Hosts[agent] is { IsUp: true, IsPaused: false } host && _leases.TryGetValue(agent, out var lease) && lease.Life == host.Lives
            && host.Services.Time.GetTimestamp() < lease.Until;

        public string? TwoMonitors() => IsMonitor("agent-1") && IsMonitor("agent-2") ? "agent-1 and agent-2 both monitor" : null;

        public string? TooManyTimers() =>
            _timers.FirstOrDefault(t => t.Value > 2) is { Key: { } agent, Value: var count } ? $"{agent} has {count} probe timers" : null;

        public void JudgeStore()
        {
            var missing = _events.Take(_events.Count - 1).Where(e => !_stored.Contains(e)).ToList();
            if (missing.Count > 0)
            {
                throw new InvariantException("no-event-lost", $"{missing.Count} of {_events.Count} events never reached the store; the first is {missing[0]}");
            }
        }

        /// <summary>Learns a MAC now and then; tells those who are connected, and all it has to who asks.</summary>
        public async Task SwitchAsync(IHost host)
        {
            var clients = new List<IConnection>();
            host.Spawn("learn", async cancel =>
            {
                while (true)
                {
                    await host.DelayAsync(TimeSpan.FromSeconds(host.Entropy.Next("mac", 2, 8)), cancel);
                    var learnt = $"mac-{_events.Count}";
                    _events.Add(learnt);
                    foreach (var client in clients.ToList())
                    {
                        await TrySendAsync(client, learnt);
                    }
                }
            });
            await using var listener = await host.Network.ListenAsync(Endpoint.Parse("ptcp:6640"));
            while (true)
            {
                var client = await listener.AcceptAsync(host.Stopping);
                clients.Add(client);
                host.Spawn("session", async cancel =>
                {
                    try
                    {
                        while (await ReadLineAsync(client, cancel) is { } line)
                        {
                            foreach (var known in line == "all" ? _events.ToList() : [line])
                            {
                                await TrySendAsync(client, known);
                            }
                        }
                    }
                    catch (NetworkException)
                    {
                        // The agent comes again.
                    }

                    clients.Remove(client);
                    client.Abort();
                });
            }
        }

        /// <summary>Elects the agent heard from last; one that is silent too long loses its post, and its successor waits until its lease is over.</summary>
        public async Task CoordinatorAsync(IHost host)
        {
            await host.Bus.ServeAsync(new BusTarget("coordinator", "c1"), (request, _) =>
            {
                var agent = (string)request.Arguments["agent"]!;
                _heard[agent] = world.Now;
                if (_elected is { } old && world.Now - _heard[old] > DownTime)
                {
                    _elected = null;
                    _freeFrom = world.Now;
                }

                if (_elected is null && world.Now >= _freeFrom)
                {
                    _elected = agent;
                }

                return new((JsonNode?)JsonValue.Create(_elected == agent));
            });
        }

        public async Task AgentAsync(IHost host)
        {
            _timers[host.Name] = 0;
            var life = world.Hosts[host.Name].Lives;
            host.Spawn("copy", cancel => CopyAsync(host, cancel));
            while (true)
            {
                var asked = host.Time.GetTimestamp();
                try
                {
                    var answer = await host.Bus.CallAsync(new BusTarget("coordinator"), "beat", new JsonObject { ["agent"] = host.Name }, Beat);
                    var until = wrong.HasFlag(Wrong.StaysMonitorWhenCutOff) ? long.MaxValue : asked + (long)(Lease.TotalSeconds * host.Time.TimestampFrequency);
                    _leases[host.Name] = (life, (bool)answer! ? until : 0);
                }
                catch (TimeoutException)
                {
                    // Tries again; the lease runs out meanwhile.
                }

                await host.DelayAsync(Beat);
            }
        }

        private async Task CopyAsync(IHost host, CancellationToken cancel)
        {
            var first = true;
            while (true)
            {
                try
                {
                    await using var connection = await host.Network.ConnectAsync(Endpoint.Parse("tcp:switch:6640"), null, cancel);
                    if (first || !wrong.HasFlag(Wrong.LosesEventsOnReconnect))
                    {
                        await TrySendAsync(connection, "all");
                    }

                    first = false;
                    var answered = host.Time.GetTimestamp();
                    _timers[host.Name]++;
                    var probe = host.Time.CreateTimer(
                        _ =>
                        {
                            if (host.Time.GetElapsedTime(answered) > TimeSpan.FromSeconds(10))
                            {
                                connection.Abort();
                            }

                            host.Spawn("probe", _ => TrySendAsync(connection, "probe"));
                        },
                        null, Beat, Beat);
                    try
                    {
                        while (await ReadLineAsync(connection, cancel) is { } line)
                        {
                            answered = host.Time.GetTimestamp();
                            if (line != "probe")
                            {
                                _stored.Add(line);
                            }
                        }
                    }
                    finally
                    {
                        if (!wrong.HasFlag(Wrong.LeaksATimer))
                        {
                            _timers[host.Name]--;
                            await probe.DisposeAsync();
                        }
                    }
                }
                catch (NetworkException)
                {
                    // Connects again.
                }

                await host.DelayAsync(TimeSpan.FromSeconds(1), cancel);
            }
        }

        private static async Task TrySendAsync(IConnection connection, string line)
        {
            try
            {
                connection.Output.Write(Encoding.ASCII.GetBytes(line + "\n"));
                await connection.Output.FlushAsync();
            }
            catch (Exception e) when (e is NetworkException or InvalidOperationException)
            {
                // The reader of the same stream finds out.
            }
        }

        private static async Task<string?> ReadLineAsync(IConnection connection, CancellationToken cancel)
        {
            while (true)
            {
                var read = await connection.Input.ReadAsync(cancel);
                if (read.Buffer.PositionOf((byte)'\n') is { } end)
                {
                    var line = Encoding.ASCII.GetString(read.Buffer.Slice(0, end));
                    connection.Input.AdvanceTo(read.Buffer.GetPosition(1, end));
                    return line;
                }

                connection.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                if (read.IsCompleted)
                {
                    return null;
                }
            }
        }
    }
}
