using System.IO.Pipelines;
using System.Runtime.ExceptionServices;

namespace VtepLab.Ovsdb;

/// <summary>The client's end of one OVSDB connection: JSON-RPC over a stream, as many calls under way as the caller likes.</summary>
/// <remarks>
/// <para>
/// <see cref="RunAsync"/> does all reading and probing, and sends what does not leave at once; whoever makes the connection runs it.
/// Everything happens on the caller's one thread. The stream belongs to the connection from the constructor on; closing whatever
/// lies under it is the owner's.
/// </para>
/// <para>
/// Echo requests of the peer are answered. Replies are tolerated as every generation of servers writes them
/// (<see cref="OvsdbReply"/>); an id that comes back as text is still recognised.
/// </para>
/// </remarks>
public sealed partial class OvsdbConnection
{
    private readonly IDuplexPipe _pipe;
    private readonly TimeProvider _time;
    private readonly OvsdbConnectionOptions _options;
    private readonly Dictionary<long, PendingCall> _pending = [];
    private readonly TaskCompletionSource _ended = new();
    private readonly long _started;
    private long _lastId;
    private OvsdbProtocolException? _failure;

    /// <summary>Takes a stream over.</summary>
    /// <param name="pipe">The stream, as the network gave it.</param>
    /// <param name="time">The host's clock.</param>
    /// <param name="options">How to behave; null for the defaults.</param>
    public OvsdbConnection(IDuplexPipe pipe, TimeProvider time, OvsdbConnectionOptions? options = null)
    {
        _pipe = pipe;
        _time = time;
        _options = options ?? new OvsdbConnectionOptions();
        (_tap, _maxUnsentBytes) = (_options.Tap, _options.MaxUnsentBytes);
        _output = new MessageOutput(pipe.Output);
        _reader = new JsonStreamReader(_options.Limits);
        _life = new InactivityProbe(time, _options.InactivityProbe, Probe);
        _started = _life.LastReceived;
    }

    /// <summary>Called for every notification of the peer, in order, before anything that arrived after it is looked at.</summary>
    /// <remarks>
    /// The parameters are valid during the call only. An exception that leaves a handler ends the connection and comes out of
    /// <see cref="RunAsync"/>.
    /// </remarks>
    public event Action<string, JsonValue>? NotificationReceived;

    /// <summary>The peer's name in messages.</summary>
    public string Peer => _options.Peer;

    /// <summary>Whether the peer lives.</summary>
    public InactivityProbe Life => _life;

    /// <summary>True while an echo, or the reply to one, would have no effect but its own reply.</summary>
    public bool IsAtRest => IsOpen && _hasSpoken && _tap is null && _reader.IsBetweenTexts && _output.IsAtRest;

    /// <summary>True until the connection ended.</summary>
    public bool IsOpen => _failure is null;

    /// <summary>From the start to the last byte that the peer has sent: how long it has shown life.</summary>
    public TimeSpan AliveFor => _time.GetElapsedTime(_started, _life.LastReceived);

    /// <summary>Number of calls that wait for their reply.</summary>
    public int PendingCalls => _pending.Count;

    /// <summary>Completes, never with an exception, when the connection has ended.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Calls a method of the peer.</summary>
    /// <param name="method">The method's name.</param>
    /// <param name="parameters">Writes the parameters, the array's brackets included; null for <c>[]</c>.</param>
    /// <param name="timeout">How long to wait; null for <see cref="OvsdbConnectionOptions.CallTimeout"/>.</param>
    /// <param name="glance">
    /// Looks at the result where it arrived, which is valid during the call only; true when nothing more of it is needed: what is returned then is undefined.
    /// Null to have it always copied.
    /// </param>
    /// <param name="cancel">Gives up. A <c>transact</c> is then withdrawn with <c>cancel</c>; it may have been executed all the same.</param>
    /// <returns>The result; it shares no memory with the connection.</returns>
    /// <exception cref="OvsdbOperationException">The peer answered with an error.</exception>
    /// <exception cref="OvsdbProtocolException">
    /// The connection is gone or ended before the reply, or the time is up (transient all). But for the first, whether the peer
    /// executed the request is unknown: <see cref="OvsdbProtocolException.IsUncertain"/>.
    /// </exception>
    public async Task<JsonValue> CallAsync(
        string method, Action<JsonWriter>? parameters = null, TimeSpan? timeout = null, Func<JsonValue, bool>? glance = null, CancellationToken cancel = default)
    {
        var reply = new TaskCompletionSource<OvsdbReply>();
        var id = Send(method, parameters, new PendingCall(method, reply, null, glance));
        try
        {
            var answer = await reply.Task.WaitAsync(timeout ?? _options.CallTimeout, _time, cancel);
            return answer.Error is null ? answer.Result
                : throw new OvsdbOperationException($"{Peer} refused {method}", answer.Error.Name, answer.Error.Details, answer.Error.Syntax);
        }
        catch (TimeoutException late)
        {
            GiveUp(id, method);
            throw new OvsdbProtocolException(
                $"{Peer} did not answer {method} within {(timeout ?? _options.CallTimeout).TotalSeconds} s.", isTransient: true, late) { IsUncertain = true };
        }
        catch (OperationCanceledException)
        {
            GiveUp(id, method);
            throw;
        }
    }

