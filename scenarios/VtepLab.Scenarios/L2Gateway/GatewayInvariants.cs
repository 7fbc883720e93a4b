using System.Globalization;
using VtepLab.Emulators.HardwareVtep;
using VtepLab.Ovsdb;
using VtepLab.Simulation;
using VtepLab.Topology;

namespace VtepLab.Scenarios.L2Gateway;

/// <summary>What must hold of switches and plugin at every moment of a simulated scenario, whatever breaks; each under a name of its own.</summary>
/// <remarks>Looks into the emulated switches from inside, where nothing disturbs them, and only after a transaction.</remarks>
internal sealed class GatewayInvariants(SimulatedLab lab, Controllers controllers, Cloud cloud, ToldOnce told)
{
    private readonly List<Judged> _judged = []; // All switches there are; a list, for it is gone through after every event.
    private readonly Dictionary<string, long> _terms = [];
    private readonly Dictionary<long, string> _elected = [];
    private string? _invented;
    private string? _joined;
    private string? _twiceElected;

    /// <summary>Has them checked from now on.</summary>
    public void Register(Invariants invariants)
    {
        invariants.Always("every-change-is-told-once", () => told.FirstWrong);
        invariants.Always("no-entry-is-duplicated", Duplicated);
        invariants.Always("no-entry-is-invented", () => _invented);
        invariants.Always("a-vni-is-one-network", () => _joined);
        invariants.Every(TimeSpan.FromSeconds(1), "no-accepted-request-is-lost", Lost);
        invariants.Every(TimeSpan.FromSeconds(1), "terms-only-grow", TermFell);
        invariants.Always("a-term-names-one-agent", () => _twiceElected);
    }

    private string? Duplicated()
    {
        if (_judged.Count != lab.Emulators.Count)
        {
            _judged.Clear();
            _judged.AddRange(lab.Emulators.Keys.Select(name => new Judged(name)));
        }

        foreach (var judged in _judged)
        {
            var emulator = lab.Emulators[judged.Name];
            if (judged.IsNews(emulator.Database))
            {
                _invented ??= Invented(judged.Name, emulator);
                _joined ??= Joined(judged.Name, emulator);
                if (Twice(emulator) is { } twice)
                {
                    return $"{judged.Name} holds {twice} twice";
                }
            }
        }

        return null;
    }

    private static string? Twice(HardwareVtepEmulator emulator) =>
        FirstTwice(emulator.Database.Table("Logical_Switch").All.Select(r => $"network {r["name"].String}"))
        ?? FirstTwice(emulator.Database.Table("Ucast_Macs_Remote").All.Select(r => $"remote MAC {r["MAC"].String} of {r["logical_switch"].Uuid}"))
        ?? FirstTwice(emulator.Database.Table("Mcast_Macs_Remote").All.Select(r => $"{r["MAC"].String} of {r["logical_switch"].Uuid}"));

    private static string? FirstTwice(IEnumerable<string> entries)
    {
        var seen = new HashSet<string>();
        return entries.FirstOrDefault(e => !seen.Add(e));
    }

    // Tunnels carry the number alone: two networks of one number are one.
    private string? Joined(string name, HardwareVtepEmulator emulator) =>
        emulator.Database.Table("Logical_Switch").All.Where(r => !r["tunnel_key"].IsEmpty && cloud.IsOurs(r["name"].String)).GroupBy(r => r["tunnel_key"].Integer)
            .FirstOrDefault(g => g.Count() > 1) is { } both
            ? string.Create(CultureInfo.InvariantCulture, $"{name} has VNI {both.Key} for {string.Join(" and ", both.Select(r => cloud.NetworkOf(r["name"].String)).Order(StringComparer.Ordinal))}")
            : null;

    private string? Invented(string name, HardwareVtepEmulator emulator) =>
        emulator.Database.Table("Logical_Switch").All.Select(r => r["name"].String)
            .Concat(emulator.Database.Table("Ucast_Macs_Remote").All.Select(r => r["MAC"].String))
            .Concat(emulator.Database.Table("Physical_Port").All.SelectMany(p => p["vlan_bindings"].Keys.Select(
                v => string.Create(CultureInfo.InvariantCulture, $"{name} {p["name"].String} {v.Integer}"))))
            .FirstOrDefault(e => !cloud.EverAsked.Contains(e)) is { } entry
            ? $"{name} holds {entry}, and nobody has ever asked for that"
            : null;

    /// <summary>A switch, and whether something of its database was not judged yet.</summary>
    private sealed class Judged(string name)
    {
        private static readonly string[] Tables = ["Logical_Switch", "Physical_Port", "Ucast_Macs_Remote", "Mcast_Macs_Remote"];

        private Database? _database;
        private bool _isNews;

        public string Name => name;

        public bool IsNews(Database now)
        {
            if (!ReferenceEquals(now, _database))
            {
                now.Committed += news => _isNews |= news.Changes.Any(c => Tables.Contains(c.Row.Table.Schema.Name)); // Not for every count of frames.
                (_database, _isNews) = (now, true);
            }

            var isNews = _isNews;
            _isNews = false;
            return isNews;
        }
    }

    // Of plugins that share a database one that did not take the request may see it a moment later.
    private string? Lost() =>
        controllers.Names.Count == 1 && controllers.Leader is { } plugin && cloud.ConnectionIds.FirstOrDefault(c => !plugin.Model.Connections.ContainsKey(c)) is { } lost
            ? $"connection {lost} was accepted, was not deleted, and is not there"
            : null;

    // Of several plugins each sees the database a moment late, one that hangs much later: no copy may go back, and no term be given twice.
    private string? TermFell()
    {
        foreach (var (name, model) in controllers.Models)
        {
            if (model.Monitor is not { } monitor)
            {
                continue;
            }

            var before = _terms.GetValueOrDefault(name);
            _terms[name] = monitor.Term;
            if (monitor.Term < before)
            {
                return $"the monitor was elected in term {before}, and is now in term {monitor.Term}";
            }

            if (!_elected.TryAdd(monitor.Term, monitor.Host) && _elected[monitor.Term] != monitor.Host)
            {
                _twiceElected ??= $"{_elected[monitor.Term]} and {monitor.Host} were both elected in term {monitor.Term}";
            }
        }

        return null;
    }
}
