using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using VtepLab.Results;
using VtepLab.Runtime;

namespace VtepLab.Conformance.Wire;

/// <summary>One connection to the device, with control over every byte and a record of every message.</summary>
/// <remarks>
/// On purpose not the client that agents use: it knows nothing but JSON-RPC, so that a device is not judged by a library that
/// shares its errors, and it can say what no well-behaved client would.
/// </remarks>
public sealed class WireSession : IAsyncDisposable
{
    // A device that reads nothing for so long has stopped; without a limit the suite would stop with it.
    private static readonly TimeSpan SendWithin = TimeSpan.FromSeconds(30);

    private readonly IHost _host;
    private readonly IConnection _connection;
    private readonly Transcript _transcript;
    private readonly JsonSplitter _splitter = new();
    private readonly Dictionary<string, PendingRequest> _pending = [];
    private readonly List<Notification> _notifications = [];
    private readonly TaskCompletionSource _readerDone = new();
    private TaskCompletionSource _news = new();
    private TaskCompletionSource? _resume;
    private int _nextId = 1;

    /// <summary>Takes over a connection and begins to read from it.</summary>
    public WireSession(IHost host, IConnection connection, string name, Transcript transcript, string? check)
    {
        _host = host;
        _connection = connection;
        _transcript = transcript;
        Name = name;
        Check = check;
        Event($"connected to {connection.Remote}");
        host.Spawn($"conformance {name}", _ => ReadAsync());
    }

    /// <summary>The connection's name in the transcript.</summary>
    public string Name { get; }

    /// <summary>Id of the check that its messages belong to, or null.</summary>
    public string? Check { get; set; }

    /// <summary>False: the device's echo requests stay without an answer.</summary>
    public bool AnswersEcho { get; set; } = true;

    /// <summary>How many messages the device has sent.</summary>
    public int MessagesReceived { get; private set; }

    /// <summary>Requests and notifications of the device other than those of RFC 7047, as they came.</summary>
    public List<JsonElement> Unasked { get; } = [];

    /// <summary>How many echo requests the device has sent.</summary>
    public int Probes { get; private set; }

    /// <summary>When the device's last probe came, since the start of the run; null before the first.</summary>
    public TimeSpan? ProbedAt { get; private set; }

    /// <summary>Why the connection is of no use any more; null while it is open.</summary>
    public string? ClosedBecause { get; private set; }

    /// <summary>True once nothing more will come.</summary>
    public bool IsClosed => ClosedBecause is not null;

    /// <summary>What came where a JSON object had to begin, or null.</summary>
    public byte[]? Garbage => _splitter.Garbage;

    /// <summary>Replies that answer no request of ours.</summary>
    public List<JsonElement> StrayReplies { get; } = [];

    /// <summary>Notifications that nobody has taken yet.</summary>
    public IReadOnlyList<Notification> Notifications => _notifications;

    /// <summary>This end.</summary>
    public Endpoint Local => _connection.Local;

    /// <summary>Sends a request; the answer is waited for with <see cref="PendingRequest.ReplyAsync"/>.</summary>
    /// <param name="method">The method.</param>
    /// <param name="parameters">Its params, as they shall stand on the wire.</param>
    /// <param name="id">The id; null draws the next number.</param>
    public async Task<PendingRequest> SendRequestAsync(string method, JsonNode? parameters, JsonNode? id = null)
    {
        id ??= JsonValue.Create(_nextId++);
        var message = new JsonObject { ["method"] = method, ["params"] = parameters?.DeepClone(), ["id"] = id.DeepClone() };
        var request = Expect(id);
        await SendAsync(WireJson.Write(message));
        return request;
    }

    /// <summary>Registers an id whose answer is expected, for requests that are sent by hand.</summary>
    public PendingRequest Expect(JsonNode id)
    {
        var key = OvsValue.Parse(WireJson.Write(id)).Canonical();
        var request = new PendingRequest(this, _host, key, _transcript.Now);
        _pending[key] = request;
        return request;
    }

    /// <summary>Sends a notification.</summary>
    public Task SendNotificationAsync(string method, JsonNode parameters) =>
        SendAsync(WireJson.Write(new JsonObject { ["method"] = method, ["params"] = parameters.DeepClone(), ["id"] = null }));