    /// <summary>Calls a method whose answer has to be looked at before anything that arrives after it.</summary>
    /// <param name="method">The method's name.</param>
    /// <param name="parameters">Writes the parameters, the array's brackets included; null for <c>[]</c>.</param>
    /// <param name="answered">
    /// Called with the answer, which is valid during the call only. An exception that leaves it ends the connection. It is never
    /// called when the connection ends first.
    /// </param>
    /// <exception cref="OvsdbProtocolException">The connection is gone.</exception>
    public void Call(string method, Action<JsonWriter>? parameters, Action<OvsdbReply> answered) =>
        Send(method, parameters, new PendingCall(method, null, answered, null));

    /// <summary>Counts bytes of echoes and their replies that were known without being read.</summary>
    public void Skip(long bytes) => _reader.Skip(bytes);

    /// <summary>Sends a notification.</summary>
    /// <exception cref="OvsdbProtocolException">The connection is gone.</exception>
    public void Notify(string method, Action<JsonWriter>? parameters = null)
    {
        ThrowIfEnded();
        WriteRequest(method, parameters, id: null);
    }

    /// <summary>Reads, sends and probes until the connection ends.</summary>
    /// <param name="cancel">Ends the connection; what was written is still sent, as far as the peer takes it at once.</param>
    /// <returns>Never in success: a connection ends by an exception that says why.</returns>
    /// <exception cref="OvsdbProtocolException">
    /// The peer closed, reset or fell silent (transient), or sent what is no OVSDB (not transient).
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task RunAsync(CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var parts = new[] { ReadAsync(stop.Token), SendAsync(stop.Token), ProbeAsync(stop.Token), _overflow.Task.WaitAsync(stop.Token) };
        // Nothing is thrown here on the way: connections end often, and an exception costs as much as some messages.
        var first = await Task.WhenAny(parts);
        var cause = first.Exception?.InnerException ?? (cancel.IsCancellationRequested ? null : new TaskCanceledException(first));
        _failure = Explain(cause);
        stop.Cancel();
        foreach (var part in parts)
        {
            await Task.WhenAny(part);
            _ = part.Exception; // The first failure is the cause and is told; what the others met because of it is not.
        }

        await EndPipeAsync(isOrdered: cause is null);
        var abandoned = _pending.OrderBy(call => call.Key).Select(call => call.Value).ToList();
        _pending.Clear();
        foreach (var call in abandoned)
        {
            call.Reply?.TrySetException(new OvsdbProtocolException(
                $"{Peer} did not answer {call.Method}: {_failure.Message}", _failure.IsTransient, _failure) { IsUncertain = true });
        }

        _ended.TrySetResult();
        if (cause is not (null or OvsdbProtocolException or IOException or OperationCanceledException))
        {
            ExceptionDispatchInfo.Throw(cause); // A handler's own mistake is no matter of the peer.
        }

        cancel.ThrowIfCancellationRequested();
        throw _failure;
    }

    private async Task EndPipeAsync(bool isOrdered)
    {
        try
        {
            if (isOrdered)
            {
                await _output.HandOverAsync(); // What was asked for before is still sent; completing flushes it.
            }

            await _pipe.Input.CompleteAsync();
            await _pipe.Output.CompleteAsync();
        }
        catch (IOException)
        {
            // It was broken already, which is told as the reason of the end.
        }
    }

    private OvsdbProtocolException Explain(Exception? cause) => cause switch
    {
        null => new OvsdbProtocolException($"The connection to {Peer} was closed on our side.", isTransient: true),
        OvsdbProtocolException protocol => protocol,
        IOException broken => new OvsdbProtocolException($"The connection to {Peer} broke: {broken.Message}", isTransient: true, broken),
        _ => new OvsdbProtocolException($"The connection to {Peer} was given up: {cause.Message}", isTransient: false, cause),
    };

    private long Send(string method, Action<JsonWriter>? parameters, PendingCall call)
    {
        ThrowIfEnded();
        var id = ++_lastId;
        _pending.Add(id, call);
        WriteRequest(method, parameters, id);
        return id;
    }

    private void GiveUp(long id, string method)
    {
        if (_pending.Remove(id) && IsOpen && method == "transact")
        {
            Notify("cancel", json =>
            {
                json.Raw((byte)'[');
                json.Integer(id);
                json.Raw((byte)']');
            });
        }
    }

    private void ThrowIfEnded()
    {
        if (_failure is not null)
        {
            throw new OvsdbProtocolException($"{Peer} is not connected: {_failure.Message}", _failure.IsTransient, _failure);
        }
    }

    /// <summary>A request without its reply; exactly one of the two ways to tell it is set.</summary>
    private sealed record PendingCall(string Method, TaskCompletionSource<OvsdbReply>? Reply, Action<OvsdbReply>? Answered, Func<JsonValue, bool>? Glance);
}
