using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using VtepLab.Ovsdb;

namespace VtepLab.Contrast.Tests.Ovsdb;

/// <summary>One of the two servers that are compared, as its sessions see it.</summary>
internal interface ISide : IDisposable
{
    /// <summary>Opens the n-th session, or opens it again.</summary>
    void Open(int session);

    /// <summary>Sends a message.</summary>
    void Send(int session, string message);

    /// <summary>All that has come for each session since, once nothing more is on its way; null for a session that was closed.</summary>
    /// <param name="asked">The session that sent something last.</param>
    /// <param name="twice">Whether transactions wait, of which one may wake the next.</param>
    /// <param name="awaited">A request of that session which is answered when its time is over.</param>
    List<string>?[] Collect(int asked, bool twice, int? awaited);
}

/// <summary>A real ovsdb-server behind its unix socket.</summary>
internal sealed class RealSide(string socketPath, int sessions) : ISide
{
    private const string Barrier = """{"method":"echo","params":[],"id":"barrier"}""";
    private readonly Connection?[] _connections = new Connection?[sessions];

    public void Open(int session)
    {
        _connections[session]?.Dispose();
        _connections[session] = new Connection(socketPath);
    }

    public void Send(int session, string message) => _connections[session]!.Write(message);

    public List<string>?[] Collect(int asked, bool twice, int? awaited)
    {
        var all = new List<string>?[sessions];
        for (var s = 0; s < sessions; s++)
        {
            all[s] = [];
        }

        // Where transactions wait, one may wake the next: until nothing more comes. A request's time begins when the server reads it.
        var (before, now) = (-1, 0);
        var patience = Stopwatch.StartNew();
        for (var round = 0; round < (twice ? 2 : 1) || (twice && now > before) || (IsMissing(all[asked]) && patience.Elapsed.TotalSeconds < 10); round++)
        {
            before = now;
            // The session that sent something first: what it did must be done before the others are asked.
            for (var i = 0; i < sessions; i++)
            {
                var s = (asked + i) % sessions;
                if (all[s] is { } list && _connections[s] is { } connection && !connection.ReadUntilBarrier(Barrier, list))
                {
                    all[s] = null;
                }
            }

            now = all.Sum(list => list?.Count ?? 0);
        }

        return all;

        bool IsMissing(List<string>? messages) => awaited is { } id && messages?.Exists(message =>
            message.Contains($"\"id\":{id},", StringComparison.Ordinal) || message.Contains($"\"id\":{id}}}", StringComparison.Ordinal)) == false;
    }

    public void Dispose()
    {
        foreach (var connection in _connections)
        {
            connection?.Dispose();
        }
    }

    private sealed class Connection : IDisposable
    {
        private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        private byte[] _buffer = new byte[1 << 16];
        private int _filled;

        public Connection(string path)
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
}

/// <summary>Our engine, in process.</summary>
internal sealed class OurSide : ISide
{
    private readonly OvsdbServer _server;
    private readonly Output?[] _outputs;
    private readonly OvsdbSession?[] _sessions;
    private readonly Dictionary<Uuid, int> _commits = [];

    public OurSide(IEnumerable<DatabaseSchema> schemas, int sessions)
    {
        _server = new OvsdbServer(new OvsdbServerOptions { Time = TimeProvider.System, NewUuid = Guid.NewGuid });
        foreach (var schema in schemas)
        {
            var database = new Database(schema, Guid.NewGuid);
            _server.Add(database);
            database.Committed += Count;
        }

        _server.Converted += (_, now) => now.Committed += Count;

        _outputs = new Output?[sessions];
        _sessions = new OvsdbSession?[sessions];
    }

    /// <summary>The database with a name.</summary>
    public Database? Find(string name) => _server.Find(name);

    public void Open(int session)
    {
        _sessions[session]?.Close();
        _outputs[session] = new Output();
        _sessions[session] = _server.OpenSession(_outputs[session]!);
    }

    /// <summary>The rows that several transactions have touched since a message was sent last.</summary>
    public IEnumerable<string> TouchedTwice => _commits.Where(row => row.Value > 1).Select(row => row.Key.ToString());

    public void Send(int session, string message)
    {
        _commits.Clear();
        _sessions[session]!.Receive(Encoding.UTF8.GetBytes(message));
    }

    public List<string>?[] Collect(int asked, bool twice, int? awaited)
    {
        _server.RunTimers();
        var all = new List<string>?[_sessions.Length];
        for (var s = 0; s < all.Length; s++)
        {
            all[s] = _sessions[s] is { IsClosed: true } ? null : [.. _outputs[s]?.Messages ?? []];
            _outputs[s]?.Messages.Clear();
        }

        return all;
    }

    public void Dispose()
    {
        foreach (var session in _sessions)
        {
            session?.Close();
        }
    }

    private void Count(ChangeSet changes)
    {
        foreach (var change in changes.Changes)
        {
            _commits[change.Row.Uuid] = _commits.GetValueOrDefault(change.Row.Uuid) + 1;
        }
    }

    private sealed class Output : ISessionOutput
    {
        public List<string> Messages { get; } = [];

        public long UnsentBytes => 0;

        public void Send(ReadOnlySpan<byte> message) => Messages.Add(Encoding.UTF8.GetString(message));

        public void Disconnect(string reason)
        {
        }
    }
}
