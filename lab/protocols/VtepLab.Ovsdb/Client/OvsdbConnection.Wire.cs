using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;

namespace VtepLab.Ovsdb;

/// <content>Reading, sending and probing.</content>
public sealed partial class OvsdbConnection
{
    private const int MostPooledBytes = 1 << 20; // The answer with a whole database comes once: the pool is not to keep its size.

    private readonly JsonStreamReader _reader;
    private readonly JsonText _message = new();
    private readonly JsonWriter _request = new();
    private readonly MessageOutput _output;
    private readonly TaskCompletionSource _overflow = new();
    private readonly InactivityProbe _life;
    private readonly OvsdbTap? _tap;
    private readonly int _maxUnsentBytes;
    private bool _hasSpoken;

    private async Task ReadAsync(CancellationToken cancel)
    {
        // Once for the connection: a registration for every read costs more than most messages.
        await using var cancelled = cancel.UnsafeRegister(static input => ((PipeReader)input!).CancelPendingRead(), _pipe.Input);
        while (true)
        {
            var read = await _pipe.Input.ReadAsync(CancellationToken.None);
            cancel.ThrowIfCancellationRequested();
            var buffer = read.Buffer;
            if (!buffer.IsEmpty)
            {
                _life.Heard();
                _hasSpoken = true;
            }

            _output.Cork(); // What is asked for while a batch of messages is looked at goes out together.
            try
            {
                while (_reader.TryRead(ref buffer, out var text))
                {
                    Receive(text);
                }
            }
            catch (OvsdbProtocolException broken) when (!broken.IsTransient)
            {
                throw new OvsdbProtocolException($"{Peer} sent something else than OVSDB. {broken.Message}", isTransient: false, broken);
            }

            _output.Uncork();
            _pipe.Input.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted)
            {
                throw new OvsdbProtocolException(
                    $"{Peer} closed the connection{(!_hasSpoken ? " before it said anything" : _reader.IsBetweenTexts ? "" : " in the middle of a message")}.",
                    isTransient: true);
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
        if (length > MostPooledBytes)
        {
            var whole = GC.AllocateUninitializedArray<byte>(length);
            text.CopyTo(whole);
            Receive(whole);
            return;
        }

        var copy = ArrayPool<byte>.Shared.Rent(length);
        text.CopyTo(copy);
        Receive(copy.AsMemory(0, length));
        ArrayPool<byte>.Shared.Return(copy);
    }

    private void Receive(ReadOnlyMemory<byte> bytes)
    {
        _tap?.Invoke(isSent: false, bytes.Span);
        if (HasHandledEcho(bytes.Span))
        {
            return;
        }

        try
        {
            _message.Read(bytes);
        }
        catch (JsonFormatException bad)
        {
            throw new OvsdbProtocolException(bad.Message, isTransient: false, bad);
        }

        var message = _message.Root;
        var method = message.Member("method"u8);
        var id = message.Member("id"u8);
        if (method.Kind == JsonKind.String)
        {
            ReceiveRequest(method, id, message.Member("params"u8));
        }
        else if (message.Member("result"u8).Exists || message.Member("error"u8).Exists)
        {
            ReceiveReply(id, message);
        }
        else
        {
            throw new OvsdbProtocolException($"Expected a JSON-RPC request, notification or reply, found {Shorten(message.ToString())}.");
        }

        _message.Release();
    }

    /// <summary>What an idle connection carries is known by its bytes; false for anything else.</summary>
    private bool HasHandledEcho(ReadOnlySpan<byte> message)
    {
        var isRequest = message.SequenceEqual(EchoMessages.Request);
        if (!isRequest && !message.SequenceEqual(EchoMessages.Reply))
        {
            return false;
        }

        if (isRequest)
        {
            Enqueue(EchoMessages.Reply);
        }

        return true;
    }

    private void ReceiveRequest(JsonValue method, JsonValue id, JsonValue parameters)
    {
        if (id.Kind is JsonKind.Missing or JsonKind.Null)
        {
            NotificationReceived?.Invoke(method.GetString(), parameters);
            return;
        }

        // The only request a server makes is echo; any other gets the answer a server would give.
        _request.Clear();
        _request.Raw("{\"id\":"u8);
        id.WriteTo(_request);
        if (method.IsString("echo"u8) && parameters.Exists)
        {
            _request.Raw(",\"result\":"u8);
            parameters.WriteTo(_request);
            _request.Raw(",\"error\":null}"u8);
        }
        else
        {
            _request.Raw(",\"result\":null,\"error\":\"unknown method\"}"u8);
        }

        Enqueue(_request.Written);
        _request.Release();
    }

    private void ReceiveReply(JsonValue id, JsonValue message)
    {
        if (id.IsString("echo"u8))
        {
            return; // Answers our probe; its bytes were what mattered.
        }

        var known = id.Kind == JsonKind.Integer ? id.Integer
            : id.Kind == JsonKind.String && long.TryParse(id.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : 0;
        if (known < 1 || known > _lastId)
        {
            throw new OvsdbProtocolException($"Expected a reply to one of the requests 1 to {_lastId}, found one to {id}.");
        }

        if (!_pending.Remove(known, out var call))
        {
            return; // It was given up: cancelled, or too late.
        }

        if (call.Answered is not null)
        {
            call.Answered(OvsdbReply.Read(message));
        }
        else if (call.Glance is not null && OvsdbReply.Read(message) is { Error: null } seen && call.Glance(seen.Result))
        {
            call.Reply!.TrySetResult(seen with { Result = default });
        }
        else
        {
            call.Reply!.TrySetResult(OvsdbReply.Read(_message.Detach().Root));
        }
    }

    private void WriteRequest(string method, Action<JsonWriter>? parameters, long? id)
    {
        _request.Clear();
        _request.Raw("{\"id\":"u8);
        if (id is null)
        {
            _request.Raw("null"u8);
        }
        else
        {
            _request.Integer(id.Value);
        }

        _request.Raw(",\"method\":"u8);
        _request.String(method);
        _request.Raw(",\"params\":"u8);
        if (parameters is null)
        {
            _request.Raw("[]"u8);
        }
        else
        {
            parameters(_request);
        }

        _request.Raw((byte)'}');
        Enqueue(_request.Written);
        _request.Release();
    }

    private void Enqueue(ReadOnlySpan<byte> message)
    {
        if (_output.UnsentBytes + message.Length > _maxUnsentBytes)
        {
            _overflow.TrySetException(new OvsdbProtocolException(
                $"{Peer} does not read: more than {_options.MaxUnsentBytes} bytes wait for it.", isTransient: true));
            return;
        }

        _tap?.Invoke(isSent: true, message);
        _output.Send(message);
    }

    private async Task SendAsync(CancellationToken cancel)
    {
        await _output.RunAsync(null, cancel);
        throw new OvsdbProtocolException($"{Peer} closed the connection.", isTransient: true);
    }

    private async Task ProbeAsync(CancellationToken cancel)
    {
        await _life.RunAsync(cancel);
        throw new OvsdbProtocolException(
            $"{Peer} sent nothing for {_life.Silence.TotalSeconds:0.###} s, not even an echo reply (inactivity probe {_options.InactivityProbe.TotalSeconds:0.###} s).",
            isTransient: true);
    }

    private void Probe() => Enqueue(EchoMessages.Request);

    private static string Shorten(string text) => text.Length <= 200 ? text : text[..200] + "...";
}
