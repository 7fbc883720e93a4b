using Microsoft.Extensions.Logging;
using VtepLab.Ovsdb;
using VtepLab.OvsdbPeers;
using VtepLab.Runtime;

namespace VtepLab.L2Gateway.Agent;

/// <summary>A switch that the agent serves.</summary>
/// <param name="Name">The name the plugin knows it by.</param>
/// <param name="Gateway">Carries out the plugin's requests.</param>
/// <param name="Target">Where it is; null for one that dialled in.</param>
/// <param name="DialledIn">The connection that it made, with a copy of what a monitor tells; null for one that the agent connects to.</param>
internal sealed record ServedSwitch(string Name, GatewaySwitch Gateway, OvsdbHost? Target, OvsdbClientSession? DialledIn);

/// <summary>The switches of an agent: those of its configuration, which it connects to, or those that dial in.</summary>
internal sealed class SwitchBook(IHost host, AgentOptions options)
{
    private readonly ILogger _log = host.Logs.CreateLogger("VtepLab.L2Gateway.Agent.SwitchBook");
    private readonly SortedDictionary<string, ServedSwitch> _switches = new(StringComparer.Ordinal);
    private readonly List<OvsdbClientSession> _started = [];

    private readonly SortedDictionary<string, OvsdbClientSession> _assigned = new(StringComparer.Ordinal);

    /// <summary>Called when a switch is served from now on, or over a new connection.</summary>
    public event Action<ServedSwitch>? Changed;

    /// <summary>Called with the name of a switch that is not served any more.</summary>
    public event Action<string>? Removed;

    /// <summary>The switches in the order of their names.</summary>
    public IReadOnlyCollection<ServedSwitch> All => _switches.Values;

    /// <summary>The switch of that name; null when the agent does not serve it.</summary>
    public ServedSwitch? Find(string name) => _switches.GetValueOrDefault(name);

    /// <summary>Begins to connect, and to listen.</summary>
    /// <exception cref="NetworkException">It cannot listen.</exception>
    public async Task StartAsync(CancellationToken cancel)
    {
        foreach (var target in options.OvsdbHosts)
        {
            _started.Add(Connect(target));
        }

        if (options.ManagerListener is { } endpoint)
        {
            var listener = new ManagerListener(host, options, DialIn);
            await listener.StartAsync(endpoint, cancel);
        }
    }

    /// <summary>An operator has assigned these switches by REST, and no others; those of the configuration stay whatever is said.</summary>
    public async Task AssignAsync(IReadOnlyList<OvsdbHost> targets)
    {
        // One that is to be reached elsewhere now is another connection. Two assignments may be under way: what is awaited comes last.
        var ended = new List<OvsdbClientSession>();
        foreach (var name in _assigned.Keys.Where(n => !targets.Contains(_switches[n].Target)).ToList())
        {
            _log.LogInformation("{Switch} is not assigned any more", name);
            _assigned.Remove(name, out var session);
            _switches.Remove(name);
            Removed?.Invoke(name);
            ended.Add(session!);
        }

        foreach (var target in targets.Where(t => !_switches.ContainsKey(t.Name)))
        {
            _log.LogInformation("{Switch} at {Endpoint} is assigned", target.Name, target.Endpoint);
            _assigned.Add(target.Name, Connect(target));
            Changed?.Invoke(_switches[target.Name]);
        }

        foreach (var session in ended)
        {
            await session.StopAsync();
        }
    }

    /// <summary>Ends the connections that the agent made.</summary>
    public async Task StopAsync()
    {
        foreach (var session in _started.Concat(_assigned.Values))
        {
            await session.StopAsync();
        }
    }

    private OvsdbClientSession Connect(OvsdbHost target)
    {
        var session = new OvsdbClientSession(host, options.SessionWith(target, tables: []));
        _switches.Add(target.Name, new ServedSwitch(target.Name, new GatewaySwitch(host, target.Name, session, options), target, null));
        session.Start();
        return session;
    }

    // Says whether the switch may stay; two that give the same name cannot be told apart by the plugin. One that has the row of the
    // connected one is the same, which was rebooted and has forgotten its old connection.
    private bool DialIn(string name, OvsdbClientSession session)
    {
        if (Find(name) is { } known)
        {
            if (known.DialledIn is null || (known.DialledIn.IsActive && RowOf(name, known.DialledIn) != RowOf(name, session)))
            {
                _log.LogError(
                    "a second switch calls itself {Switch}, from {Remote}: it is not served while the first is connected", name, session.Name);
                return false;
            }

            known.Gateway.Use(session);
            _switches[name] = known with { DialledIn = session };
        }
        else
        {
            _switches.Add(name, new ServedSwitch(name, new GatewaySwitch(host, name, session, options), null, session));
        }

        _log.LogInformation("{Switch} has dialled in from {Remote}", name, session.Name);
        Changed?.Invoke(_switches[name]);
        return true;
    }

    private static Uuid? RowOf(string name, OvsdbClientSession session) =>
        session.Replica.Table("Physical_Switch").Rows.Where(r => r["name"].String == name).Select(r => (Uuid?)r.Uuid).FirstOrDefault();
}
