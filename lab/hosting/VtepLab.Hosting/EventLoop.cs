using System.Collections.Concurrent;

namespace VtepLab.Hosting;

/// <summary>One thread that runs what is posted to it, in order: the context under which all code of a live host runs.</summary>
/// <remarks>
/// Plain awaits capture this context and come back to the thread, wherever their operation was finished. What is posted after
/// <see cref="Complete"/> never runs, as after a crash.
/// </remarks>
internal sealed class EventLoop : SynchronizationContext
{
    private readonly BlockingCollection<(SendOrPostCallback Callback, object? State)> _ready = [];
    private readonly Action<Exception> _unhandled;
    private readonly Thread _thread;

    /// <summary>Starts the thread.</summary>
    /// <param name="name">The thread's name.</param>
    /// <param name="unhandled">Called on the loop with an exception that a callback let out.</param>
    public EventLoop(string name, Action<Exception> unhandled)
    {
        _unhandled = unhandled;
        _thread = new Thread(Run) { Name = name, IsBackground = true };
        _thread.Start();
    }

    /// <summary>True on the loop's own thread.</summary>
    public bool IsCurrent => Environment.CurrentManagedThreadId == _thread.ManagedThreadId;

    public override void Post(SendOrPostCallback d, object? state)
    {
        try
        {
            _ready.Add((d, state));
        }
        catch (InvalidOperationException)
        {
            // The loop has ended: whoever waited for this is gone with it.
        }
    }

    public override void Send(SendOrPostCallback d, object? state)
    {
        if (!IsCurrent)
        {
            throw new NotSupportedException("A live host's loop takes posted work only; sending would block the caller.");
        }

        d(state);
    }

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Ends the thread after what has been posted so far.</summary>
    public void Complete() => _ready.CompleteAdding();

    private void Run()
    {
        SetSynchronizationContext(this);
        foreach (var (callback, state) in _ready.GetConsumingEnumerable())
        {
            try
            {
                callback(state);
            }
#pragma warning disable CA1031 // Whatever a callback lets out is a crash of the host, reported by the host, not of the process.
            catch (Exception e)
#pragma warning restore CA1031
            {
                _unhandled(e);
            }
        }

        _ready.Dispose();
    }
}
