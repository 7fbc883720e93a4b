using VtepLab.Runtime;

namespace VtepLab.Simulation;

/// <summary>The probes that an idle stream leaves out: what would come of one is worked out at the moment it would leave.</summary>
/// <remarks>
/// An exchange is left out while the network is undisturbed, both hosts run, nothing else is under way and both programs wait for bytes. Its times are
/// those it would take, for the chance of an echo depends on its stream and moment alone (<see cref="IdleEchoes.DrawnApart"/>). Whatever happens to the
/// stream, its hosts or the network before it would be over has what is left of it carried: it then lies on the wire as if it had been
/// sent. Only what happens in the very nanosecond of its arrival may come in another order.
/// </remarks>
internal sealed class IdleEcho
{
    private readonly SimulatedNetwork _network;
    private readonly Side _one;
    private readonly Side _other;
    private long _seen = -1; // The network's turn in which both ends were seen at rest; -1 when something has happened since.
    private Side? _prober;
    private long _requestLeft;
    private long _requestArrives;
    private long _replyLeft;
    private long _replyArrives = -1;

    public IdleEcho(SimulatedNetwork network, SimulatedConnection connection, Flow outgoing, Flow incoming)
    {
        _network = network;
        (_one, _other) = (new Side(connection, outgoing), new Side(connection.Peer, incoming));
        (outgoing.Echo, incoming.Echo) = (this, this);
    }

    private bool IsUnderWay => _network.Kernel.Now < _replyArrives;

    public void Attach(SimulatedConnection connection, IIdleEnd end) => SideOf(connection).End = end;

    /// <summary>True for bytes that are a request or a reply and nothing else, as the ends write them.</summary>
    public bool Is(ReadOnlySpan<byte> bytes) =>
        (_one.End ?? _other.End) is { } end && (bytes.SequenceEqual(end.Request.Span) || bytes.SequenceEqual(end.Reply.Span));

    public bool LeavesOut(SimulatedConnection prober)
    {
        // What else is ready at this instant might be written into the same segment.
        if (IsUnderWay || _network.Kernel.HasReady || (_seen != _network.Turn && !IsAtRest()))
        {
            return false;
        }

        var (near, far, now) = (SideOf(prober), SideOf(prober.Peer), _network.Kernel.Now);
        _prober = near;
        _requestLeft = now + near.RequestTime;
        _requestArrives = _requestLeft + _network.EchoLatency(near.Path, near.Outgoing, now);
        _replyLeft = _requestArrives + far.ReplyTime;
        _replyArrives = _replyLeft + _network.EchoLatency(far.Path, far.Outgoing, _requestArrives);
        far.End!.WillHear(far.Connection.Host.Clock.TimestampAt(_requestArrives));
        near.End!.WillHear(near.Connection.Host.Clock.TimestampAt(_replyArrives));
        far.Missed += near.End.Request.Length;
        near.Missed += far.End.Reply.Length;
        while (_network.EchoesUnderWay.TryPeek(out var first) && first.Until <= now)
        {
            _network.EchoesUnderWay.Dequeue();
        }

        _network.EchoesUnderWay.Enqueue((_replyArrives, this));
        _network.EchoesLeftOut++;
        return true;
    }

    /// <summary>Something is about to happen to the stream, to one of its hosts or to the network: from now on everything counts.</summary>
    public void Wake()
    {
        if (_seen < 0)
        {
            return;
        }

        _seen = -1;
        if (IsUnderWay)
        {
            Carry();
        }

        _one.TellMissed();
        _other.TellMissed();
    }

    private void Carry()
    {
        var (near, far) = _prober == _one ? (_one, _other) : (_other, _one);
        _network.EchoesTakenUp++;
        near.End!.Unhear();
        near.Missed -= far.End!.Reply.Length;
        if (_network.Kernel.Now < _requestArrives)
        {
            far.End.Unhear();
            far.Missed -= near.End.Request.Length;
            near.Outgoing.Carry(near.End.Request.Span, _requestLeft, _requestArrives);
        }
        else
        {
            far.Outgoing.Carry(far.End.Reply.Span, _replyLeft, _replyArrives);
        }

        _replyArrives = -1;
    }

    private bool IsAtRest()
    {
        if (!_network.IsUndisturbed || !_one.IsAtRest || !_other.IsAtRest
            || !_one.End!.Request.Span.SequenceEqual(_other.End!.Request.Span) || !_one.End.Reply.Span.SequenceEqual(_other.End.Reply.Span))
        {
            return false;
        }

        _one.Look(_network, _other);
        _other.Look(_network, _one);
        if (!_one.Path.IsRandom || !_other.Path.IsRandom)
        {
            return false; // Where nothing is left to chance, much happens in one nanosecond.
        }

        _seen = _network.Turn;
        return true;
    }

    private Side SideOf(SimulatedConnection connection) => connection == _one.Connection ? _one : _other;

    private sealed class Side(SimulatedConnection connection, Flow outgoing)
    {
        public SimulatedConnection Connection => connection;

        public Flow Outgoing => outgoing;

        public IIdleEnd? End { get; set; }

        /// <summary>Bytes left out that would have arrived here, not told yet.</summary>
        public long Missed { get; set; }

        public EchoPath Path { get; private set; }

        /// <summary>Nanoseconds that a request takes to leave.</summary>
        public long RequestTime { get; private set; }

        /// <summary>The same of a reply.</summary>
        public long ReplyTime { get; private set; }

        public bool IsAtRest => End is { IsAtRest: true } && connection.IsOpen && outgoing.IsIdle;

        public void Look(SimulatedNetwork network, Side to)
        {
            var (here, there) = (connection.Host, to.Connection.Host);
            Path = network.EchoPath(here, there);
            RequestTime = network.Serialization(here, there, End!.Request.Length);
            ReplyTime = network.Serialization(here, there, End.Reply.Length);
        }

        public void TellMissed()
        {
            if (Missed > 0)
            {
                End!.Missed(Missed);
                Missed = 0;
            }
        }
    }
}

/// <summary>How long an echo takes from one host to another, in nanoseconds.</summary>
internal readonly record struct EchoPath(long Latency, long Jitter)
{
    public bool IsRandom => Jitter > 0;
}
