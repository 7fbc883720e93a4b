using System.Buffers;

namespace VtepLab.Simulation;

/// <summary>A cable between two ports: frames are real bytes; loss, duplication and reordering are real too.</summary>
public sealed class FrameLink
{
    private static readonly SendOrPostCallback LinkChanged = static p => ((SimulatedPort)p!).LinkChanged?.Invoke();

    private readonly SimulatedWorld _simulation;
    private readonly Direction _there;
    private readonly Direction _back;
    private readonly List<Disturbance> _noises = [];
    private FrameLinkOptions _calm = new();
    private bool _isSound = true;
    private int _broken;
    private int _cuts;

    internal FrameLink(SimulatedWorld simulation, SimulatedPort one, SimulatedPort other, FrameLinkOptions options)
    {
        (_simulation, One, Other, Options) = (simulation, one, other, options);
        one.Attach(this);
        other.Attach(this);
        _there = new Direction(this, one, other);
        _back = new Direction(this, other, one);
    }

    /// <summary>One end.</summary>
    public SimulatedPort One { get; }

    /// <summary>The other end.</summary>
    public SimulatedPort Other { get; }

    /// <summary>What the link is like; may be exchanged while it runs.</summary>
    public FrameLinkOptions Options { get; set; }

    /// <summary>False while the cable is cut.</summary>
    public bool IsUp { get; private set; } = true;

    /// <summary>Sees every frame when it leaves: from, to and the bytes, which are valid during the call only.</summary>
    public Action<SimulatedPort, SimulatedPort, ReadOnlyMemory<byte>>? Tap { get; set; }

    /// <summary>The link's name, from the ports' names.</summary>
    public string Name => $"{One.Host.Name}.{One.Name}-{Other.Host.Name}.{Other.Name}";

    /// <summary>Cuts the cable, or mends it; both ports are told.</summary>
    /// <remarks>
    /// Frames under way on a cut cable are lost, and with it those that a paused host has not taken from its port yet: a port without carrier starts
    /// anew, and a tap that is unplugged takes its queue along.
    /// </remarks>
    public void SetUp(bool up)
    {
        _isSound = up;
        Settle();
    }

    /// <summary>Breaks the cable until the result is disposed; it is up again when nobody else has cut or broken it meanwhile.</summary>
    public IDisposable Break()
    {
        _broken++;
        Settle();
        return new FaultScope(() =>
        {
            _broken--;
            Settle();
        });
    }

    private void Settle()
    {
        var up = _isSound && _broken == 0;
        if (up == IsUp)
        {
            return;
        }

        IsUp = up;
        _cuts += up ? 0 : 1;
        _simulation.Note(up ? "link-up" : "link-down", Name);
        foreach (var port in (SimulatedPort[])[One, Other])
        {
            _simulation.Kernel.Enqueue(port.Host.Context, LinkChanged, port);
        }
    }

    /// <summary>Loses a share of the frames, and duplicates and reorders half as many, until the result is disposed; of several such noises the loudest is heard.</summary>
    public IDisposable Disturb(double share)
    {
        _calm = _noises.Count == 0 ? Options : _calm;
        var noise = new Disturbance(this, share);
        _noises.Add(noise);
        Hear();
        return noise;
    }

    private void Hear()
    {
        var share = _noises.Select(n => n.Share).DefaultIfEmpty().Max();
        Options = _noises.Count == 0 ? _calm : _calm with { Loss = share, Duplication = share / 2, Reordering = share / 2 };
    }

    internal bool TrySend(SimulatedPort from, ReadOnlySpan<byte> frame) => IsUp && (from == One ? _there : _back).TrySend(frame);

    private sealed class Disturbance(FrameLink link, double share) : IDisposable
    {
        public double Share => share;

        public void Dispose()
        {
            if (link._noises.Remove(this))
            {
                link.Hear();
            }
        }
    }

    private sealed class Direction(FrameLink link, SimulatedPort from, SimulatedPort to)
    {
        private readonly RandomStream _random = link._simulation.Random($"link/{from.Host.Name}.{from.Name}>{to.Host.Name}.{to.Name}");
        private long _freeAt;

        public bool TrySend(ReadOnlySpan<byte> frame)
        {
            var (kernel, options) = (link._simulation.Kernel, link.Options);
            var start = Math.Max(kernel.Now, _freeAt);
            var waiting = (Int128)(start - kernel.Now) * options.Bandwidth / 1_000_000_000;
            if (waiting + frame.Length > options.QueueBytes)
            {
                return false;
            }

            _freeAt = start + (long)((Int128)frame.Length * 1_000_000_000 / options.Bandwidth);
            if (link.Tap is { } tap)
            {
                tap(from, to, frame.ToArray());
            }

            if (options.Loss > 0 && _random.Chance(options.Loss))
            {
                return true; // Lost on the way: the sender does not know.
            }

            var at = VirtualTime.After(_freeAt, options.Latency);
            if (options.Reordering > 0 && _random.Chance(options.Reordering))
            {
                at = VirtualTime.After(at, options.ReorderDelay);
            }

            var copies = options.Duplication > 0 && _random.Chance(options.Duplication) ? 2 : 1;
            for (var i = 0; i < copies; i++)
            {
                kernel.Schedule(at, kernel.World, new Flight(link, to, frame), null);
            }

            return true;
        }
    }

    /// <summary>A frame on the cable, and then in the receiver's event.</summary>
    private sealed class Flight : EventTarget
    {
        private static readonly SendOrPostCallback Deliver = static f => ((Flight)f!).Hand();

        private readonly FrameLink _link;
        private readonly SimulatedPort _to;
        private readonly byte[] _bytes;
        private readonly int _length;
        private int _cuts; // Of the cable, when the frame arrived.

        public Flight(FrameLink link, SimulatedPort to, ReadOnlySpan<byte> frame)
        {
            (_link, _to, _length) = (link, to, frame.Length);
            _bytes = ArrayPool<byte>.Shared.Rent(frame.Length);
            frame.CopyTo(_bytes);
        }

        public override string ToString() => $"what {_to.Host.Name} does with a frame at {_to.Name}{(_to.Received is { } handler ? $", {Culprit.Name(handler, null)}" : "")}";

        public override void Fire(object? state)
        {
            if (_link.IsUp && _to.Host.IsUp)
            {
                // As the receiving host: parked while it is paused, gone when it crashes.
                var (kernel, from) = (_link._simulation.Kernel, _to == _link.One ? _link.Other : _link.One);
                _cuts = _link._cuts;
                kernel.Mix((ulong)_length);
                _link._simulation.Active();
                kernel.WriteTrace(TraceKind.Frame, _to.Host.Id, _to == _link.One ? 0 : 1, _length);
                _link._simulation.Trace?.Frame(kernel.Now, _link.Name, from.Host.Name, _to.Host.Name, _bytes.AsSpan(0, _length));
                _link._simulation.Kernel.Enqueue(_to.Host.Context, Deliver, this);
            }
        }

        private void Hand()
        {
            if (_cuts == _link._cuts)
            {
                _to.Deliver(_bytes.AsSpan(0, _length));
            }

            ArrayPool<byte>.Shared.Return(_bytes);
        }
    }
}
