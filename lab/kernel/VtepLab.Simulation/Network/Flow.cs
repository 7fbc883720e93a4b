using VtepLab.Runtime;

namespace VtepLab.Simulation;

/// <summary>One direction of a simulated stream: from the writer, over the path, into the receive buffer, to the reader.</summary>
/// <remarks>
/// Nothing is ever lost or out of order: a segment that a rule drops is sent again after a time-out that doubles, and holds back what follows.
/// What was written in one instant leaves as one segment. The writer waits while more than the window is on its way or unread.
/// </remarks>
internal sealed class Flow : EventTarget
{
    private static readonly TimeSpan LongestRetransmission = TimeSpan.FromMinutes(1);
    private static readonly object Arrival = new(); // Of what is kept here while it is on its way.

    private readonly SimulatedNetwork _network;
    private readonly RandomStream? _cuts;
    private readonly int _window;
    private Queue<Chunk>? _received; // Behind the chunk that is being read; whoever waits for an answer never has any.
    private Chunk _unsent;
    private Chunk _underWay; // What is on its way alone, or before everything else; the rest is in segments of its own.
    private Chunk _reads; // The chunk that is being read.
    private bool _isUnderWay;
    private bool _endIsUnderWay;
    private bool _isBegun; // Something of the chunk was read.
    private bool _isReadingEcho;
    private int _outstanding; // Bytes accepted from the writer and not yet read.
    private int _unread;
    private long _freeAt;
    private long _lastArrival;
    private long _stalledSince = -1;
    private TimeSpan _again;
    private bool _sending; // An event to send, or to send again, is scheduled.
    private bool _ending; // The writer has finished.
    private bool _ended; // The end is on its way.
    private bool _endArrived;
    private bool _probing; // A segment found no stream at the receiver, and no reset came back; try until one does or the stream is given up.

    public Flow(SimulatedNetwork network, SimulatedConnection sender, SimulatedConnection receiver, long id)
    {
        (_network, Sender, Receiver, Id) = (network, sender, receiver, id);
        _window = network.NextWindow();
        _again = network.Options.RetransmissionTimeout;
        _cuts = network.Options.RandomSegmentation ? network.Simulation.Random($"stream/{id}/cuts") : null;
        (Writer, Reader) = (new FlowWriter(this), new FlowReader(this));
    }

    public long Id { get; }

    /// <summary>What is left out of the stream while it is idle; null where nothing ever is.</summary>
    public IdleEcho? Echo { get; set; }

    public SimulatedConnection Sender { get; }

    public SimulatedConnection Receiver { get; }

    public FlowWriter Writer { get; }

    public FlowReader Reader { get; }

    public bool HasUnread => _unread > 0;

    /// <summary>True while nothing is under way in this direction, more may be, and its reader waits for it.</summary>
    public bool IsIdle => _outstanding == 0 && !_sending && !_ending && !_probing && !_endArrived && Writer.IsIdle && Reader.IsAwaited;

    /// <summary>True when everything written, and the end, has left.</summary>
    public bool IsEnded => _ended;

    /// <summary>How many bytes the window takes now.</summary>
    public int Room => Sender.IsClosing ? int.MaxValue : Math.Max(0, _window - _outstanding);

    /// <summary>False while a fault keeps the reader's program from reading. That the stream is over takes no reading, once nothing is left to read.</summary>
    public bool IsRead => _network.IsReading(Receiver.Host) || (!HasUnread && (Receiver.IsBroken || Receiver.IsClosed));

    /// <summary>True when the writer's end has arrived and counts.</summary>
    public bool HasEnded => _endArrived && !Receiver.IsAborted;

    public Kernel Kernel => _network.Kernel;

    public void ThrowIfUnwritable()
    {
        Sender.ThrowIfBroken("writing to");
        if (_ending)
        {
            throw new InvalidOperationException($"writing to {Sender.Remote}: this direction has ended");
        }
    }

    /// <summary>Why a flush that waits will not go on; null while it may.</summary>
    public Exception? WriteError() => Sender.IsBroken || Sender.IsClosed ? Sender.BrokenWhile("writing to") : null;

    /// <summary>Why there is nothing to read, nor ever will be; null while there may.</summary>
    public Exception? ReadError() => Receiver.IsBroken || Receiver.IsClosed ? Receiver.BrokenWhile("reading from") : null;

    /// <summary>Takes bytes from the writer, whatever the window, and leaves it none.</summary>
    public void Accept(ref Chunk bytes)
    {
        Echo?.Wake();
        _outstanding += bytes.Count;
        if (_unsent.Count == 0)
        {
            _unsent.Return();
            _unsent = bytes;
        }
        else
        {
            _unsent.Append(bytes.Span);
            bytes.Return();
        }

        bytes = default;
        SendSoon();
    }

