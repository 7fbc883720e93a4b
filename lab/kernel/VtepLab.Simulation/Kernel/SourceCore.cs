using System.Runtime.ExceptionServices;
using System.Threading.Tasks.Sources;

namespace VtepLab.Simulation;

/// <summary>The inside of a reusable value task source whose continuation stays on the simulation's thread.</summary>
/// <remarks>
/// A continuation that captured a host's context goes through the ready ring; one that captured none runs inline in whoever
/// completes, which therefore must be an <see cref="EventTarget"/>. Nothing is allocated.
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

    public void SetResult(T result)
    {
        _result = result;
        Complete();
    }

    public void SetException(Exception error)
    {
        _error = ExceptionDispatchInfo.Capture(error);
        Complete();
    }

    private void Complete()
    {
        _completed = true;
        if (_continuation is { } continuation)
        {
            var (state, context) = (_state, _context);
            (_continuation, _state, _context) = (null, null, null);
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
