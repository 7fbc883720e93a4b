using System.Text;
using VtepLab.Ovsdb;

namespace VtepLab.Contrast.Tests.Ovsdb;

/// <summary>Our engine, in process.</summary>
internal sealed class OurSide : ISide
{
    private readonly OvsdbServer _server;
    private readonly Output?[] _outputs;
    private readonly OvsdbSession?[] _sessions;
    private readonly Dictionary<Uuid, int> _commits = [];
    private readonly Output _probed = new();
    private OvsdbSession? _probe;

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

    /// <summary>Whether the engine takes a clause for one without mistakes; a select finds out, in a session of its own.</summary>
    public bool Accepts(string database, string table, string clause)
    {
        _probe ??= _server.OpenSession(_probed);
        _probed.Messages.Clear();
        _probe.Receive(Encoding.UTF8.GetBytes(
            $$"""{"id":0,"method":"transact","params":["{{database}}",{"op":"select","table":"{{table}}","where":[false,{{clause}}]}]}"""));
        return _probed.Messages.Exists(message => message.Contains("\"rows\":", StringComparison.Ordinal));
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
        _probe?.Close();
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
