using System.IO.Pipelines;
using System.Threading.Tasks.Sources;

namespace VtepLab.Simulation;

/// <summary>The sending end of a <see cref="Flow"/>: collects what is written until it is flushed, and waits while the window is full.</summary>
/// <remarks>A flush that was cancelled keeps what did not leave; the next one goes on with it. A wait ends in an event of the writer's host.</remarks>
internal sealed class FlowWriter(Flow flow) : PipeWriter
{
    private const int LeastRoom = 256;

    private readonly Waiter _waiter = new(flow);
    private Chunk _written; // Not flushed, or flushed and held back by the window.
    private bool _completed;
    private bool _cancelled;
    private bool _isWaiting; // Whether the waiter is in use: asked at every write.

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _written.Count;

    public bool IsWaiting => _isWaiting;

    /// <summary>True while nothing is written that has not left, and more may be.</summary>
    public bool IsIdle => _written.Count == 0 && !_isWaiting && !_completed;

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        ThrowIfUnusable();
        return _written.Room(Math.Max(sizeHint, LeastRoom));
    }

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes) => _written.Advance(bytes);

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        ThrowIfUnusable();
        _written.Append(source.Span);
        return FlushAsync(cancellationToken);
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<FlushResult>(cancellationToken);
        }

        ThrowIfUnusable();
        if (_written.Count == 0)
        {
            return new ValueTask<FlushResult>(default(FlushResult));
        }

        // What is wrong with the stream is in the task, as with a socket's; only the caller's own mistakes are thrown.
        if (flow.WriteError() is { } error)
        {
            return ValueTask.FromException<FlushResult>(error);
        }

        if (TrySend())
        {
            return new ValueTask<FlushResult>(default(FlushResult));
        }

        return _waiter.Start(this, cancellationToken);
    }

    public override void CancelPendingFlush()
    {
        if (_isWaiting)
        {
            _cancelled = true;
            Wake();
        }
    }

    /// <summary>The last bytes leave whatever the window, for nobody waits here; after an error they do not leave.</summary>
    public override void Complete(Exception? exception = null)
    {
        if (_completed)
        {
            return;
        }

        _completed = true;
        try
        {
            if (exception is null && _written.Count > 0)
            {
                flow.ThrowIfUnwritable();
                flow.Accept(ref _written);
            }
        }
        finally
        {
            _written.Return();
            flow.Finish();
        }
    }

    /// <summary>Something may have changed for a flush that waits.</summary>
    public void Wake()
    {
        if (_isWaiting)
        {
            _waiter.Wake();
        }
    }

    private bool TrySend()
    {
        if (_written.Count <= flow.Room)
        {
            flow.Accept(ref _written);
            return true;
        }

        var part = _written.Take(flow.Room);
        flow.Accept(ref part);
        return false;
    }

    private void ThrowIfUnusable()
    {
        if (_completed)
        {
            throw new InvalidOperationException($"writing to {flow.Sender.Remote}: this direction has ended");
        }

        if (_isWaiting)
        {
            throw new InvalidOperationException($"writing to {flow.Sender.Remote}: another write is under way");
        }
    }

    /// <summary>The one flush that may wait for room.</summary>
    private sealed class Waiter(Flow flow) : EventTarget, IValueTaskSource<FlushResult>
    {
        private SourceCore<FlushResult> _core;
        private FlowWriter _writer = null!;
        private CancellationTokenRegistration _registration;
        private CancellationToken _cancel;
        private bool _woken;

        public ValueTask<FlushResult> Start(FlowWriter writer, CancellationToken cancel)
        {
            _core.Reset();
            (_writer, _cancel, writer._isWaiting) = (writer, cancel, true);
            if (cancel.CanBeCanceled)
            {
                _registration = cancel.UnsafeRegister(static s => ((Waiter)s!).Wake(), this);
            }

            return new ValueTask<FlushResult>(this, _core.Version);
        }

        public void Wake()
        {
            if (_writer._isWaiting && !_woken)
            {
                _woken = true;
                flow.Kernel.Enqueue(flow.Sender.Owner, this, null);
            }
        }

        public override void Fire(object? state)
        {
            _woken = false;
            var writer = _writer;
            if (!writer._isWaiting)
            {
                return;
            }

            var error = _cancel.IsCancellationRequested ? new OperationCanceledException(_cancel) : flow.WriteError();
            var cancelled = writer._cancelled;
            if (error is null && !cancelled && !writer.TrySend())
            {
                return;
            }

            (writer._isWaiting, writer._cancelled) = (false, false);
            _registration.Dispose();
            _registration = default;
            if (error is null)
            {
                _core.SetResult(new FlushResult(cancelled, isCompleted: false), flow.Sender.Owner);
            }
            else
            {
                _core.SetException(error, flow.Sender.Owner);
            }
        }

        public FlushResult GetResult(short token) => _core.GetResult(token);

        public override string ToString() => _core.Waiter;

        public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

        public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            _core.OnCompleted(continuation, state, token, flags);
    }
}
