using System.Runtime.ExceptionServices;
using System.Threading.Tasks.Sources;

namespace VtepLab.Simulation;

/// <summary>The inside of a reusable value task source whose continuation stays on the simulation's thread.</summary>
/// <remarks>
/// A continuation that captured the context of the host whose event completes it goes on in that event; one that captured another goes through
/// the ready ring; one that captured none runs inline without a context. Whoever completes must therefore be an <see cref="EventTarget"/> that
/// does nothing after. Nothing is allocated.
/// </remarks>
internal struct SourceCore<T>
{
    private Action<object?>? _continuation;
    private object? _state;
    private SynchronizationContext? _context;
    private ExceptionDispatchInfo? _error;
    private T _result;
    private bool _completed;

    public short Version { get; private set; }

    public readonly bool IsCompleted => _completed;

    /// <summary>Whose code goes on when it completes, for messages.</summary>
    public readonly string Waiter => _continuation is null ? "nobody's wait" : Culprit.Name(_continuation, _state);

    public void Reset()
    {
        Version = unchecked((short)(Version + 1));
        (_continuation, _state, _context, _error, _result, _completed) = (null, null, null, null, default!, false);
    }

    public readonly ValueTaskSourceStatus GetStatus(short token)
    {
        Check(token);
        return !_completed ? ValueTaskSourceStatus.Pending
            : _error is null ? ValueTaskSourceStatus.Succeeded
            : _error.SourceException is OperationCanceledException ? ValueTaskSourceStatus.Canceled
            : ValueTaskSourceStatus.Faulted;
    }

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        Check(token);
        var context = (flags & ValueTaskSourceOnCompletedFlags.UseSchedulingContext) != 0 ? SynchronizationContext.Current : null;
        if (_completed)
        {
            Run(continuation, state, context);
            return;
        }

        (_continuation, _state, _context) = (continuation, state, context);
    }

    public readonly T GetResult(short token)
    {
        Check(token);
        if (!_completed)
        {
            throw new InvalidOperationException("The operation has not completed.");
        }

        _error?.Throw();
        return _result;
    }

    /// <summary>Completes, as the last act of an event.</summary>
    /// <param name="result">The result.</param>
    /// <param name="owner">Whose event it is; a continuation of the same life goes on in it, under its context.</param>
    public void SetResult(T result, HostContext? owner)
    {
        _result = result;
        Complete(owner);
    }

    /// <summary>As <see cref="SetResult"/>, with an error.</summary>
    public void SetException(Exception error, HostContext? owner)
    {
        _error = ExceptionDispatchInfo.Capture(error);
        Complete(owner);
    }

    private void Complete(HostContext? owner)
    {
        _completed = true;
        if (_continuation is not { } continuation)
        {
            return;
        }

        var (state, context) = (_state, _context);
        (_continuation, _state, _context) = (null, null, null);
        if (owner is not null && ReferenceEquals(context, owner))
        {
            SynchronizationContext.SetSynchronizationContext(owner); // The next event sets its own.
            continuation(state);
        }
        else
        {
            Run(continuation, state, context);
        }
    }

    private static void Run(Action<object?> continuation, object? state, SynchronizationContext? context)
    {
        if (context is HostContext home)
        {
            home.Kernel.Enqueue(home, continuation, state);
        }
        else if (context is not null)
        {
            context.Post(new SendOrPostCallback(continuation), state);
        }
        else
        {
            continuation(state);
        }
    }

    private readonly void Check(short token)
    {
        if (token != Version)
        {
            throw new InvalidOperationException("A value task was awaited twice.");
        }
    }
}
