using System.Buffers;
using System.IO.Pipelines;
using VtepLab.Ovsdb;
using VtepLab.Runtime;

namespace VtepLab.OvsdbPeers;

/// <summary>One peer of the server: carries bytes between its stream and its session, and ends what has ended.</summary>
internal sealed class ServerConnection : ISessionOutput, IIdleEnd, IDisposable
{
    private readonly IConnection _connection;
    private readonly TimeProvider _time;
    private readonly OvsdbServerTap? _tap;
    private readonly JsonStreamReader _reader;
    private readonly CancellationTokenSource _ended = new();
    private readonly TimeSpan _probe;
    private readonly InactivityProbe _life;
    private readonly MessageOutput _output;
    private string? _reason;

    /// <summary>Opens a session for a connection.</summary>
    /// <param name="connection">The stream; disposed of at the end.</param>
    /// <param name="server">The server.</param>
    /// <param name="time">The host's clock.</param>
    /// <param name="probe">Silence before a probe; zero for never.</param>
    /// <param name="tap">Sees the messages.</param>
    public ServerConnection(IConnection connection, OvsdbServer server, TimeProvider time, TimeSpan probe, OvsdbServerTap? tap)
    {
        (_connection, _time, _probe, _tap, _output) = (connection, time, probe, tap, new MessageOutput(connection.Output));
        var limits = server.Options.Limits;
        _reader = new JsonStreamReader(new JsonStreamLimits { MaxDepth = limits.MaxDepth, MaxTextBytes = limits.MaxMessageBytes });
        Session = server.OpenSession(this, connection.Remote.ToString());
        _life = new InactivityProbe(time, probe, Session.Probe);
        if (connection is IIdleStream stream && stream.Attach(this))
        {
            _life.LeavesOut = stream.LeavesOut;
        }
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
    public long UnsentBytes => _output.UnsentBytes;

    ReadOnlyMemory<byte> IIdleEnd.Request => EchoMessages.RequestMemory;

    ReadOnlyMemory<byte> IIdleEnd.Reply => EchoMessages.ReplyMemory;

    bool IIdleEnd.IsAtRest => _tap is null && _reader.IsBetweenTexts && _output.IsAtRest && Session.IsAtRest;

    /// <summary>Carries bytes until the connection ends or the token asks for it; never throws for what a peer does.</summary>
    /// <param name="grace">How long a peer may take to read what is under way when it is stopped.</param>
    /// <param name="stop">Ends the connection in good order.</param>
    public async Task RunAsync(TimeSpan grace, CancellationToken stop)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(stop, _ended.Token);
        var parts = new[] { ReadAsync(both.Token), SendAsync(both.Token), ProbeAsync(both.Token) };
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
        if (!await _output.IsTakenWithinAsync(stop.IsCancellationRequested ? grace : TimeSpan.Zero, _time))
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
        _output.Send(message);
    }

    void IIdleEnd.WillHear(long timestamp) => _life.WillHear(timestamp);

    void IIdleEnd.Unhear() => _life.Unhear();

    void IIdleEnd.Missed(long bytes) => _reader.Skip(bytes);

    /// <inheritdoc/>
    public void Dispose() => _ended.Dispose();

    /// <inheritdoc/>
    public void Disconnect(string reason)
    {
        _reason ??= reason;
        _ended.Cancel();
    }

    private async Task ReadAsync(CancellationToken cancel)
    {
        // Once for the connection: a registration for every read costs more than most messages.
        await using var cancelled = cancel.UnsafeRegister(static input => ((PipeReader)input!).CancelPendingRead(), _connection.Input);
        while (true)
        {
            var read = await _connection.Input.ReadAsync(CancellationToken.None);
            cancel.ThrowIfCancellationRequested();
            var buffer = read.Buffer;
            if (!buffer.IsEmpty)
            {
                _life.Heard();
            }

            _output.Cork(); // The replies to a batch of requests go out together.
            while (_reader.TryRead(ref buffer, out var text))
            {
                while (_output.UnsentBytes > 0)
                {
                    await _output.WhenTakenAsync().WaitAsync(cancel);
                }

                Receive(text);
                cancel.ThrowIfCancellationRequested();
            }

            _output.Uncork();
            _connection.Input.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted)
            {
                throw new OvsdbProtocolException("the peer closed the connection", isTransient: true);
            }
        }
    }

    private void Receive(ReadOnlySequence<byte> text)
    {
        if (text.IsSingleSegment)
        {
            Receive(text.First);
            return;
        }

        var length = checked((int)text.Length);
        var copy = ArrayPool<byte>.Shared.Rent(length);
        text.CopyTo(copy);
        Receive(copy.AsMemory(0, length));
        ArrayPool<byte>.Shared.Return(copy);
    }

    private void Receive(ReadOnlyMemory<byte> message)
    {
        _tap?.Invoke(Session, isSent: false, message.Span);
        Session.Receive(message);
    }

    private async Task SendAsync(CancellationToken cancel)
    {
        await _output.RunAsync(Session.Drained, cancel);
        throw new OvsdbProtocolException("the peer closed the connection", isTransient: true);
    }

    private async Task ProbeAsync(CancellationToken cancel)
    {
        await _life.RunAsync(cancel);
        throw new OvsdbProtocolException($"no response to inactivity probe after {_probe.TotalSeconds:0.###} seconds", isTransient: true);
    }
}