    /// <summary>Sends text exactly as it is.</summary>
    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text));

    /// <summary>Sends bytes exactly as they are, in one piece. On a closed connection nothing happens.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        _transcript.Add(Name, WireDirection.Sent, WireText.Of(bytes.Span), Check);
        if (IsClosed)
        {
            return;
        }

        try
        {
            var written = await _connection.Output.WriteAsync(bytes).AsTask().WaitAsync(SendWithin, _host.Time);
            if (written.IsCompleted)
            {
                Close("the device closed the connection");
            }
        }
        catch (TimeoutException)
        {
            Close($"the device took nothing more for {SendWithin.TotalSeconds:0} s");
            _connection.Abort();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            Close($"sending failed: {e.Message}");
        }
    }

    /// <summary>The first notification that fits, taken out of the queue; null when none came in time or the connection ended.</summary>
    public async Task<Notification?> NextAsync(Func<Notification, bool> fits, TimeSpan within, CancellationToken cancel)
    {
        Notification? found = null;
        await UntilAsync(
            () =>
            {
                found = _notifications.FirstOrDefault(fits);
                return found is not null;
            },
            within,
            cancel);
        if (found is not null)
        {
            _notifications.Remove(found);
        }

        return found;
    }

    /// <summary>Waits until something is true that only messages of this connection change, it ends, or time is up.</summary>
    /// <returns>What the condition said last.</returns>
    public async Task<bool> UntilAsync(Func<bool> condition, TimeSpan within, CancellationToken cancel)
    {
        var start = _transcript.Now;
        while (!condition() && !IsClosed)
        {
            var left = within - (_transcript.Now - start);
            if (left <= TimeSpan.Zero)
            {
                break;
            }

            try
            {
                // Whole milliseconds, rounded up, so that a rest of microseconds does not turn into a busy loop.
                await _news.Task.WaitAsync(TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)), _host.Time, cancel);
            }
            catch (TimeoutException)
            {
                break;
            }
        }

        return condition();
    }

    /// <summary>Throws away what nobody has taken.</summary>
    public void DropNotifications() => _notifications.Clear();

    /// <summary>Stops reading, so that the device's output piles up; <see cref="ResumeReading"/> goes on.</summary>
    public void PauseReading() => _resume ??= new TaskCompletionSource();

    /// <summary>Reads on after <see cref="PauseReading"/>.</summary>
    public void ResumeReading()
    {
        var resume = _resume;
        _resume = null;
        resume?.SetResult();
    }

    /// <summary>Ends the connection at once, as a reset does.</summary>
    public void Abort()
    {
        Close("we reset it");
        _connection.Abort();
    }

    /// <summary>Ends the connection in good order and waits until reading has stopped.</summary>
    public async ValueTask DisposeAsync()
    {
        ResumeReading();
        Close("we closed it");
        _connection.Input.CancelPendingRead();
        await _connection.DisposeAsync();
        await _readerDone.Task;
    }

    internal void Forget(string key) => _pending.Remove(key);

    private async Task ReadAsync()
    {
        try
        {
            while (!IsClosed)
            {
                if (_resume is { } resume)
                {
                    await resume.Task;
                }

                var read = await _connection.Input.ReadAsync();
                foreach (var segment in read.Buffer)
                {
                    _splitter.Feed(segment.Span, Take);
                }

                _connection.Input.AdvanceTo(read.Buffer.End);
                if (_splitter.Garbage is { } garbage)
                {
                    _transcript.Add(Name, WireDirection.Received, WireText.Of(garbage), Check);
                    Close("the device sent something that is no JSON object");
                }
                else if (read.IsCompleted)
                {
                    Close(_splitter.Pending == 0
                        ? "the device closed the connection"
                        : $"the device closed the connection {_splitter.Pending} bytes into a message");
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
        {
            Close($"the connection broke: {e.Message}");
        }
        finally
        {
            _readerDone.TrySetResult();
        }
    }

    private void Take(byte[] bytes)
    {
        if (IsClosed)
        {
            return;
        }

        var sequence = _transcript.Add(Name, WireDirection.Received, WireText.Of(bytes), Check);
        JsonElement message;
        try
        {
            using var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = 1100 });
            message = document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            Close($"the device sent malformed JSON: {e.Message}");
            return;
        }

        MessagesReceived++;
        if (message.Member("method")?.Text() is not { } method)
        {
            TakeReply(message, sequence);
        }
        else if (message.Member("id") is not { } id || id.IsNull())
        {
            _notifications.Add(new Notification(method, message.Member("params") ?? default, sequence, _transcript.Now));
            if (method is not ("update" or "update2" or "update3" or "locked" or "stolen" or "monitor_canceled"))
            {
                Unasked.Add(message);
            }
        }
        else if (method == "echo")
        {
            Probes++;
            ProbedAt = _transcript.Now;
            if (AnswersEcho)
            {
                var parameters = message.Member("params")?.GetRawText() ?? "[]";
                _host.Spawn(
                    $"conformance {Name} echo", _ => SendAsync($"{{\"id\":{id.GetRawText()},\"result\":{parameters},\"error\":null}}"));
            }
        }
        else
        {
            Unasked.Add(message);
        }

        News();
    }

    private void TakeReply(JsonElement message, long sequence)
    {
        var key = message.Member("id")?.Canonical() ?? "";
        if (_pending.Remove(key, out var request))
        {
            request.Answer(message, sequence, _transcript.Now);
        }
        else
        {
            StrayReplies.Add(message);
        }
    }

    private void Close(string because)
    {
        if (IsClosed)
        {
            return;
        }

        ClosedBecause = because;
        Event(because);
        foreach (var request in _pending.Values.ToImmutableArray())
        {
            request.GiveUp();
        }

        _pending.Clear();
        News();
    }

    private void News()
    {
        var news = _news;
        _news = new TaskCompletionSource();
        news.SetResult();
    }

    private void Event(string what) =>
        _transcript.Add(Name, WireDirection.Event, string.Create(CultureInfo.InvariantCulture, $"{what}"), Check);
}
