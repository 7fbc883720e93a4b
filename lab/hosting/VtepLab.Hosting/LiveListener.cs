using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using VtepLab.Runtime;

namespace VtepLab.Hosting;

/// <summary>A real listening socket; handshakes run beside each other, so one slow client does not stop the rest.</summary>
internal sealed class LiveListener : IListener
{
    private const int MostUnfinished = 256;

    /// <summary>How long to wait after a failure: the next attempt would most likely fail as the last one did.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly Socket _socket;
    private readonly Func<Socket, Task<LiveConnection>> _welcome;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Queue<LiveConnection> _arrived = new();
    private readonly LinkedList<TaskCompletionSource<IConnection>> _waiting = new();
    private readonly CancellationTokenSource _closed = new();
    private int _unfinished;

    public LiveListener(Socket socket, Endpoint local, Func<Socket, Task<LiveConnection>> welcome, TimeProvider time, ILogger log)
    {
        (_socket, Local, _welcome, _time, _log) = (socket, local, welcome, time, log);
        _ = AcceptLoopAsync();
    }

    public Endpoint Local { get; }

    public async ValueTask<IConnection> AcceptAsync(CancellationToken cancel = default)
    {
        cancel.ThrowIfCancellationRequested();
        if (_closed.IsCancellationRequested)
        {
            throw new OperationCanceledException($"{Local} is closed");
        }

        if (_arrived.TryDequeue(out var connection))
        {
            return connection;
        }

        var waiter = new TaskCompletionSource<IConnection>();
        var place = _waiting.AddLast(waiter);
        await using (cancel.Register(() => waiter.TrySetCanceled(cancel)))
        {
            try
            {
                return await waiter.Task;
            }
            finally
            {
                if (place.List is not null)
                {
                    _waiting.Remove(place);
                }
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        if (_closed.IsCancellationRequested)
        {
            return ValueTask.CompletedTask;
        }

        _closed.Cancel();
        _socket.Dispose();
        if (Local.Scheme == EndpointScheme.Unix || Local.Scheme == EndpointScheme.PassiveUnix)
        {
            File.Delete(Local.Host);
        }

        while (_arrived.TryDequeue(out var connection))
        {
            connection.Abort(); // Nobody will accept it; the kernel resets its backlog too.
        }

        while (_waiting.First is { } first)
        {
            _waiting.RemoveFirst();
            first.Value.TrySetException(new OperationCanceledException($"{Local} is closed"));
        }

        return ValueTask.CompletedTask;
    }

    private async Task AcceptLoopAsync()
    {
        var isFailing = false;
        while (!_closed.IsCancellationRequested)
        {
            try
            {
                var socket = await _socket.AcceptAsync(_closed.Token);
                if (Descriptors.AreScarceAt(socket))
                {
                    if (!isFailing)
                    {
                        _log.LogWarning("{Listener} refuses connections: this process may have {Limit} files and sockets, and has nearly as many", Local, Descriptors.Limit);
                    }

                    isFailing = true;
                    socket.Close();
                    continue;
                }

                isFailing = false;
                if (_unfinished + _arrived.Count >= MostUnfinished)
                {
                    _log.LogWarning("{Listener} refuses a connection: {Count} others are waiting to be accepted", Local, MostUnfinished);
                    socket.Close();
                    continue;
                }

                _unfinished++;
                _ = WelcomeAsync(socket);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                if (_closed.IsCancellationRequested)
                {
                    break;
                }

                if (!isFailing)
                {
                    _log.LogWarning("{Listener} could not accept a connection: {Reason}", Local, e.Message);
                    isFailing = true;
                }

                await Task.Delay(Pause, _time, CancellationToken.None);
            }
        }

        _closed.Dispose();
    }

    private async Task WelcomeAsync(Socket socket)
    {
        try
        {
            Arrive(await _welcome(socket));
        }
        catch (Exception e) when (e is NetworkException or OperationCanceledException or SocketException)
        {
            _log.LogWarning("{Listener} dropped a connection: {Reason}", Local, e.Message);
            socket.Close();
        }
        finally
        {
            _unfinished--;
        }
    }

    private void Arrive(LiveConnection connection)
    {
        if (_closed.IsCancellationRequested)
        {
            connection.Abort();
            return;
        }

        while (_waiting.First is { } first)
        {
            _waiting.RemoveFirst();
            if (first.Value.TrySetResult(connection))
            {
                return;
            }
        }

        _arrived.Enqueue(connection);
    }
}
