using System.Net;
using VtepLab.Runtime;

namespace VtepLab.Simulation;

/// <summary>The network between the hosts, and what can go wrong with it.</summary>
public sealed partial class SimulatedNetwork
{
    private const int FirstEphemeralPort = 32768;
    private static readonly TimeSpan Loopback = TimeSpan.FromMicroseconds(10);

    private readonly SimulatedWorld _simulation;
    private readonly Dictionary<string, SimulatedHost> _byAddress = new(StringComparer.Ordinal); // Looked up, never listed.
    private readonly Dictionary<(int From, int To), PathOptions> _paths = [];
    private readonly List<NetworkRule> _rules = [];
    private readonly List<Squeezed> _squeezes = [];
    private readonly List<MidwayReset> _midway = [];
    private readonly List<SimulatedHost> _notReading = [];
    private readonly List<SimulatedHost> _refusing = [];
    private readonly SortedDictionary<long, SimulatedConnection> _heldBack = [];
    private readonly SortedDictionary<(int Host, string Address), SimulatedListener> _listeners = [];
    private readonly SortedDictionary<long, SimulatedConnection> _ends = [];
    private readonly RandomStream _jitter;
    private readonly RandomStream _windows;
    private readonly PathOptions _usual;
    private long _connections;

    internal SimulatedNetwork(SimulatedWorld simulation)
    {
        _simulation = simulation;
        _jitter = simulation.Random("network/latency");
        _windows = simulation.Random("network/windows");
        _usual = new PathOptions(simulation.Options.Latency, simulation.Options.LatencyJitter, simulation.Options.Bandwidth);
    }

    /// <summary>Streams that are open at one end at least.</summary>
    public int OpenEnds => _ends.Count;

    internal SimulatedWorld Simulation => _simulation;

    internal SimulationOptions Options => _simulation.Options;

    internal Kernel Kernel => _simulation.Kernel;

    /// <summary>Installs a rule behind those there are; disposing the result removes it.</summary>
    public IDisposable Add(NetworkRule rule)
    {
        Disturb();
        _rules.Add(rule);
        return new FaultScope(() => _rules.Remove(rule));
    }

    /// <summary>Says how one host reaches another, one way.</summary>
    public void SetPath(SimulatedHost from, SimulatedHost to, PathOptions options)
    {
        Disturb();
        _paths[(from.Id, to.Id)] = options;
    }

    /// <summary>Cuts every path between two groups, both ways, until the result is disposed.</summary>
    public IDisposable Partition(IReadOnlyCollection<SimulatedHost> group, IReadOnlyCollection<SimulatedHost> others)
    {
        _simulation.Note("partition", string.Join(',', group.Select(h => h.Name)) + " | " + string.Join(',', others.Select(h => h.Name)));
        return Add((from, to, _) => (group.Contains(from) && others.Contains(to)) || (others.Contains(from) && group.Contains(to))
            ? Verdict.Drop
            : Verdict.Pass);
    }

    /// <summary>Cuts the paths from one host to another, one way.</summary>
    public IDisposable PartitionOneWay(SimulatedHost from, SimulatedHost to)
    {
        _simulation.Note("partition-one-way", $"{from.Name} > {to.Name}");
        return Add((f, t, _) => f == from && t == to ? Verdict.Drop : Verdict.Pass);
    }

    /// <summary>Leaves every host only its two neighbours in a ring, until the result is disposed.</summary>
    public IDisposable PartitionRing(IReadOnlyList<SimulatedHost> ring)
    {
        _simulation.Note("partition-ring", string.Join(',', ring.Select(h => h.Name)));
        var places = ring.Select((host, place) => (host, place)).ToDictionary(p => p.host, p => p.place);
        return Add((from, to, _) => places.TryGetValue(from, out var one) && places.TryGetValue(to, out var other)
            && Math.Abs(one - other) is var apart && apart != 1 && apart != ring.Count - 1
            ? Verdict.Drop
            : Verdict.Pass);
    }

    /// <summary>Cuts a host from all others.</summary>
    public IDisposable Isolate(SimulatedHost host)
    {
        _simulation.Note("isolate", host.Name);
        return Add((from, to, _) => from == host || to == host ? Verdict.Drop : Verdict.Pass);
    }

    /// <summary>Makes everything between two hosts later.</summary>
    public IDisposable Delay(SimulatedHost one, SimulatedHost other, TimeSpan by)
    {
        _simulation.Note("delay", $"{one.Name} - {other.Name}");
        return Add((from, to, _) => (from == one && to == other) || (from == other && to == one) ? Verdict.Late(by) : Verdict.Pass);
    }