    /// <summary>The time has come to send, or what is on its way arrives.</summary>
    public override void Fire(object? state)
    {
        if (state is null)
        {
            Send();
            return;
        }

        var (bytes, isEnd) = (_underWay, _endIsUnderWay);
        (_isUnderWay, _underWay) = (false, default);
        Arrive(bytes, isEnd);
    }

    /// <summary>Takes up what was left out: bytes on their way.</summary>
    /// <param name="bytes">What was sent.</param>
    /// <param name="left">When the last of them had left.</param>
    /// <param name="arrives">When they arrive.</param>
    public void Carry(ReadOnlySpan<byte> bytes, long left, long arrives)
    {
        var chunk = default(Chunk);
        chunk.Append(bytes);
        _outstanding += bytes.Length;
        (_freeAt, _lastArrival) = (left, arrives);
        Leave(chunk, arrives, isEnd: false);
    }

    /// <summary>A read has to wait until the reader's program reads again, whatever becomes of the stream meanwhile.</summary>
    public void HoldBack() => _network.HoldBack(Receiver);

    public void Finish()
    {
        if (!_ending && !Sender.IsBroken && !Sender.IsSilent)
        {
            Echo?.Wake();
            _ending = true;
            SendSoon();
        }
    }

    /// <summary>Takes what has arrived for the reader, as far as chance lets it see; false when there is nothing.</summary>
    /// <param name="taken">The bytes.</param>
    /// <param name="owner">Whose array they lie in, to be returned with the last of them; empty before.</param>
    public bool TryTake(out ReadOnlyMemory<byte> taken, out Chunk owner)
    {
        (taken, owner) = (default, default);
        if (_unread == 0)
        {
            return false;
        }

        if (_reads.Count == 0)
        {
            (_reads, _isBegun) = (_received!.Dequeue(), false);
        }

        if (!_isBegun)
        {
            (_isBegun, _isReadingEcho) = (true, IsEcho(_reads.Span));
        }

        var count = _reads.Count;
        if (_cuts is not null && count > 1)
        {
            count = _isReadingEcho ? CutEcho(count) : Cut(_cuts, count);
        }

        if (count < _reads.Count)
        {
            taken = _reads.Lend(count);
        }
        else
        {
            (taken, owner, _reads) = (_reads.Memory, _reads, default);
        }

        _unread -= count;
        _outstanding -= count;
        if (Writer.IsWaiting)
        {
            // The news that there is room again travels back.
            Kernel.Schedule(Kernel.Now + _network.Latency(Receiver.Host, Sender.Host), Kernel.World, new Deferred(Writer.Wake), null);
        }

        return true;
    }

    /// <summary>Drops what the writer's end has not sent: nobody will.</summary>
    public void DropUnsent()
    {
        _outstanding -= _unsent.Count;
        _unsent.Return();
        _ending = _ended = true;
    }

    /// <summary>Drops what the reader's end has not read: nobody will.</summary>
    public void DropUnread()
    {
        while (_received is not null && _received.TryDequeue(out var chunk))
        {
            chunk.Return();
        }

        if (Reader.HoldsNothing)
        {
            _reads.Return(); // Else pieces of it are being looked at.
        }

        _reads = default;
        _outstanding -= _unread;
        _unread = 0;
    }

    private void SendSoon()
    {
        if (!_sending)
        {
            _sending = true;
            Kernel.Enqueue(Kernel.World, this, null);
        }
    }

    private void Send()
    {
        _sending = false;
        if (Sender.IsBroken || (_unsent.Count == 0 && (!_ending || _ended) && !_probing))
        {
            return;
        }

        var (from, to, now) = (Sender.Host, Receiver.Host, Kernel.Now);
        var verdict = _network.Judge(from, to, _unsent.Count);
        if (verdict.Kind == VerdictKind.Drop || (Receiver.IsSilent && !to.IsUp))
        {
            Stall();
            return;
        }

        var usual = IsEcho(_unsent.Span) ? _network.EchoLatency(_network.EchoPath(from, to), this, now) : _network.Latency(from, to);
        var latency = usual + VirtualTime.Nanoseconds(verdict.Delay);
        if (verdict.Kind == VerdictKind.Reset || Receiver.IsSilent || _probing)
        {
            if (verdict.Kind != VerdictKind.Reset && _network.Judge(to, from, 0).Kind == VerdictKind.Drop)
            {
                Stall();
                return;
            }

            // A machine that knows nothing of the stream, or no longer, says so.
            Kernel.Schedule(now + (2 * latency), Kernel.World, new Deferred(() => Sender.BreakByPeer()), null);
            if (verdict.Kind == VerdictKind.Reset)
            {
                Kernel.Schedule(now + latency, Kernel.World, new Deferred(() => Receiver.BreakByPeer()), null);
            }

            return;
        }

        if (_network.ResetsAfter(from, to, _unsent.Count) is { } some)
        {
            _network.Simulation.Note("reset", $"{Sender.Local} > {Sender.Remote}");
            var rest = _unsent;
            _unsent = rest.Take(some);
            rest.Return();
            Kernel.Schedule(now + (2 * latency), Kernel.World, new Deferred(() => Sender.BreakByPeer()), null);
            Leave(latency, isEnd: false);
            Kernel.Schedule(_lastArrival, Kernel.World, new Deferred(() => Receiver.BreakByPeer()), null);
            return;
        }

        (_stalledSince, _again) = (-1, _network.Options.RetransmissionTimeout);
        _ended |= _ending;
        Leave(latency, _ended);
    }

