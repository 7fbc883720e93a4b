using System.Buffers;
using System.IO.Pipelines;
using VtepLab.Ovsdb;
using VtepLab.Runtime;

namespace VtepLab.OvsdbPeers;

/// <summary>One peer of the server: carries bytes between its stream and its session, and ends what has ended.</summary>
internal sealed class ServerConnection : ISessionOutput, IDisposable
{
    private const int CorkedBytes = 64 * 1024;

    private readonly IConnection _connection;
    private readonly TimeProvider _time;
    private readonly OvsdbServerTap? _tap;
    private readonly Action _handled;
    private readonly JsonStreamReader _reader;
    private readonly CancellationTokenSource _ended = new();
    private readonly TimeSpan _probe;
    private readonly InactivityProbe _life;
    private byte[] _scratch = [];
    private readonly JsonWriter _later = new(); // What is sent while a flush is under way.
    private long _written; // Bytes written to the stream since the last flush that ended.
    private Task<FlushResult>? _flush; // The flush that is under way.
    private bool _isCorked; // True while a batch of requests is handled: its replies go out together.
    private TaskCompletionSource? _toWaitFor;
    private TaskCompletionSource? _drained;
    private string? _reason;

    /// <summary>Opens a session for a connection.</summary>
    /// <param name="connection">The stream; disposed of at the end.</param>
    /// <param name="server">The server.</param>
    /// <param name="time">The host's clock.</param>
    /// <param name="probe">Silence before a probe; zero for never.</param>
    /// <param name="tap">Sees the messages.</param>
    /// <param name="handled">Called after every message of the peer: the server's next timer may have changed.</param>
    public ServerConnection(
        IConnection connection, OvsdbServer server, TimeProvider time, TimeSpan probe, OvsdbServerTap? tap, Action handled)
    {
        (_connection, _time, _probe, _tap, _handled) = (connection, time, probe, tap, handled);
        var limits = server.Options.Limits;
        _reader = new JsonStreamReader(new JsonStreamLimits { MaxDepth = limits.MaxDepth, MaxTextBytes = limits.MaxMessageBytes });
        Session = server.OpenSession(this, connection.Remote.ToString());
        _life = new InactivityProbe(time, probe, Session.Probe);
    }

    /// <summary>The session.</summary>
    public OvsdbSession Session { get; }

    /// <summary>Why the connection ended; null while it is open.</summary>
    public string? EndReason { get; private set; }

    /// <summary>True while a probe waits for any sign of life.</summary>
    public bool IsIdle => _life.IsWaiting;

    /// <summary>From the last byte received to now.</summary>
    public TimeSpan Silence => _life.Silence;

    /// <inheritdoc/>
    public long UnsentBytes => _flush is null ? 0 : _written + _later.Length;

    /// <summary>Carries bytes until the connection ends or the token asks for it; never throws for what a peer does.</summary>
    /// <param name="grace">How long a peer may take to read what is under way when it is stopped.</param>
    /// <param name="stop">Ends the connection in good order.</param>
    public async Task RunAsync(TimeSpan grace, CancellationToken stop)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(stop, _ended.Token);
        var parts = new[] { ReadAsync(both.Token), FlushAsync(both.Token), ProbeAsync(both.Token) };
        await Task.WhenAny(parts);
        Exception? bug = null;
        _ended.Cancel();
        foreach (var part in parts)
        {
            try
            {
                await part;
            }
            catch (Exception e) when (e is OvsdbProtocolException or IOException)
            {
                EndReason ??= e.Message;
            }
            catch (OperationCanceledException)
            {
                // One of the others has ended it.
            }
            catch (Exception e)
            {
                bug ??= e;
            }
        }

        EndReason ??= _reason ?? (stop.IsCancellationRequested ? "the server stops" : "closed");
        Session.Close();
        if (!await HasTakenAllAsync(stop.IsCancellationRequested ? grace : TimeSpan.Zero))
        {
            _connection.Abort(); // It did not read while it was asked to; nothing more is kept for it.
        }

