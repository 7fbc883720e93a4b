using System.Text;
using VtepLab.Ovsdb;

namespace VtepLab.Protocols.Tests.Ovsdb;

/// <summary>An engine with one database, sessions that remember what they were sent, and a clock that the test moves.</summary>
internal sealed class EngineFixture
{
    private int _uuids;

    public EngineFixture(string schema, ServerQuirks? quirks = null, OvsdbLimits? limits = null)
    {
        Server = new OvsdbServer(new OvsdbServerOptions
        {
            Time = Clock,
            NewUuid = NewUuid,
            Quirks = quirks,
            Limits = limits ?? new OvsdbLimits(),
        });
        Database = new Database(DatabaseSchema.Parse(schema), NewUuid);
        Server.Add(Database);
    }

    public ManualClock Clock { get; } = new();

    public OvsdbServer Server { get; }

    public Database Database { get; }

    public TestSession Open() => new(Server);

    /// <summary>The n-th UUID that the engine asked for, counted from 1, is 00000000-0000-0000-0000-0000000000nn.</summary>
    private Guid NewUuid() => new Uuid(0, (ulong)++_uuids).ToGuid();

    internal sealed class ManualClock : TimeProvider
    {
        private long _milliseconds;

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => _milliseconds;

        public void Advance(long milliseconds) => _milliseconds += milliseconds;
    }

    internal sealed class TestSession : ISessionOutput
    {
        public TestSession(OvsdbServer server) => Session = server.OpenSession(this);

        public OvsdbSession Session { get; }

        public List<string> Sent { get; } = [];

        public string? Disconnected { get; private set; }

        public long UnsentBytes { get; set; }

        public void Send(ReadOnlySpan<byte> message) => Sent.Add(Encoding.UTF8.GetString(message));

        public void Disconnect(string reason) => Disconnected = reason;

        /// <summary>Gives a message to the session and takes what it has sent since, messages joined by line ends.</summary>
        public string Ask(string message)
        {
            Session.Receive(Encoding.UTF8.GetBytes(message));
            return Take();
        }

        /// <summary>Sends a transact request with id 0; the result is the value of the reply's result member.</summary>
        public string Transact(string operations)
        {
            var reply = Ask($$"""{"id":0,"method":"transact","params":["{{"db"}}",{{operations}}]}""").Split('\n')[^1];
            return JsonText.Parse(reply).Root.Member("result"u8).ToString();
        }

        public string Take()
        {
            var text = string.Join('\n', Sent);
            Sent.Clear();
            return text;
        }
    }
}
