using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace VtepLab.Hosting;

/// <summary>A stream socket that its host's loop waits for: what can be done at once is done at once, on the loop's thread.</summary>
internal sealed class LoopSocket : IDisposable
{
    private readonly Socket _socket;
    private readonly EventLoop _loop;
    private readonly LoopSignal _readable;
    private readonly LoopSignal _writable;
    private bool _mayRead = true; // False once all that had come was read; the loop tells of more.
    private bool _isOver; // The end of the stream may lie behind what was read, and would not be told of again.
    private bool _isClosed;

    /// <summary>Takes over a socket, connected or about to be.</summary>
    public LoopSocket(Socket socket, EventLoop loop)
    {
        (_socket, _loop, _readable, _writable) = (socket, loop, new LoopSignal(loop), new LoopSignal(loop));
        socket.Blocking = false;
        Descriptor = (int)socket.SafeHandle.DangerousGetHandle();
    }

    /// <summary>The number that the system knows it by.</summary>
    public int Descriptor { get; }

    /// <summary>The socket, for what needs no waiting.</summary>
    public Socket Socket => _socket;

    /// <summary>Connects, and returns when it is connected.</summary>
    /// <exception cref="SocketException">It is refused, or nobody answers; <c>WouldBlock</c>: a unix socket's queue is full just now.</exception>
    public async ValueTask ConnectAsync(EndPoint remote, CancellationToken cancel)
    {
        try
        {
            _socket.Connect(remote);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress && remote is not UnixDomainSocketEndPoint)
        {
            Watch();
            await UntilWritableAsync(cancel);
            if (_socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error) is int error and not 0)
            {
                throw new SocketException(error);
            }

            return;
        }

        Watch();
    }

    /// <summary>Lets the loop look after it.</summary>
    public void Watch() => _loop.Add(this);

    /// <summary>Reads what has come, or waits for it.</summary>
    /// <returns>The number of bytes; 0 at the end of the stream.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancel)
    {
        while (true)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            if (_mayRead)
            {
                var got = _socket.Receive(buffer.Span, SocketFlags.None, out var error);
                if (error == SocketError.Success)
                {
                    _mayRead = got == buffer.Length || got == 0 || _isOver;
                    return got;
                }

                if (error != SocketError.WouldBlock)
                {
                    throw new SocketException((int)error);
                }

                _mayRead = false;
            }

            await _readable.WaitAsync(cancel);
        }
    }

    /// <summary>Hands bytes to the system, waiting for room if there is none.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        while (Send(bytes.Span) is var sent && sent < bytes.Length)
        {
            bytes = bytes[sent..];
            await UntilWritableAsync(cancel);
        }
    }

    /// <summary>Hands over what the system takes at once.</summary>
    /// <returns>The number of bytes.</returns>
    public int Send(ReadOnlySpan<byte> bytes)
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        if (bytes.IsEmpty)
        {
            return 0;
        }

        var sent = _socket.Send(bytes, SocketFlags.None, out var error);
        return error switch
        {
            SocketError.Success => sent,
            SocketError.WouldBlock => 0,
            _ => throw new SocketException((int)error),
        };
    }

    /// <summary>Called by the loop: something has happened to the descriptor.</summary>
    public void Happened(uint what)
    {
        _isOver |= (what & Epoll.Over) != 0;
        if ((what & (Epoll.Readable | Epoll.Over)) != 0)
        {
            _mayRead = true;
            _readable.Set();
        }

        if ((what & (Epoll.Writable | Epoll.Over)) != 0)
        {
            _writable.Set();
        }
    }

    /// <summary>Closes the socket; who waits for it is told that it is no more.</summary>
    public void Dispose()
    {
        if (_isClosed)
        {
            return;
        }

        _isClosed = true;
        _loop.Remove(this);
        _socket.Close();
        _readable.Set();
        _writable.Set();
    }

    private async ValueTask UntilWritableAsync(CancellationToken cancel)
    {
        _loop.AlsoWritable(this, true);
        try
        {
            await _writable.WaitAsync(cancel);
        }
        finally
        {
            if (!_isClosed)
            {
                _loop.AlsoWritable(this, false);
            }
        }
    }
}
