using System.Buffers;
using System.Runtime.InteropServices;
using System.Threading.Tasks.Sources;
using VtepLab.Runtime;

namespace VtepLab.Simulation;

/// <summary>One direction of a simulated stream: from the writer, over the path, into the receive buffer, to the reader.</summary>
/// <remarks>
/// Nothing is ever lost or out of order: a segment that a rule drops is sent again after a time-out that doubles, and holds back what follows.
/// What was written in one instant leaves as one segment. The writer waits while more than the window is on its way or unread.
/// </remarks>
internal sealed class Flow
{
    private static readonly TimeSpan LongestRetransmission = TimeSpan.FromMinutes(1);

    private readonly SimulatedNetwork _network;
    private readonly RandomStream? _cuts;
    private readonly int _window;
    private readonly Queue<Chunk> _received = new();
    private readonly ReadSource _reading;
    private readonly WriteSource _writing;
    private Chunk _unsent;
    private Chunk _reads; // The chunk that is being read.
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
    private bool _probing; // A segment found the receiver silent; try until it answers or the stream is given up.

    public Flow(SimulatedNetwork network, SimulatedConnection sender, SimulatedConnection receiver, long id)
    {
        (_network, Sender, Receiver) = (network, sender, receiver);
        _window = network.NextWindow();
        _again = network.Options.RetransmissionTimeout;
        _cuts = network.Options.RandomSegmentation ? network.Simulation.Random($"stream/{id}/cuts") : null;
        _reading = new ReadSource(this);
        _writing = new WriteSource(this);
    }

    public SimulatedConnection Sender { get; }

    public SimulatedConnection Receiver { get; }

    public bool HasUnread => _unread > 0;

    /// <summary>True when everything written, and the end, has left.</summary>
    public bool IsEnded => _ended;

    private Kernel Kernel => _network.Kernel;

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        Sender.ThrowIfBroken("writing to");
        if (_ending)
        {
            throw new InvalidOperationException($"writing to {Sender.Remote}: this direction has ended");
        }

        if (_writing.IsPending)
        {
            throw new InvalidOperationException($"writing to {Sender.Remote}: another write is under way");
        }

        var room = Math.Max(0, _window - _outstanding);
        if (bytes.Length <= room || Sender.IsClosing)
        {
            Accept(bytes.Span);
            return ValueTask.CompletedTask;
        }

