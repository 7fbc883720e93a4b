using System.Text.Json;
using VtepLab.Runtime;

namespace VtepLab.Conformance.Wire;

/// <summary>A request under way.</summary>
public sealed class PendingRequest
{
    private readonly WireSession _session;
    private readonly IHost _host;
    private readonly string _key;
    private readonly TimeSpan _sentAt;
    private readonly TaskCompletionSource<Reply?> _reply = new();

    internal PendingRequest(WireSession session, IHost host, string key, TimeSpan sentAt)
    {
        _session = session;
        _host = host;
        _key = key;
        _sentAt = sentAt;
    }

    /// <summary>True once the answer is there or can no longer come.</summary>
    public bool IsOver => _reply.Task.IsCompleted;

    /// <summary>The answer; null when none came in time or the connection ended.</summary>
    public async Task<Reply?> ReplyAsync(TimeSpan within, CancellationToken cancel)
    {
        try
        {
            return await _reply.Task.WaitAsync(within, _host.Time, cancel);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    /// <summary>Stops waiting for good: an answer that comes later counts as stray.</summary>
    public void Forget() => _session.Forget(_key);

    internal void Answer(JsonElement message, long sequence, TimeSpan now) => _reply.TrySetResult(new Reply(message, sequence, now - _sentAt));

    internal void GiveUp() => _reply.TrySetResult(null);
}

/// <summary>A message of the device that asks for no answer.</summary>
/// <param name="Method">Its method.</param>
/// <param name="Parameters">Its params.</param>
/// <param name="Sequence">Its number in the transcript.</param>
/// <param name="At">When it came, since the start of the run.</param>
public sealed record Notification(string Method, JsonElement Parameters, long Sequence, TimeSpan At);
