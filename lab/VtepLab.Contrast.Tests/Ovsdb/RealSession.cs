using System.Net.Sockets;
using System.Text;

namespace VtepLab.Contrast.Tests.Ovsdb;

/// <summary>A session of ovsdb-server: a unix socket that is read message by message.</summary>
internal sealed class RealSession : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private byte[] _buffer = new byte[1 << 16];
    private int _filled;

    public RealSession(string path)
    {
        _socket.ReceiveTimeout = 20_000;
        _socket.Connect(new UnixDomainSocketEndPoint(path));
    }

    public void Write(string message)
    {
        try
        {
            _socket.Send(Encoding.UTF8.GetBytes(message));
        }
        catch (SocketException)
        {
            // The server has closed the connection; reading will tell.
        }
    }

    public bool ReadUntilBarrier(string barrier, List<string> messages)
    {
        Write(barrier);
        while (true)
        {
            while (TryTake() is { } message)
            {
                if (message.Contains("\"barrier\"", StringComparison.Ordinal))
                {
                    return true;
                }

                messages.Add(message);
            }

            if (_filled == _buffer.Length)
            {
                Array.Resize(ref _buffer, _buffer.Length * 2);
            }

            int got;
            try
            {
                got = _socket.Receive(_buffer, _filled, _buffer.Length - _filled, SocketFlags.None);
            }
            catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionReset)
            {
                return false;
            }

            if (got == 0)
            {
                return false;
            }

            _filled += got;
        }
    }

    public void Dispose() => _socket.Dispose();

    private string? TryTake()
    {
        var depth = 0;
        var inString = false;
        for (var i = 0; i < _filled; i++)
        {
            var b = _buffer[i];
            if (inString)
            {
                i += b == '\\' ? 1 : 0;
                inString = b != '"';
                continue;
            }

            inString = b == '"';
            depth += b is (byte)'{' or (byte)'[' ? 1 : b is (byte)'}' or (byte)']' ? -1 : 0;
            if (depth == 0 && b == '}')
            {
                var message = Encoding.UTF8.GetString(_buffer, 0, i + 1);
                _filled -= i + 1;
                Buffer.BlockCopy(_buffer, i + 1, _buffer, 0, _filled);
                return message;
            }
        }

        return null;
    }
}