    /// <summary>Loses segments between two hosts at random; streams then stall and send again.</summary>
    public IDisposable Lose(SimulatedHost one, SimulatedHost other, double share)
    {
        _simulation.Note("lose", $"{one.Name} - {other.Name}");
        var random = _simulation.Random($"fault/lose/{one.Name}-{other.Name}/{_simulation.Kernel.Now}");
        return Add((from, to, _) => ((from == one && to == other) || (from == other && to == one)) && random.Chance(share)
            ? Verdict.Drop
            : Verdict.Pass);
    }

    /// <summary>Leaves so many bytes a second between two hosts, each way, where there were more, until the result is disposed.</summary>
    public IDisposable Squeeze(SimulatedHost one, SimulatedHost other, long bytesPerSecond)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytesPerSecond, 1);
        _simulation.Note("squeeze", $"{one.Name} - {other.Name}");
        Disturb();
        var squeeze = new Squeezed(one, other, bytesPerSecond);
        _squeezes.Add(squeeze);
        return new FaultScope(() => _squeezes.Remove(squeeze));
    }

    /// <summary>Resets every stream between two hosts; what was under way is lost.</summary>
    /// <returns>How many streams there were.</returns>
    public int ResetStreams(SimulatedHost one, SimulatedHost other)
    {
        _simulation.Note("reset-streams", $"{one.Name} - {other.Name}");
        var hit = _ends.Values.Where(e => e.Host == one && e.Peer?.Host == other && !e.IsOver).ToList();
        foreach (var end in hit)
        {
            end.BreakBoth(new NetworkException(NetworkError.Reset, $"the stream between {end.Local} and {end.Remote} was reset"));
        }

        return hit.Count;
    }

    /// <summary>
    /// Resets, once, the stream from one host to another over which the byte after so many goes: those before it still arrive, so that a message may have
    /// come in part, or a request whole and its reply not. Nothing after the result is disposed.
    /// </summary>
    public IDisposable ResetMidway(SimulatedHost from, SimulatedHost to, int afterBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(afterBytes);
        _simulation.Note("reset-midway", $"{from.Name} > {to.Name}");
        Disturb();
        var reset = new MidwayReset(from, to, afterBytes);
        _midway.Add(reset);
        return new FaultScope(() => _midway.Remove(reset));
    }

    /// <summary>The programs of a host read nothing from their streams, as those that are too slow; what is sent to them waits, and then whoever sends it.</summary>
    public IDisposable StopReading(SimulatedHost host)
    {
        _simulation.Note("stop-reading", host.Name);
        Disturb();
        _notReading.Add(host);
        return new FaultScope(() =>
        {
            _notReading.Remove(host);
            foreach (var end in _heldBack.Values.Where(e => e.Host == host).ToList())
            {
                _heldBack.Remove(end.Id);
                end.WakeReader();
            }
        });
    }

    /// <summary>A host refuses new connections, as one that has no file descriptor left for them; those there are go on.</summary>
    public IDisposable RefuseConnections(SimulatedHost host)
    {
        _simulation.Note("refuse-connections", host.Name);
        _refusing.Add(host);
        return new FaultScope(() => _refusing.Remove(host));
    }

    internal bool Refuses(SimulatedHost host) => _refusing.Count > 0 && _refusing.Contains(host);

    /// <summary>Wakes an end's reader when its host's programs read again, also when the stream is over by then.</summary>
    internal void HoldBack(SimulatedConnection end) => _heldBack[end.Id] = end;

    internal bool IsReading(SimulatedHost host) => _notReading.Count == 0 || !_notReading.Contains(host);

    /// <summary>How many of so many bytes still arrive before their stream is reset; null when it is not.</summary>
    internal int? ResetsAfter(SimulatedHost from, SimulatedHost to, int bytes)
    {
        foreach (var reset in _midway)
        {
            if (reset.From == from && reset.To == to && reset.Left < bytes)
            {
                _midway.Remove(reset);
                return reset.Left;
            }

            if (reset.From == from && reset.To == to)
            {
                reset.Left -= bytes;
            }
        }

        return null;
    }

    internal void Register(SimulatedHost host)
    {
        _byAddress.Add(host.Name, host);
        foreach (var address in host.Addresses)
        {
            if (!IPAddress.TryParse(address, out var parsed) || !_byAddress.TryAdd(parsed.ToString(), host))
            {
                throw new ArgumentException($"'{address}' of {host.Name} is no IP address, or another host has it");
            }
        }
    }

    internal SimulatedHost? Resolve(SimulatedHost from, string name) =>
        name is "localhost" ? from
        : IPAddress.TryParse(name, out var address) ? (IPAddress.IsLoopback(address) ? from : _byAddress.GetValueOrDefault(address.ToString()))
        : _byAddress.GetValueOrDefault(name);

    internal Verdict Judge(SimulatedHost from, SimulatedHost to, int bytes)
    {
        if (from == to)
        {
            return Verdict.Pass;
        }

        foreach (var rule in _rules)
        {
            var verdict = rule(from, to, bytes);
            if (verdict.Kind != VerdictKind.Pass)
            {
                return verdict;
            }
        }

        return Verdict.Pass;
    }

    /// <summary>The nanoseconds a packet takes now.</summary>
    internal long Latency(SimulatedHost from, SimulatedHost to)
    {
        if (from == to)
        {
            return VirtualTime.Nanoseconds(Loopback);
        }

        var path = Path(from, to);
        return VirtualTime.Nanoseconds(path.Latency) + _jitter.Next(0, VirtualTime.Nanoseconds(path.Jitter));
    }

    /// <summary>The nanoseconds some bytes take to leave.</summary>
    internal long Serialization(SimulatedHost from, SimulatedHost to, int bytes) =>
        from == to ? 0 : bytes * 1_000_000_000L / Bandwidth(from, to);

    internal int NextWindow() => (int)_windows.Next(Options.Window.Smallest, Options.Window.Largest + 1L);

    internal long NextConnection() => _connections++;

    internal void Opened(SimulatedConnection end) => _ends.Add(end.Id, end);

    internal void Closed(SimulatedConnection end) => _ends.Remove(end.Id);

    internal SimulatedListener? Listener(SimulatedHost host, string address) => _listeners.GetValueOrDefault((host.Id, address));

    /// <summary>The listener that serves a TCP port of a host under one of its addresses.</summary>
    internal SimulatedListener? Listener(SimulatedHost host, string address, int port) =>
        Listener(host, $"{Canonical(address)}:{port}") ?? Listener(host, $"*:{port}");

    internal SimulatedListener Listen(HostContext owner, SimulatedHost host, Endpoint endpoint, TlsIdentity? tls)
    {
        if (endpoint.Scheme == EndpointScheme.PassiveUnix)
        {
            return Add(endpoint, endpoint.Host);
        }

        var isAny = endpoint.Host is "" or "0.0.0.0" or "::";
        if (!isAny && (!IPAddress.TryParse(endpoint.Host, out _) || Resolve(host, endpoint.Host) != host))
        {
            throw new NetworkException(NetworkError.AddressUnavailable, $"listening on {endpoint}: '{endpoint.Host}' is no address of {host.Name}");
        }

        var address = isAny ? "*" : Canonical(endpoint.Host);
        var port = endpoint.Port;
        while (port == 0)
        {
            var candidate = NextPort(host);
            port = Listener(host, $"{address}:{candidate}") is null ? candidate : 0;
        }

        return Add(endpoint with { Port = port }, $"{address}:{port}");

        SimulatedListener Add(Endpoint local, string key)
        {
            if (_listeners.ContainsKey((host.Id, key)))
            {
                throw new NetworkException(NetworkError.AddressUnavailable, $"listening on {endpoint}: the address is in use");
            }

            var listener = new SimulatedListener(this, owner, local, tls, key);
            _listeners.Add((host.Id, key), listener);
            return listener;
        }
    }

    internal void Unlisten(SimulatedListener listener) => _listeners.Remove((listener.Owner.Host, listener.Key));

    internal int NextPort(SimulatedHost host)
    {
        var next = _ports.GetValueOrDefault(host.Id, FirstEphemeralPort);
        _ports[host.Id] = next == ushort.MaxValue ? FirstEphemeralPort : next + 1;
        return next;
    }

    internal void HostWentDown(SimulatedHost host, bool silently)
    {
        foreach (var listener in _listeners.Values.Where(l => l.Owner.Host == host.Id).ToList())
        {
            listener.Die();
        }

        foreach (var end in _ends.Values.Where(e => e.Host == host).ToList())
        {
            if (silently)
            {
                end.FallSilent();
            }
            else
            {
                end.CloseByKernel();
            }
        }
    }

    private readonly Dictionary<int, int> _ports = [];

    private static string Canonical(string address) => IPAddress.TryParse(address, out var parsed) ? parsed.ToString() : address;

    private long Bandwidth(SimulatedHost from, SimulatedHost to)
    {
        var bandwidth = Path(from, to).Bandwidth;
        foreach (var squeeze in _squeezes)
        {
            if ((squeeze.One == from && squeeze.Other == to) || (squeeze.One == to && squeeze.Other == from))
            {
                bandwidth = Math.Min(bandwidth, squeeze.BytesPerSecond);
            }
        }

        return bandwidth;
    }

    private PathOptions Path(SimulatedHost from, SimulatedHost to) =>
        _paths.Count > 0 && _paths.TryGetValue((from.Id, to.Id), out var path) ? path : _usual;

    private sealed class Squeezed(SimulatedHost one, SimulatedHost other, long bytesPerSecond)
    {
        public SimulatedHost One => one;

        public SimulatedHost Other => other;

        public long BytesPerSecond => bytesPerSecond;
    }

    private sealed class MidwayReset(SimulatedHost from, SimulatedHost to, int left)
    {
        public SimulatedHost From => from;

        public SimulatedHost To => to;

        public int Left { get; set; } = left;
    }
}
