using VtepLab.Ovsdb;
using VtepLab.Runtime;

namespace VtepLab.Emulators.HardwareVtep;

/// <summary>One physical switch of a database: its control plane, what it has learned, and what carries its frames.</summary>
internal sealed class SwitchUnit
{
    private readonly TimeProvider _time;

    /// <summary>Makes a switch without ports.</summary>
    /// <param name="options">What the switch is.</param>
    /// <param name="database">The database it shares with its siblings, if any.</param>
    /// <param name="time">The clock for waits.</param>
    /// <param name="name">The name it announces.</param>
    /// <param name="shared">The faults of rows that the switches of the database have in common.</param>
    public SwitchUnit(HardwareVtepOptions options, Database database, TimeProvider time, string name, SharedFaults shared)
    {
        (Options, _time) = (options, time);
        Learned = new LearnedMacs(time, options.Quirks.Has(SwitchQuirkBook.NeverAges) ? null : options.MacAge);
        Agent = new SwitchAgent(options, database, name, shared);
    }

    /// <summary>Told when something beside the database has changed: a learned address, a BFD session.</summary>
    public event Action? Changed;

    /// <summary>What the switch is.</summary>
    public HardwareVtepOptions Options { get; }

    /// <summary>The addresses seen on access ports.</summary>
    public LearnedMacs Learned { get; }

    /// <summary>The control plane.</summary>
    public SwitchAgent Agent { get; }

    /// <summary>What carries frames; null for a switch without ports.</summary>
    public ForwardingPlane? Forwarding { get; private set; }

    /// <summary>Its BFD sessions; null for a switch without underlay.</summary>
    public BfdBook? Bfd { get; private set; }

    /// <summary>Gives the switch ports to carry frames between; before its agent starts.</summary>
    /// <param name="ports">Its own ports and its way into the underlay, by the names the options give them.</param>
    /// <param name="jitter">Even draws from 0 up to 1, for the timing of BFD.</param>
    public void Attach(IReadOnlyDictionary<string, IFramePort> ports, Func<double> jitter)
    {
        var underlay = Options.UnderlayPort is { } name && ports.TryGetValue(name, out var port) ? new Underlay(port, _time, Options) : null;
        var plane = new ForwardingPlane(Options, Learned, ports, underlay, _time);
        if (underlay is not null)
        {
            Bfd = new BfdBook(_time, jitter, Options, plane.SendBfd);
            Bfd.Changed += () => Changed?.Invoke();
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
            Changed?.Invoke();
        };
    }
}
