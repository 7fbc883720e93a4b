using System.Threading.Tasks.Sources;

namespace VtepLab.Simulation;

/// <summary>One wait of a host for time to pass; used again after it was awaited.</summary>
internal sealed class DelaySource(Stack<DelaySource> pool) : EventTarget, IValueTaskSource
{
    private SourceCore<bool> _core;
    private CancellationTokenRegistration _registration;
    private HostContext? _owner;
    private EventHandle _event;
    private CancellationToken _cancel;
    private bool _ended;

    public ValueTask Start(HostContext owner, long at, CancellationToken cancel)
    {
        _core.Reset();
        (_owner, _cancel, _ended) = (owner, cancel, false);
        _event = owner.Kernel.Schedule(at, owner, this, null);
        if (cancel.CanBeCanceled)
        {
            _registration = cancel.UnsafeRegister(static s => ((DelaySource)s!).Cancel(), this);
        }

        return new ValueTask(this, _core.Version);
    }

    public override void Fire(object? state)
    {
        _ended = true;
        if (state is null)
        {
            _registration.Dispose();
            _core.SetResult(true, _owner);
        }
        else
        {
            _core.SetException(new OperationCanceledException(_cancel), _owner);
        }
    }

    public override string ToString() => _core.Waiter;

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    public void GetResult(short token)
    {
        try
        {
            _core.GetResult(token);
        }
        finally
        {
            (_owner, _registration, _cancel) = (null, default, default);
            pool.Push(this);
        }
    }

    // Cancelling runs in the caller's event; the wait itself ends in one of its own, without a context.
    private void Cancel()
    {
        if (!_ended && _owner!.Kernel.Cancel(_event))
        {
            _ended = true;
            _owner.Kernel.Enqueue(_owner, this, this);
        }
    }
}
