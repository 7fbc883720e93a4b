namespace VtepLab.Ovsdb;

/// <summary>One peer of an <see cref="OvsdbServer"/>: takes its messages, and gives it replies and notifications.</summary>
public sealed partial class OvsdbSession
{
    private readonly JsonText _text = new();
    private readonly JsonWriter _reply = new();
    private readonly JsonWriter _notice = new();
    private readonly ISessionOutput _output;
    private readonly ServerQuirks? _quirks; // Null when it has nothing to do with messages.

    internal OvsdbSession(OvsdbServer server, ISessionOutput output, string peer)
    {
        Server = server;
        _output = output;
        _quirks = server.Options.Quirks is { LooksAtMessages: true } quirks ? quirks : null;
        Peer = peer;
    }

    /// <summary>The server.</summary>
    public OvsdbServer Server { get; }

    /// <summary>What the peer is called in logs.</summary>
    public string Peer { get; }

    /// <summary>Whether the session takes messages: it is open, and its peer has taken what was sent to it.</summary>
    public bool CanReceive => !IsClosed && _output.UnsentBytes == 0;

    /// <summary>Whether it has ended.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>Why the server ended it, or null.</summary>
    public string? CloseReason { get; private set; }

    /// <summary>True while an echo, or the reply to one, would have no effect but its own reply.</summary>
    public bool IsAtRest => CanReceive && _quirks is null && !_monitors.Exists(static monitor => monitor.IsBehind);

    /// <summary>Handles one message from the peer.</summary>
    /// <param name="message">One JSON text; used until this returns.</param>
    public void Receive(ReadOnlyMemory<byte> message)
    {
        if (IsClosed)
        {
            return;
        }

        if (_quirks is null && HasHandledEcho(message.Span))
        {
            return;
        }

        try
        {
            _text.Read(message, Server.Options.Limits.MaxDepth);
        }
        catch (JsonFormatException malformed)
        {
            Disconnect(malformed.Message);
            return;
        }

        var text = message;
        var verdict = _quirks?.BeforeReceive(this, _text.Root, ref text) ?? MessageVerdict.Send;
        if (!text.Equals(message))
        {
            _text.Read(text, Server.Options.Limits.MaxDepth);
        }

        if (verdict == MessageVerdict.Disconnect)
        {
            Disconnect("disconnected on purpose");
        }
        else if (verdict == MessageVerdict.Send)
        {
            Server.Run(this, static session => session.Handle(session._text.Root));
        }

        _text.Release();
        _reply.Release();
    }

    /// <summary>The peer has taken all that was sent: gives it what its monitors have held back meanwhile.</summary>
    public void Drained()
    {
        if (!IsClosed)
        {
            Flush();
        }
    }

    /// <summary>Asks whether the peer lives: sends the echo request whose reply must carry the id <c>"echo"</c>.</summary>
    public void Probe() => Send("echo", EchoMessages.RequestMemory);

    /// <summary>The connection is gone: drops monitors, locks and waiting transactions.</summary>
    public void Close()
    {
        if (!IsClosed)
        {
            IsClosed = true;
            ReleaseMonitors();
            Server.Run(this, static session => session.Server.Closed(session));
        }
    }

    internal void Disconnect(string reason)
    {
        if (!IsClosed)
        {
            CloseReason = reason;
            Close();
            _output.Disconnect(reason);
        }
    }

    /// <summary>Tells <c>locked</c> or <c>stolen</c>.</summary>
    internal void SendLockNotice(string method, string name)
    {
        _notice.Clear();
        _notice.Raw("{\"id\":null,\"method\":"u8);
        _notice.String(method);
        _notice.Raw(",\"params\":["u8);
        _notice.String(name);
        _notice.Raw("]}"u8);
        Send(method, _notice.WrittenMemory);
        _notice.Release();
    }

    /// <summary>The database is served no more.</summary>
    internal void Forget(Database database)
    {
        CancelMonitors(database);
        foreach (var blocked in Server.BlockedOf(this).Where(blocked => blocked.Database == database).ToArray())
        {
            Cancel(blocked);
        }

        if (_isChangeAware)
        {
            return;
        }

        var reason = $"database {database.Name} is gone or has changed its schema";
        if (_isAnswering)
        {
            _disconnectReason = reason; // Whoever asked for the change still gets its reply.
        }
        else
        {
            Disconnect(reason);
        }
    }

    /// <summary>What an idle connection carries is known by its bytes; false for anything else.</summary>
    private bool HasHandledEcho(ReadOnlySpan<byte> message)
    {
        if (message.SequenceEqual(EchoMessages.Request))
        {
            Flush();
            Send(null, EchoMessages.ReplyMemory);
            return true;
        }

        return message.SequenceEqual(EchoMessages.Reply);
    }

    private void Send(string? method, ReadOnlyMemory<byte> message)
    {
        if (IsClosed)
        {
            return;
        }

        switch (_quirks?.BeforeSend(this, method, ref message))
        {
            case MessageVerdict.Drop:
                return;
            case MessageVerdict.Disconnect:
                Disconnect("disconnected on purpose");
                return;
        }

        _output.Send(message.Span);
        if (_output.UnsentBytes is > 0 and var unsent && unsent > Server.Options.Limits.MaxUnsentBytes)
        {
            Disconnect($"{unsent} bytes wait for a peer that does not read; at most {Server.Options.Limits.MaxUnsentBytes} may (MaxUnsentBytes)");
        }
    }
}
