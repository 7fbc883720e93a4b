using System.Buffers;
using System.IO.Pipelines;
using System.Threading.Tasks.Sources;

namespace VtepLab.Simulation;

/// <summary>The receiving end of a <see cref="Flow"/>: what has arrived, in the pieces that the stream's chance cuts it into.</summary>
/// <remarks>
/// Behaves as the library's reader over a socket's stream does: what was not examined is given again at once, and the end is told after the last
/// byte. Each piece is a segment of its own, so a message that was cut is also cut in memory. A wait ends in an event of the reader's host.
/// </remarks>
internal sealed class FlowReader(Flow flow) : PipeReader
{
    private const int MostSpares = 4; // Enough for whoever reads message by message.

    private readonly Waiter _waiter = new(flow);
    private Piece? _first;
    private Piece? _last;
    private Piece? _spare = new(); // The first of those that wait to be used again.
    private int _spares = 1;
    private int _consumed; // Bytes of the first piece.
    private long _held; // Bytes that were read and not consumed.
    private bool _examinedAll = true;
    private bool _atEnd;
    private bool _completed;
    private bool _cancelled;

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfUnusable();
        // What is wrong with the stream is in the task, as with a socket's; only the caller's own mistakes are thrown.
        return cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled<ReadResult>(cancellationToken)
            : TryRead(out var result, out var error) ? new ValueTask<ReadResult>(result)
            : error is not null ? ValueTask.FromException<ReadResult>(error)
            : _waiter.Start(this, cancellationToken);
    }

    public override bool TryRead(out ReadResult result)
    {
        ThrowIfUnusable();
        return TryRead(out result, out var error) || (error is null ? false : throw error);
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (_last is null)
        {
            return; // Nothing was given.
        }

        var until = consumed.GetObject() as Piece;
        if (until is not null)
        {
            var index = consumed.GetInteger();
            while (_first != until)
            {
                if (_first is null)
                {
                    throw new InvalidOperationException("the position is of another read");
                }

                Free();
            }

            _held -= index - _consumed;
            _consumed = index;
        }

        _examinedAll = examined.GetObject() is not Piece seen || (seen == _last && examined.GetInteger() == seen.Memory.Length) || _held == 0;
        if (_held == 0)
        {
            while (_first is not null)
            {
                Free();
            }
        }
    }

    public override void CancelPendingRead()
    {
        flow.Echo?.Wake();
        _cancelled = true;
        Wake();
    }

    public override void Complete(Exception? exception = null)
    {
        flow.Echo?.Wake();
        _completed = true;
        while (_first is not null)
        {
            Free();
        }
    }

    /// <summary>True when everything that was read has been consumed.</summary>
    public bool HoldsNothing => _first is null;

    /// <summary>True while a read waits that nothing but bytes, or the stream's end, will end.</summary>
    public bool IsAwaited => _waiter.IsAwaited && HoldsNothing && !_cancelled && !_completed;

    /// <summary>Something may have changed for a read that waits.</summary>
    public void Wake() => _waiter.Wake();

    private void ThrowIfUnusable()
    {
        if (_completed)
        {
            throw new InvalidOperationException($"reading from {flow.Receiver.Remote}: the reader was completed");
        }

        if (_waiter.IsPending)
        {
            throw new InvalidOperationException($"reading from {flow.Receiver.Remote}: another read is under way");
        }
    }

    /// <summary>The state now; false when there is nothing to tell, with an error where there never will be.</summary>
    private bool TryRead(out ReadResult result, out Exception? error)
    {
        error = null;
        if (_cancelled || (_held > 0 && (!_examinedAll || _atEnd)))
        {
            result = new ReadResult(Held(), _cancelled, _atEnd);
            _cancelled = false;
            return true;
        }

        if (!flow.IsRead)
        {
            flow.HoldBack();
            result = default;
            return false;
        }

        if (flow.TryTake(out var taken, out var owner))
        {
            Add(taken, owner);
            result = new ReadResult(Held(), isCanceled: false, isCompleted: false);
            return true;
        }

        if (flow.HasEnded)
        {
            _atEnd = true;
            result = new ReadResult(Held(), isCanceled: false, isCompleted: true);
            return true;
        }

        result = default;
        error = flow.ReadError();
        return false;
    }

    private ReadOnlySequence<byte> Held() => _held == 0 ? default : new(_first!, _consumed, _last!, _last!.Memory.Length);

    private void Add(ReadOnlyMemory<byte> bytes, Chunk owner)
    {
        Piece piece;
        if (_spare is null)
        {
            piece = new Piece();
        }
        else
        {
            (piece, _spare) = (_spare, _spare.NextSpare);
            _spares--;
        }

        piece.Hold(bytes, owner, _last);
        _first ??= piece;
        _last = piece;
        _held += bytes.Length;
        _examinedAll = false;
    }

    private void Free()
    {
        var piece = _first!;
        _first = (Piece?)piece.Next;
        _held -= piece.Memory.Length - _consumed;
        _consumed = 0;
        if (_first is null)
        {
            _last = null;
        }

        piece.Release();
        if (_spares < MostSpares)
        {
            (piece.NextSpare, _spare) = (_spare, piece);
            _spares++;
        }
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        private Chunk _owner;

        public Piece? NextSpare { get; set; }

        public void Hold(ReadOnlyMemory<byte> bytes, Chunk owner, Piece? before)
        {
            (_owner, Memory, NextSpare) = (owner, bytes, null);
            if (before is not null)
            {
                before.Next = this;
                RunningIndex = before.RunningIndex + before.Memory.Length;
            }
        }

        public void Release()
        {
            _owner.Return();
            (Memory, Next, RunningIndex) = (default, null, 0);
        }
    }

    /// <summary>The one read that may wait.</summary>
    private sealed class Waiter(Flow flow) : EventTarget, IValueTaskSource<ReadResult>
    {
        private SourceCore<ReadResult> _core;
        private FlowReader? _reader;
        private CancellationTokenRegistration _registration;
        private CancellationToken _cancel;
        private bool _woken;

        public bool IsPending => _reader is not null;

        public bool IsAwaited => _reader is not null && !_woken && !_cancel.CanBeCanceled;

        public ValueTask<ReadResult> Start(FlowReader reader, CancellationToken cancel)
        {
            _core.Reset();
            (_reader, _cancel) = (reader, cancel);
            if (cancel.CanBeCanceled)
            {
                _registration = cancel.UnsafeRegister(static s => ((Waiter)s!).Wake(), this);
            }

            return new ValueTask<ReadResult>(this, _core.Version);
        }

        public void Wake()
        {
            if (_reader is not null && !_woken)
            {
                _woken = true;
                flow.Kernel.Enqueue(flow.Receiver.Owner, this, null);
            }
        }

        public override void Fire(object? state)
        {
            _woken = false;
            if (_reader is not { } reader)
            {
                return;
            }

            Exception? error = _cancel.IsCancellationRequested ? new OperationCanceledException(_cancel) : null;
            var result = default(ReadResult);
            if (error is null && !reader.TryRead(out result, out error))
            {
                if (error is null)
                {
                    return;
                }

                if (!flow.Receiver.IsBroken)
                {
                    (result, error) = (new ReadResult(reader.Held(), isCanceled: false, isCompleted: true), null); // Closed here while it waited.
                }
            }

            _reader = null;
            _registration.Dispose();
            _registration = default;
            if (error is null)
            {
                _core.SetResult(result, flow.Receiver.Owner);
            }
            else
            {
                _core.SetException(error, flow.Receiver.Owner);
            }
        }

        public ReadResult GetResult(short token) => _core.GetResult(token);

        public override string ToString() => _core.Waiter;

        public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

        public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            _core.OnCompleted(continuation, state, token, flags);
    }
}
