using System.Collections.Concurrent;
using System.Diagnostics;

namespace VtepLab.Hosting;

/// <summary>
/// One thread that runs what is posted to it, in order, and looks after its sockets and timers: the context under which all code of a
/// live host runs.
/// </summary>
/// <remarks>
/// Plain awaits capture this context and come back to the thread, wherever their operation was finished; what a socket waits for ends on
/// the thread itself, with no other thread between. What is posted after <see cref="Complete"/> never runs, as after a crash.
/// </remarks>
#pragma warning disable CA1001 // The thread disposes of what it waits with when it ends.
internal sealed class EventLoop : SynchronizationContext
#pragma warning restore CA1001
{
    private readonly ConcurrentQueue<(SendOrPostCallback Callback, object? State)> _ready = new();
    private readonly Epoll _epoll = new();
    private readonly Action<Exception> _unhandled;
    private readonly IdleTrim? _trim;
    private readonly Thread _thread;
    private LoopSocket?[] _sockets = new LoopSocket?[64]; // By descriptor.
    private volatile bool _isComplete;
    private int _isWaiting; // 1 while the thread waits, or is about to: whoever posts then has to call it.

    /// <summary>Starts the thread.</summary>
    /// <param name="name">The thread's name.</param>
    /// <param name="unhandled">Called on the loop with an exception that a callback let out.</param>
    /// <param name="trimAfter">After how long with little to do it gives memory back; null for never.</param>
    public EventLoop(string name, Action<Exception> unhandled, TimeSpan? trimAfter)
    {
        _unhandled = unhandled;
        _trim = trimAfter is { } quiet ? new IdleTrim(quiet) : null;
        _thread = new Thread(Run) { Name = name, IsBackground = true };
        _thread.Start();
    }

    /// <summary>What is to be done later; used on the loop only.</summary>
    public LoopTimers Timers { get; } = new();

    /// <summary>True on the loop's own thread.</summary>
    public bool IsCurrent => Environment.CurrentManagedThreadId == _thread.ManagedThreadId;

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (_isComplete)
        {
            return; // Whoever waits for this is gone with the loop.
        }

        _ready.Enqueue((d, state));
        if (!IsCurrent && Interlocked.Exchange(ref _isWaiting, 0) == 1)
        {
            _epoll.Call();
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

    /// <summary>Ends the thread after what has been posted so far; called on the loop.</summary>
    public void Complete() => _isComplete = true;

    /// <summary>Looks after a socket from now on; on the loop, like what follows.</summary>
    public void Add(LoopSocket socket)
    {
        if (socket.Descriptor >= _sockets.Length)
        {
            Array.Resize(ref _sockets, Math.Max(_sockets.Length * 2, socket.Descriptor + 1));
        }

        _sockets[socket.Descriptor] = socket;
        _epoll.Add(socket.Descriptor);
    }

    /// <summary>Tells a socket when it can be written, or no more.</summary>
    public void AlsoWritable(LoopSocket socket, bool also) => _epoll.AlsoWritable(socket.Descriptor, also);

    /// <summary>Forgets a socket, which is about to be closed.</summary>
    public void Remove(LoopSocket socket)
    {
        if (socket.Descriptor < _sockets.Length && _sockets[socket.Descriptor] == socket)
        {
            _sockets[socket.Descriptor] = null;
        }
    }

    private void Run()
    {
        SetSynchronizationContext(this);
        while (!_isComplete || !_ready.IsEmpty)
        {
            // What these post has its turn after the sockets.
            for (var count = _ready.Count; count > 0 && _ready.TryDequeue(out var next); count--)
            {
                Try(next.Callback, next.State);
            }

            if (!_isComplete)
            {
                Wait();
            }
        }

        _epoll.Dispose();
    }

    private void Wait()
    {
        Interlocked.Exchange(ref _isWaiting, 1);
        var timeout = _ready.IsEmpty ? Timers.UntilNext : 0;
        if (timeout != 0 && _trim?.IsDueNow() == true)
        {
            _trim.Run();
            timeout = Timers.UntilNext;
        }

        if (_trim?.IsDueWithin(timeout) == true)
        {
            timeout = _trim.QuietMilliseconds;
        }

        var count = _epoll.Wait(timeout);
        if (count == 0 && timeout != 0 && timeout == _trim?.QuietMilliseconds)
        {
            _trim.Run();
        }

        Volatile.Write(ref _isWaiting, 0);
        for (var i = 0; i < count; i++)
        {
            var (descriptor, what) = _epoll.Happened(i);
            if (descriptor < _sockets.Length && _sockets[descriptor] is { } socket)
            {
                socket.Happened(what);
            }
        }

        var now = Stopwatch.GetTimestamp(); // Once: what these ask for has its turn after the sockets.
        while (Timers.TakeDue(now) is { } due)
        {
            Try(static action => ((Action)action!)(), due);
        }
    }

    private void Try(SendOrPostCallback callback, object? state)
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
}
