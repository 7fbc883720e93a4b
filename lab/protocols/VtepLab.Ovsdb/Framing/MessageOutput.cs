using System.Buffers;
using System.IO.Pipelines;

namespace VtepLab.Ovsdb;

/// <summary>Messages on their way to a peer: handed to the stream at once while it takes them, kept until it does when it does not.</summary>
/// <remarks>One thread. <see cref="RunAsync"/> has to run for what does not leave at once.</remarks>
/// <param name="stream">The sending half of the connection's stream.</param>
public sealed class MessageOutput(PipeWriter stream)
{
    private const int CorkedBytes = 64 * 1024;

    private readonly JsonWriter _later = new(); // What is sent while a flush is under way.
    private long _written; // Bytes written to the stream since the last flush that ended.
    private Task<FlushResult>? _flush; // The flush that is under way.
    private bool _isCorked;
    private TaskCompletionSource? _stalled;
    private TaskCompletionSource? _taken;

    /// <summary>Bytes that the stream has not taken; 0 while nothing has to wait.</summary>
    public long UnsentBytes => _flush is null ? 0 : _written + _later.Length;

    /// <summary>True while a message that is sent leaves at once, and alone.</summary>
    public bool IsAtRest => _flush is null && _written == 0 && !_isCorked;

    /// <summary>Sends a message; the bytes are the caller's again afterwards.</summary>
    public void Send(ReadOnlySpan<byte> message)
    {
        if (_flush is not null)
        {
            _later.Raw(message);
            return;
        }

        stream.Write(message);
        _written += message.Length;
        if (!_isCorked || _written >= CorkedBytes)
        {
            Flush();
        }
    }

    /// <summary>Keeps what is sent from now on together, for a batch of messages that are handled in one go.</summary>
    public void Cork() => _isCorked = true;

    /// <summary>Hands over what was kept since <see cref="Cork"/>.</summary>
    public void Uncork()
    {
        _isCorked = false;
        Flush();
    }

    /// <summary>Completes when the stream has taken everything that was sent before.</summary>
    public Task WhenTakenAsync() => _flush is null ? Task.CompletedTask : (_taken ??= new TaskCompletionSource()).Task;

    /// <summary>Waits for what did not leave at once; returns when the peer has closed the stream.</summary>
    /// <param name="drained">Called when nothing has to wait any more.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="IOException">The stream broke.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task RunAsync(Action? drained, CancellationToken cancel)
    {
        while (true)
        {
            if (_flush is null)
            {
                _stalled = new TaskCompletionSource();
                await _stalled.Task.WaitAsync(cancel);
            }

            var result = await _flush!.WaitAsync(cancel);
            (_flush, _written) = (null, 0);
            if (result.IsCompleted)
            {
                return;
            }

            if (_later.Length > 0)
            {
                stream.Write(_later.Written);
                _written = _later.Length;
                _later.Release();
                Flush();
            }

            if (_flush is null)
            {
                drained?.Invoke();
                var taken = _taken;
                _taken = null;
                taken?.TrySetResult();
            }
        }
    }

    /// <summary>At the end: whether the stream takes within some time what it has been given.</summary>
    public async Task<bool> IsTakenWithinAsync(TimeSpan grace, TimeProvider time)
    {
        try
        {
            if (_flush is not null)
            {
                await _flush.WaitAsync(grace, time);
            }

            return true;
        }
        catch (Exception e) when (e is IOException or TimeoutException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>At the end, where nobody waits for the peer: leaves everything that was sent in the stream, which is then to be completed.</summary>
    /// <exception cref="IOException">The stream is broken.</exception>
    public async Task HandOverAsync()
    {
        if (_flush is not null)
        {
            stream.CancelPendingFlush();
            await _flush;
            _flush = null;
        }

        if (_later.Length > 0)
        {
            stream.Write(_later.Written);
        }
    }

    private void Flush()
    {
        if (_written == 0 || _flush is not null)
        {
            return;
        }

        try
        {
            var flush = stream.FlushAsync();
            if (!flush.IsCompletedSuccessfully)
            {
                _flush = flush.AsTask();
            }
            else if (flush.Result is { IsCompleted: true } closed)
            {
                _flush = Task.FromResult(closed);
            }
            else
            {
                _written = 0;
                return;
            }
        }
        catch (IOException broken)
        {
            // Ends this connection; whoever sends, perhaps to several peers, must not notice.
            _flush = Task.FromException<FlushResult>(broken);
        }

        _stalled?.TrySetResult();
    }
}
