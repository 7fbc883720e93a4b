using System.Threading.Tasks.Sources;

namespace VtepLab.Hosting;

/// <summary>What one waiter at a time waits for, on a loop's thread; it goes on within <see cref="Set"/>, on that thread.</summary>
internal sealed class LoopSignal(EventLoop loop) : IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> _source;
    private CancellationTokenRegistration _cancellation;
    private bool _isWaiting;

    /// <summary>Waits for the next <see cref="Set"/>.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public ValueTask WaitAsync(CancellationToken cancel)
    {
        if (_isWaiting)
        {
            throw new InvalidOperationException("somebody waits for this direction of the stream already");
        }

        cancel.ThrowIfCancellationRequested();
        _isWaiting = true;
        _source.Reset();
        _cancellation = cancel.UnsafeRegister(static (signal, cancelled) => ((LoopSignal)signal!).Cancel(cancelled), this);
        return new ValueTask(this, _source.Version);
    }

    /// <summary>Lets the waiter go on, if there is one.</summary>
    public void Set()
    {
        if (_isWaiting)
        {
            End();
            _source.SetResult(true);
        }
    }

    void IValueTaskSource.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

    // Without the caller's context: it is the loop's, where the waiter goes on anyway.
    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, ValueTaskSourceOnCompletedFlags.None);

    private void Cancel(CancellationToken cancelled)
    {
        if (!loop.IsCurrent)
        {
            var version = _source.Version;
            loop.Post(
                _ =>
                {
                    if (version == _source.Version)
                    {
                        Cancel(cancelled);
                    }
                },
                null);
        }
        else if (_isWaiting)
        {
            End();
            _source.SetException(new OperationCanceledException(cancelled));
        }
    }

    private void End()
    {
        _isWaiting = false;
        _cancellation.Dispose();
        _cancellation = default;
    }
}
