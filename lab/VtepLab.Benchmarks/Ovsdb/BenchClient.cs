using System.Net.Sockets;
using System.Text;

namespace VtepLab.Benchmarks.Ovsdb;

/// <summary>The client of both servers: sends prepared requests and counts what comes back, without looking into it.</summary>
internal sealed class BenchClient : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly byte[] _buffer = new byte[1 << 20];
    private long _length;
    private int _depth;
    private bool _inString;
    private bool _escaped;
    private int _at;
    private int _filled;

    public BenchClient(string socketPath) => _socket.Connect(new UnixDomainSocketEndPoint(socketPath));

    /// <summary>Bytes that have come.</summary>
    public long BytesReceived { get; private set; }

    /// <summary>Length in bytes of the message that came last.</summary>
    public long LastMessageLength { get; private set; }

    public void Send(string request) => Send(Encoding.UTF8.GetBytes(request));

    public void Send(byte[] request) => _socket.Send(request);

    /// <summary>Waits for a number of messages.</summary>
    public void Receive(long messages = 1)
    {
        while (messages > 0)
        {
            if (_at == _filled)
            {
                _at = 0;
                _filled = _socket.Receive(_buffer);
                BytesReceived += _filled;
                if (_filled == 0)
                {
                    throw new IOException("the server has closed the connection");
                }
            }

            var before = _at;
            var complete = Skip();
            _length += _at - before;
            if (complete)
            {
                (LastMessageLength, _length) = (_length, 0);
                messages--;
            }
        }
    }

    public void Ask(string request)
    {
        Send(request);
        Receive();
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>Walks to the end of the present message, or of what has come.</summary>
    private bool Skip()
    {
        while (_at < _filled)
        {
            var b = _buffer[_at++];
            if (_inString)
            {
                if (_escaped)
                {
                    _escaped = false;
                }
                else if (b == '\\')
                {
                    _escaped = true;
                }
                else
                {
                    _inString = b != '"';
                }

                continue;
            }

            switch (b)
            {
                case (byte)'"':
                    _inString = true;
                    break;
                case (byte)'{' or (byte)'[':
                    _depth++;
                    break;
                case (byte)'}' or (byte)']' when --_depth == 0:
                    return true;
            }
        }

        return false;
    }
}
