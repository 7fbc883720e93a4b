using VtepLab.HardwareVtep;
using VtepLab.Ovsdb;
using VtepLab.Runtime;

namespace VtepLab.Emulators.HardwareVtep;

/// <summary>A switch without a world around it: its database, its server and its control plane, wired to each other.</summary>
/// <remarks>
/// It reacts to a change in two steps: <see cref="IsBehind"/> becomes true when the database changes, and <see cref="React"/> makes
/// hardware and database agree. Who owns it decides how much time passes in between.
/// </remarks>
internal sealed class SwitchCore
{
    private readonly HardwareVtepOptions _options;
    private readonly TimeProvider _time;
    private bool _isReacting;
    private bool _fellBehindMeanwhile;

    /// <summary>Makes a switch; <see cref="Start"/> sets it going.</summary>
    /// <param name="options">What the switch is.</param>
    /// <param name="database">Its database, empty or as an earlier run left it; made by <see cref="SwitchSchema.Served"/>.</param>
    /// <param name="time">The clock for waits.</param>
    /// <param name="newUuid">Where UUIDs come from.</param>
    /// <param name="whenTurnEnds">Runs an action after everything that is ready now; used by one quirk.</param>
    public SwitchCore(HardwareVtepOptions options, Database database, TimeProvider time, Func<Guid> newUuid, Action<Action> whenTurnEnds)
    {
        (_options, _time, Database) = (options, time, database);
        Learned = new LearnedMacs(time, options.Quirks.Has(SwitchQuirkBook.NeverAges) ? null : options.MacAge);
        var name = options.Quirks.Has(SwitchQuirkBook.RenamesAtRestart) ? $"{options.Name}-{newUuid().ToString("N")[..8]}" : options.Name;
        Agent = new SwitchAgent(options, Database, name, new SharedFaults());
        Quirks = new SwitchServerQuirks(options, Agent, Database, whenTurnEnds);
        ServerOptions = new OvsdbServerOptions { Time = time, NewUuid = newUuid, Quirks = Quirks };
    }

    /// <summary>Told when the switch falls behind its database.</summary>
    public event Action? FellBehind;

    /// <summary>The hardware_vtep database.</summary>
    public Database Database { get; }

    /// <summary>The addresses seen on access ports.</summary>
    public LearnedMacs Learned { get; }

    /// <summary>What carries frames; null for a switch without ports.</summary>
    public ForwardingPlane? Forwarding { get; private set; }

    /// <summary>Its BFD sessions; null for a switch without underlay.</summary>
    public BfdBook? Bfd { get; private set; }

    /// <summary>The control plane.</summary>
    public SwitchAgent Agent { get; }

    /// <summary>How the server misbehaves.</summary>
    public SwitchServerQuirks Quirks { get; }

    /// <summary>What a server of the database needs.</summary>
    public OvsdbServerOptions ServerOptions { get; }

    /// <summary>True while the database holds changes the hardware does not follow yet.</summary>
    public bool IsBehind { get; private set; }

    /// <summary>Gives the switch ports to carry frames between; before <see cref="Start"/>.</summary>
    /// <param name="ports">The host's ports, by name.</param>
    /// <param name="jitter">Even draws from 0 up to 1, for the timing of BFD.</param>
    public void Attach(IReadOnlyDictionary<string, IFramePort> ports, Func<double> jitter)
    {
        var underlay = _options.UnderlayPort is { } name && ports.TryGetValue(name, out var port)
            ? new Underlay(port, _time, _options) : null;
        var plane = new ForwardingPlane(_options, Learned, ports, underlay, _time);
        if (underlay is not null)
        {
            Bfd = new BfdBook(_time, jitter, _options, plane.SendBfd);
            Bfd.Changed += FallBehind;
            plane.IsHealthy = Bfd.IsHealthy;
            plane.BfdReceived = Bfd.Receive;
            Agent.Bfd = Bfd;
        }

        Forwarding = plane;
        Agent.CountersOf = plane.CountersOf;
        Agent.Programmed += plane.Program;
        Learned.Changed += () =>
        {
            Agent.Learned = Learned.Known;
            FallBehind();
        };
    }

    /// <summary>Announces the switch, then follows the database.</summary>
    public void Start()
    {
        Agent.Start();
        Database.Committed += changes =>
        {
            // What the server tells of its own connections concerns nothing the hardware does.
            if (!_isReacting && changes.Changes.Any(c => c.Row.Table.Schema.Name != Manager.Table))
            {
                FallBehind();
            }
        };
    }

    /// <summary>Makes hardware and database agree.</summary>
    public void React()
    {
        IsBehind = false;
        _isReacting = true;
        try
        {
            Agent.Reconcile();
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
}