    private void Leave(long latency, bool isEnd)
    {
        var (from, to, now) = (Sender.Host, Receiver.Host, Kernel.Now);
        _freeAt = Math.Max(now, _freeAt) + _network.Serialization(from, to, _unsent.Count);
        _lastArrival = Math.Max(_freeAt + latency, _lastArrival);
        Leave(_unsent, _lastArrival, isEnd);
        _unsent = default;
    }

    private void Leave(Chunk bytes, long arrives, bool isEnd)
    {
        if (_isUnderWay)
        {
            Kernel.Schedule(arrives, Kernel.World, new Segment(this, bytes, isEnd), null);
            return;
        }

        (_isUnderWay, _underWay, _endIsUnderWay) = (true, bytes, isEnd);
        Kernel.Schedule(arrives, Kernel.World, this, Arrival);
    }

    private bool IsEcho(ReadOnlySpan<byte> bytes) => Echo is not null && Echo.Is(bytes);

    private static int Cut(RandomStream chance, int count)
    {
        var draw = chance.NextUInt64() & 15;
        return draw < 8 ? count : draw == 15 ? 1 : (int)chance.Next(1, count + 1L);
    }

    private int CutEcho(int count)
    {
        var draw = RandomStream.At(_network.Simulation.Seed, (ulong)Id, (ulong)Kernel.Now + (ulong)count);
        return (draw & 15) < 8 ? count : 1 + (int)((draw >> 8) % (uint)count);
    }

    private void Stall()
    {
        var now = Kernel.Now;
        _network.Simulation.Active();
        if (_stalledSince < 0)
        {
            _stalledSince = now;
        }
        else if (now - _stalledSince >= VirtualTime.Nanoseconds(_network.Options.StreamGivesUpAfter))
        {
            Sender.Break(new NetworkException(
                NetworkError.Unreachable, $"the stream to {Sender.Remote} was given up: no answer for {_network.Options.StreamGivesUpAfter}"));
            return;
        }

        _sending = true;
        Kernel.Schedule(VirtualTime.After(now, _again), Kernel.World, this, null);
        _again = _again * 2 < LongestRetransmission ? _again * 2 : LongestRetransmission;
    }

    private void Probe()
    {
        _probing = true;
        if (!_sending)
        {
            Stall();
        }
    }

    private void Arrive(Chunk chunk, bool isEnd)
    {
        if (Receiver.IsSilent)
        {
            // Lost with the machine; the sender finds out by sending on, or never.
            chunk.Return();
            Probe();
            return;
        }

        if (Receiver.IsBroken || Receiver.IsClosed)
        {
            // Nobody will read it: the receiving system answers with a reset, also when it has sent one before that was lost. One that has only closed
            // its own direction expects the end.
            var isAnswered = chunk.Count > 0 || (isEnd && Receiver.IsBroken);
            chunk.Return();
            if (isAnswered && !Sender.IsOver && !Receiver.TrySendReset())
            {
                Probe();
            }

            return;
        }

        if (chunk.Count > 0)
        {
            if (_network.Simulation.IsQuietAwaited && _network.Options.IsKeepAlive?.Invoke(chunk.Span) != true)
            {
                _network.Simulation.Active();
            }

            Kernel.Mix(chunk.Hash());
            Kernel.WriteTrace(TraceKind.Segment, Receiver.Owner.Host, Id, chunk.Count);
            _network.Simulation.Trace?.Segment(Kernel.Now, Sender.Host.Name, Receiver.Host.Name, Id, chunk.Span);
            if (_unread == 0)
            {
                (_reads, _isBegun) = (chunk, false);
            }
            else
            {
                (_received ??= new()).Enqueue(chunk);
            }

            _unread += chunk.Count;
        }

        _endArrived |= isEnd;
        Reader.Wake();
        if (isEnd)
        {
            Receiver.PeerEnded();
        }
    }

    /// <summary>What is on its way behind something else.</summary>
    private sealed class Segment(Flow flow, Chunk bytes, bool isEnd) : EventTarget
    {
        public override void Fire(object? state) => flow.Arrive(bytes, isEnd);
    }
}
