using System.Buffers;
using System.Net.Sockets;
using VtepLab.Ovsdb;

namespace VtepLab.Benchmarks.Ovsdb;

/// <summary>Our engine behind a unix socket, with nothing else around it: one thread, a poll over its connections.</summary>
internal sealed class BenchServer
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly List<Connection> _connections = [];
    private readonly OvsdbServer _server;
    private bool _isTidy = true;

    private BenchServer(string schemaPath, string socketPath)
    {
        _server = new OvsdbServer(new OvsdbServerOptions { Time = TimeProvider.System, NewUuid = Guid.NewGuid });
        _server.Add(new Database(DatabaseSchema.Parse(File.ReadAllBytes(schemaPath)), Guid.NewGuid));
        _listener.Bind(new UnixDomainSocketEndPoint(socketPath));
        _listener.Listen(200);
    }

    /// <summary>Serves until the process is killed.</summary>
    public static void Run(string schemaPath, string socketPath) => new BenchServer(schemaPath, socketPath).Loop();

    private void Loop()
    {
        while (true)
        {
            var readable = new List<Socket>(_connections.Count + 1) { _listener };
            var writable = new List<Socket>();
            foreach (var connection in _connections)
            {
                (connection.UnsentBytes > 0 ? writable : readable).Add(connection.Socket);
            }

            Socket.Select(readable, writable, null, 1_000_000);
            if (readable.Count + writable.Count == 0)
            {
                TidyUp();
                continue;
            }

            _isTidy = false;
            foreach (var socket in readable)
            {
                if (socket == _listener)
                {
                    _connections.Add(new Connection(_listener.Accept(), _server));
                }
                else
                {
                    _connections.Find(connection => connection.Socket == socket)?.Read();
                }
            }

            foreach (var socket in writable)
            {
                _connections.Find(connection => connection.Socket == socket)?.Write();
            }

            _connections.RemoveAll(connection => connection.IsClosed);
        }
    }

    /// <summary>Gives memory back after a second without work.</summary>
    private void TidyUp()
    {
        if (!_isTidy)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            _isTidy = true;
        }
    }

    private sealed class Connection : ISessionOutput
    {
        private readonly OvsdbSession _session;
        private readonly JsonStreamReader _reader = new();
        private byte[] _in = new byte[1 << 16];
        private int _inLength;
        private byte[] _out = new byte[1 << 12];
        private int _outStart;
        private int _outEnd;

        public Connection(Socket socket, OvsdbServer server)
        {
            Socket = socket;
            Socket.Blocking = false;
            _session = server.OpenSession(this);
        }

        public Socket Socket { get; }

        public bool IsClosed { get; private set; }

        public long UnsentBytes => _outEnd - _outStart;

        public void Send(ReadOnlySpan<byte> message)
        {
            // Straight to the socket when nothing waits before it.
            if (UnsentBytes == 0)
            {
                var sent = Socket.Send(message, SocketFlags.None, out var error);
                message = message[(error == SocketError.Success ? sent : 0)..];
            }

            if (message.Length > 0)
            {
                if (_out.Length - _outEnd < message.Length)
                {
                    var bigger = new byte[Math.Max(_out.Length * 2, (_outEnd - _outStart) + message.Length)];
                    _out.AsSpan(_outStart.._outEnd).CopyTo(bigger);
                    (_outEnd, _outStart) = (_outEnd - _outStart, 0);
                    _out = bigger;
                }

                message.CopyTo(_out.AsSpan(_outEnd));
                _outEnd += message.Length;
            }
        }

        public void Disconnect(string reason) => Close();

        public void Write()
        {
            var sent = Socket.Send(_out.AsSpan(_outStart.._outEnd), SocketFlags.None, out var error);
            _outStart += error == SocketError.Success ? sent : 0;
            if (error is not (SocketError.Success or SocketError.WouldBlock))
            {
                Close();
            }
            else if (UnsentBytes == 0)
            {
                (_outStart, _outEnd) = (0, 0);
                if (_out.Length > 1 << 20)
                {
                    _out = new byte[1 << 12];
                }

                _session.Drained();
            }
        }

        public void Read()
        {
            if (_inLength == _in.Length)
            {
                Array.Resize(ref _in, _in.Length * 2);
            }

            var got = Socket.Receive(_in.AsSpan(_inLength), SocketFlags.None, out var error);
            if (error == SocketError.WouldBlock)
            {
                return;
            }

            if (got == 0 || error != SocketError.Success)
            {
                Close();
                return;
            }

            _inLength += got;
            var buffer = new ReadOnlySequence<byte>(_in, 0, _inLength);
            while (!IsClosed && _reader.TryRead(ref buffer, out var text))
            {
                _session.Receive(text.First);
            }

            var left = (int)buffer.Length;
            buffer.CopyTo(_in);
            _inLength = left;
        }

        private void Close()
        {
            if (!IsClosed)
            {
                IsClosed = true;
                _session.Close();
                Socket.Dispose();
            }
        }
    }
}
