using VtepLab.HardwareVtep;
using VtepLab.Ovsdb;
using VtepLab.Runtime;

namespace VtepLab.Emulators.HardwareVtep;

/// <summary>Switches without a world around them: their database, its server and their control planes, wired to each other.</summary>
/// <remarks>
/// It reacts to a change in two steps: <see cref="IsBehind"/> becomes true when the database changes, and <see cref="React"/> makes
/// hardware and database agree. Who owns it decides how much time passes in between. Most databases have one switch; a front end
/// has several, and the options of the first one say what the database and its server are like.
/// </remarks>
internal sealed class SwitchCore
{
    private bool _isReacting;
    private bool _fellBehindMeanwhile;

    /// <summary>Makes switches; <see cref="Start"/> sets them going.</summary>
    /// <param name="switches">What they are, at least one; see <see cref="HardwareVtepOptions.Validate(IReadOnlyList{HardwareVtepOptions})"/>.</param>
    /// <param name="database">Their database, empty or as an earlier run left it; made by <see cref="SwitchSchema.Served"/>.</param>
    /// <param name="time">The clock for waits.</param>
    /// <param name="newUuid">Where UUIDs come from.</param>
    /// <param name="whenTurnEnds">Runs an action after everything that is ready now; used by one quirk.</param>
    public SwitchCore(
        IReadOnlyList<HardwareVtepOptions> switches, Database database, TimeProvider time, Func<Guid> newUuid, Action<Action> whenTurnEnds)
    {
        Database = database;
        var shared = new SharedFaults();
        foreach (var options in switches)
        {
            var name = options.Quirks.Has(SwitchQuirkBook.RenamesAtRestart) ? $"{options.Name}-{newUuid().ToString("N")[..8]}" : options.Name;
            var unit = new SwitchUnit(options, database, time, name, shared);
            unit.Changed += FallBehind;
            Units.Add(unit);
        }

        Quirks = new SwitchServerQuirks(switches[0], [.. Units.Select(u => u.Agent)], Database, whenTurnEnds);
        ServerOptions = new OvsdbServerOptions { Time = time, NewUuid = newUuid, Quirks = Quirks };
    }

    /// <summary>Told when a switch falls behind its database.</summary>
    public event Action? FellBehind;

    /// <summary>The hardware_vtep database; another one after a conversion.</summary>
    public Database Database { get; private set; }

    /// <summary>The switches, in the order of their options.</summary>
    public List<SwitchUnit> Units { get; } = [];

    /// <summary>The addresses that the first switch has seen.</summary>
    public LearnedMacs Learned => Units[0].Learned;

    /// <summary>What carries the first switch's frames; null for a switch without ports.</summary>
    public ForwardingPlane? Forwarding => Units[0].Forwarding;

    /// <summary>The first switch's BFD sessions; null for a switch without underlay.</summary>
    public BfdBook? Bfd => Units[0].Bfd;

    /// <summary>The first switch's control plane.</summary>
    public SwitchAgent Agent => Units[0].Agent;

    /// <summary>How the server misbehaves.</summary>
    public SwitchServerQuirks Quirks { get; }

    /// <summary>What a server of the database needs.</summary>
    public OvsdbServerOptions ServerOptions { get; }

    /// <summary>True while the database holds changes the hardware does not follow yet.</summary>
    public bool IsBehind { get; private set; }

    /// <summary>Gives the switches ports to carry frames between; before <see cref="Start"/>.</summary>
    /// <param name="ports">The host's ports, by name; of several switches each has the ports named after it, <c>leaf1:eth3</c>.</param>
    /// <param name="jitter">Even draws from 0 up to 1, for the timing of BFD.</param>
    public void Attach(IReadOnlyDictionary<string, IFramePort> ports, Func<double> jitter)
    {
        foreach (var unit in Units)
        {
            var prefix = Units.Count == 1 ? "" : $"{unit.Options.Name}:";
            unit.Attach(
                ports.Where(p => p.Key.StartsWith(prefix, StringComparison.Ordinal)).ToDictionary(p => p.Key[prefix.Length..], p => p.Value, StringComparer.Ordinal),
                jitter);
        }
    }

    /// <summary>Announces the switches, then follows the database.</summary>
    public void Start()
    {
        Units.ForEach(u => u.Agent.Start());
        Database.Committed += Follow;
    }

    /// <summary>Goes on with the database that a conversion has put in the place of the present one.</summary>
    /// <returns>Why the switch can do nothing with its schema, and will neither read nor write it until it is converted again; null when it can.</returns>
    public string? MoveTo(Database converted)
    {
        Database.Committed -= Follow;
        Database = converted;
        Database.Committed += Follow;
        Units.ForEach(u => u.Agent.MoveTo(converted));
        Quirks.MoveTo(converted);
        string? objection = null;
        try
        {
            VtepSchema.Check(converted.Schema);
        }
        catch (FormatException e)
        {
            objection = e.Message;
        }

        Quirks.IsSuspended = objection is not null;
        FallBehind();
        return objection;
    }

    /// <summary>Makes hardware and database agree.</summary>
    public void React()
    {
        IsBehind = false;
        if (Quirks.IsSuspended)
        {
            return;
        }

        _isReacting = true;
        try
        {
            Units.ForEach(u => u.Agent.Reconcile());
        }
        finally
        {
            _isReacting = false;
        }

        if (_fellBehindMeanwhile)
        {
            _fellBehindMeanwhile = false;
            FallBehind();
        }
    }

    /// <summary>Says that something beside the database has changed: a learned address, a reserved VLAN, a BFD session.</summary>
    public void FallBehind()
    {
        if (_isReacting)
        {
            _fellBehindMeanwhile = true;
        }
        else if (!IsBehind)
        {
            IsBehind = true;
            FellBehind?.Invoke();
        }
    }

    private void Follow(ChangeSet changes)
    {
        // What the server tells of its own connections concerns nothing the hardware does.
        if (!_isReacting && changes.Changes.Any(c => c.Row.Table.Schema.Name != Manager.Table))
        {
            FallBehind();
        }
    }
}