        await _connection.DisposeAsync();
        if (bug is not null)
        {
            throw new InvalidOperationException($"serving {Session.Peer} failed: {bug.Message}", bug);
        }
    }

    /// <inheritdoc/>
    public void Send(ReadOnlySpan<byte> message)
    {
        _tap?.Invoke(Session, isSent: true, message);
        if (_flush is not null)
        {
            _later.Raw(message);
            return;
        }

        _connection.Output.Write(message);
        _written += message.Length;
        if (!_isCorked || _written >= CorkedBytes)
        {
            Uncork();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _ended.Dispose();

    /// <inheritdoc/>
    public void Disconnect(string reason)
    {
        _reason ??= reason;
        _ended.Cancel();
    }

    private async Task<bool> HasTakenAllAsync(TimeSpan grace)
    {
        try
        {
            if (_flush is not null)
            {
                await _flush.WaitAsync(grace, _time);
            }

            return true;
        }
        catch (Exception e) when (e is IOException or TimeoutException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Hands what was written to the stream; what it does not take at once is waited for by <see cref="FlushAsync"/>.</summary>
    private void Uncork()
    {
        if (_written == 0 || _flush is not null)
        {
            return;
        }

        ValueTask<FlushResult> flush;
        try
        {
            flush = _connection.Output.FlushAsync();
        }
        catch (IOException broken)
        {
            // Ends this connection; whoever's transaction is being told of must not notice.
            flush = ValueTask.FromException<FlushResult>(broken);
        }

        if (flush.IsCompletedSuccessfully)
        {
            _written = 0;
            if (flush.GetAwaiter().GetResult().IsCompleted)
            {
                Disconnect("the peer closed the connection");
            }

            return;
        }

        _flush = flush.AsTask();
        _toWaitFor?.TrySetResult();
    }

    private async Task ReadAsync(CancellationToken cancel)
    {
        while (true)
        {
            var read = await _connection.Input.ReadAsync(cancel);
            var buffer = read.Buffer;
            if (!buffer.IsEmpty)
            {
                _life.Heard();
            }

            _isCorked = true;
            while (_reader.TryRead(ref buffer, out var text))
            {
                while (_flush is not null)
                {
                    _drained = new TaskCompletionSource();
                    await _drained.Task.WaitAsync(cancel);
                }

                Receive(text);
                _handled();
                cancel.ThrowIfCancellationRequested();
            }

            _isCorked = false;
            Uncork();
            _connection.Input.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted)
            {
                throw new OvsdbProtocolException("the peer closed the connection", isTransient: true);
            }
        }
    }

    private void Receive(ReadOnlySequence<byte> text)
    {
        ReadOnlyMemory<byte> message;
        if (text.IsSingleSegment)
        {
            message = text.First;
        }
        else
        {
            var length = checked((int)text.Length);
            if (_scratch.Length < length)
            {
                _scratch = new byte[Math.Max(4096, length)];
            }

            text.CopyTo(_scratch);
            message = _scratch.AsMemory(0, length);
        }

        _tap?.Invoke(Session, isSent: false, message.Span);
        Session.Receive(message);
        if (_scratch.Length > 1 << 20)
        {
            _scratch = []; // One large message is no reason to hold its memory for good.
        }
    }

    /// <summary>Waits for flushes that did not end at once; then the session may go on.</summary>
    private async Task FlushAsync(CancellationToken cancel)
    {
        while (true)
        {
            if (_flush is null)
            {
                _toWaitFor = new TaskCompletionSource();
                await _toWaitFor.Task.WaitAsync(cancel);
            }

            var result = await _flush!.WaitAsync(cancel);
            _flush = null;
            _written = 0;
            if (result.IsCompleted)
            {
                throw new OvsdbProtocolException("the peer closed the connection", isTransient: true);
            }

            if (_later.Length > 0)
            {
                _connection.Output.Write(_later.Written);
                _written = _later.Length;
                _later.Clear();
                Uncork();
            }

            if (_flush is null)
            {
                Session.Drained();
                _drained?.TrySetResult();
            }
        }
    }

    private async Task ProbeAsync(CancellationToken cancel)
    {
        await _life.RunAsync(cancel);
        throw new OvsdbProtocolException($"no response to inactivity probe after {_probe.TotalSeconds:0.###} seconds", isTransient: true);
    }
}