        Accept(bytes.Span[..room]);
        return _writing.Start(bytes[room..], cancel);
    }

    /// <summary>Takes bytes whatever the window; for the last ones of a writer that cannot wait.</summary>
    public void WriteNow(ReadOnlySpan<byte> bytes)
    {
        Sender.ThrowIfBroken("writing to");
        Accept(bytes);
    }

    public void Finish()
    {
        if (!_ending)
        {
            _ending = true;
            SendSoon();
        }
    }

    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        if (_unread > 0)
        {
            return new ValueTask<int>(Take(buffer.Span));
        }

        if (_endArrived && !Receiver.IsAborted)
        {
            return new ValueTask<int>(0);
        }

        Receiver.ThrowIfBroken("reading from");
        return _reading.Start(buffer, cancel);
    }

    /// <summary>One of the ends broke or was closed: wakes who waits at the given end, drops what nobody can want any more.</summary>
    public void WakeReader() => _reading.Wake();

    public void WakeWriter() => _writing.Wake();

    public void DropUnsent()
    {
        _outstanding -= _unsent.Count;
        _unsent.Return();
        _unsent = default;
        _ending = _ended = true;
    }

    public void DropUnread()
    {
        while (_received.TryDequeue(out var chunk))
        {
            chunk.Return();
        }

        _reads.Return();
        _reads = default;
        _outstanding -= _unread;
        _unread = 0;
    }

    private void Accept(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length == 0)
        {
            return;
        }

        _unsent.Append(bytes);
        _outstanding += bytes.Length;
        SendSoon();
    }

    private void SendSoon()
    {
        if (!_sending)
        {
            _sending = true;
            Kernel.Enqueue(Kernel.World, new Transmit(this), null);
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

        var latency = _network.Latency(from, to) + VirtualTime.Nanoseconds(verdict.Delay);
        if (verdict.Kind == VerdictKind.Reset || Receiver.IsSilent)
        {
            // A machine that has come up again knows nothing of the stream and says so.
            Kernel.Schedule(now + (2 * latency), Kernel.World, new Deferred(() => Sender.BreakByPeer()), null);
            if (verdict.Kind == VerdictKind.Reset)
            {
                Kernel.Schedule(now + latency, Kernel.World, new Deferred(() => Receiver.BreakByPeer()), null);
            }

            return;
        }

        (_stalledSince, _again) = (-1, _network.Options.RetransmissionTimeout);
        _freeAt = Math.Max(now, _freeAt) + _network.Serialization(from, to, _unsent.Count);
        _lastArrival = Math.Max(_freeAt + latency, _lastArrival);
        _ended |= _ending;
        var segment = new Segment(this, _unsent, _ended);
        _unsent = default;
        Kernel.Schedule(_lastArrival, Kernel.World, segment, null);
    }

    private void Stall()
    {
        var now = Kernel.Now;
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
        Kernel.Schedule(VirtualTime.After(now, _again), Kernel.World, new Transmit(this), null);
        _again = _again * 2 < LongestRetransmission ? _again * 2 : LongestRetransmission;
    }

    private void Arrive(Chunk chunk, bool isEnd)
    {
        if (Receiver.IsSilent)
        {
            // Lost with the machine; the sender finds out by sending on, or never.
            chunk.Return();
            _probing = true;
            if (!_sending)
            {
                Stall();
            }

            return;
        }

        if (Receiver.IsBroken || Receiver.IsClosed)
        {
            chunk.Return();
            if (chunk.Count > 0 && !Receiver.IsBroken)
            {
                // Nobody will read it: the receiving system answers with a reset.
                Kernel.Schedule(Kernel.Now + _network.Latency(Receiver.Host, Sender.Host), Kernel.World, new Deferred(() => Sender.BreakByPeer()), null);
            }

            return;
        }

        if (chunk.Count > 0)
        {
            Kernel.Mix(chunk.Hash());
            Kernel.WriteTrace(TraceKind.Segment, Receiver.Host.Id, Sender.Id, chunk.Count);
            _network.Simulation.Trace?.Segment(Kernel.Now, Sender.Host.Name, Receiver.Host.Name, Sender.Id, chunk.Bytes);
            _received.Enqueue(chunk);
            _unread += chunk.Count;
        }

        _endArrived |= isEnd;
        _reading.Wake();
        if (isEnd)
        {
            Receiver.PeerEnded();
        }
    }

    private int Take(Span<byte> buffer)
    {
        if (buffer.Length == 0)
        {
            return 0; // Only asks whether there is something.
        }

        if (_reads.Remaining == 0)
        {
            _reads.Return();
            _reads = _received.Dequeue();
        }

        var count = Math.Min(buffer.Length, _reads.Remaining);
        if (_cuts is not null && count > 1)
        {
            var draw = _cuts.NextUInt64() & 15;
            count = draw < 8 ? count : draw == 15 ? 1 : (int)_cuts.Next(1, count + 1L);
        }

        _reads.TakeTo(buffer[..count]);
        _unread -= count;
        _outstanding -= count;
        if (_writing.IsPending)
        {
            // The news that there is room again travels back.
            Kernel.Schedule(Kernel.Now + _network.Latency(Receiver.Host, Sender.Host), Kernel.World, new Deferred(_writing.Wake), null);
        }

        return count;
    }

    /// <summary>Rented bytes, filled from the front, read from the front.</summary>
    private struct Chunk
    {
        private byte[]? _bytes;
        private int _start;

        public int Count { get; private set; }

        public readonly ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Count);

        public readonly int Remaining => Count - _start;

        public void Append(ReadOnlySpan<byte> more)
        {
            var bytes = _bytes;
            if (bytes is null || bytes.Length - Count < more.Length)
            {
                bytes = ArrayPool<byte>.Shared.Rent(Math.Max(Count + more.Length, 2 * Count));
                _bytes.AsSpan(0, Count).CopyTo(bytes);
                Return();
                _bytes = bytes;
            }

            more.CopyTo(bytes.AsSpan(Count));
            Count += more.Length;
        }

        public void TakeTo(Span<byte> buffer)
        {
            _bytes.AsSpan(_start, buffer.Length).CopyTo(buffer);
            _start += buffer.Length;
        }

        public readonly void Return()
        {
            if (_bytes is not null)
            {
                ArrayPool<byte>.Shared.Return(_bytes);
            }
        }

        public readonly ulong Hash()
        {
            unchecked
            {
                var bytes = _bytes.AsSpan(0, Count);
                var words = MemoryMarshal.Cast<byte, ulong>(bytes);
                var hash = (ulong)Count;
                foreach (var word in words)
                {
                    hash = (hash ^ word) * 0x9E3779B97F4A7C15;
                    hash ^= hash >> 32;
                }

                foreach (var b in bytes[(words.Length * 8)..])
                {
                    hash = (hash ^ b) * 0x100000001B3;
                }

                return hash;
            }
        }
    }

    private sealed class Transmit(Flow flow) : EventTarget
    {
        public override void Fire(object? state) => flow.Send();
    }

    private sealed class Segment(Flow flow, Chunk chunk, bool isEnd) : EventTarget
    {
        public override void Fire(object? state) => flow.Arrive(chunk, isEnd);
    }

    /// <summary>The one read that may wait. It ends in an event of the reader's host.</summary>
    private sealed class ReadSource(Flow flow) : EventTarget, IValueTaskSource<int>
    {
        private SourceCore<int> _core;
        private Memory<byte> _buffer;
        private CancellationTokenRegistration _registration;
        private CancellationToken _cancel;
        private bool _pending;
        private bool _woken;

        public ValueTask<int> Start(Memory<byte> buffer, CancellationToken cancel)
        {
            if (_pending)
            {
                throw new InvalidOperationException($"reading from {flow.Receiver.Remote}: another read is under way");
            }

            _core.Reset();
            (_buffer, _cancel, _pending) = (buffer, cancel, true);
            _registration = cancel.CanBeCanceled ? cancel.UnsafeRegister(static s => ((ReadSource)s!).Wake(), this) : default;
            return new ValueTask<int>(this, _core.Version);
        }

        public void Wake()
        {
            if (_pending && !_woken)
            {
                _woken = true;
                flow.Kernel.Enqueue(flow.Receiver.Owner, this, null);
            }
        }

        public override void Fire(object? state)
        {
            _woken = false;
            if (!_pending)
            {
                return;
            }

            var broken = flow.Receiver.Error is not null;
            if (!_cancel.IsCancellationRequested && flow._unread == 0 && !flow._endArrived && !broken && !flow.Receiver.IsClosed)
            {
                return;
            }

            _pending = false;
            _registration.Dispose();
            _registration = default;
            if (_cancel.IsCancellationRequested)
            {
                _core.SetException(new OperationCanceledException(_cancel));
            }
            else if (flow._unread > 0)
            {
                var count = flow.Take(_buffer.Span);
                _core.SetResult(count);
            }
            else if (broken && (!flow._endArrived || flow.Receiver.IsAborted))
            {
                _core.SetException(flow.Receiver.BrokenWhile("reading from"));
            }
            else
            {
                _core.SetResult(0);
            }
        }

        public int GetResult(short token)
        {
            _buffer = default;
            return _core.GetResult(token);
        }

        public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

        public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            _core.OnCompleted(continuation, state, token, flags);
    }

    /// <summary>The one write that may wait for room. It ends in an event of the writer's host.</summary>
    private sealed class WriteSource(Flow flow) : EventTarget, IValueTaskSource
    {
        private SourceCore<bool> _core;
        private ReadOnlyMemory<byte> _rest;
        private CancellationTokenRegistration _registration;
        private CancellationToken _cancel;
        private bool _woken;

        public bool IsPending { get; private set; }

        public ValueTask Start(ReadOnlyMemory<byte> rest, CancellationToken cancel)
        {
            _core.Reset();
            (_rest, _cancel, IsPending) = (rest, cancel, true);
            _registration = cancel.CanBeCanceled ? cancel.UnsafeRegister(static s => ((WriteSource)s!).Wake(), this) : default;
            return new ValueTask(this, _core.Version);
        }

        public void Wake()
        {
            if (IsPending && !_woken)
            {
                _woken = true;
                flow.Kernel.Enqueue(flow.Sender.Owner, this, null);
            }
        }

        public override void Fire(object? state)
        {
            _woken = false;
            if (!IsPending)
            {
                return;
            }

            var error = _cancel.IsCancellationRequested ? new OperationCanceledException(_cancel)
                : flow.Sender.IsBroken || flow.Sender.IsClosed ? flow.Sender.BrokenWhile("writing to")
                : (Exception?)null;
            if (error is null)
            {
                var count = Math.Min(_rest.Length, Math.Max(0, flow._window - flow._outstanding));
                flow.Accept(_rest.Span[..count]);
                _rest = _rest[count..];
                if (_rest.Length > 0)
                {
                    return;
                }
            }

            IsPending = false;
            _rest = default;
            _registration.Dispose();
            _registration = default;
            if (error is null)
            {
                _core.SetResult(true);
            }
            else
            {
                _core.SetException(error);
            }
        }

        public void GetResult(short token) => _core.GetResult(token);

        public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

        public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            _core.OnCompleted(continuation, state, token, flags);
    }
}
