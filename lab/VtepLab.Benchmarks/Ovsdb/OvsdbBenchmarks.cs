using System.Text;
using BenchmarkDotNet.Attributes;
using VtepLab.Ovsdb;

namespace VtepLab.Benchmarks.Ovsdb;

/// <summary>The engine's hot paths without a socket: reading a request, inserting, updating under monitors.</summary>
[MemoryDiagnoser]
public class OvsdbBenchmarks
{
    private const string Schema =
        """{"name":"db","tables":{"t":{"columns":{"MAC":{"type":"string"},"ipaddr":{"type":"string"},"n":{"type":"integer"}}}}}""";

    private readonly JsonText _text = new();
    private byte[] _insert = [];
    private byte[] _update = [];
    private byte[] _clear = [];
    private OvsdbSession _writer = null!;

    /// <summary>Sessions that watch the table.</summary>
    [Params(0, 100)]
    public int Monitors { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        var server = new OvsdbServer(new OvsdbServerOptions { Time = TimeProvider.System, NewUuid = Guid.NewGuid });
        server.Add(new Database(DatabaseSchema.Parse(Schema), Guid.NewGuid));
        for (var n = 0; n < Monitors; n++)
        {
            server.OpenSession(new Nowhere()).Receive("""{"id":1,"method":"monitor","params":["db",0,{"t":{}}]}"""u8.ToArray());
        }

        _writer = server.OpenSession(new Nowhere());
        var inserts = Enumerable.Range(0, 100).Select(n => $$$"""{"op":"insert","table":"t","row":{"MAC":"02:1a:c0:00:02:{{{n:x2}}}","ipaddr":"192.0.2.{{{n}}}"}}""");
        _insert = Encoding.UTF8.GetBytes($$"""{"id":1,"method":"transact","params":["db",{{string.Join(',', inserts)}}]}""");
        _update = """{"id":1,"method":"transact","params":["db",{"op":"mutate","table":"t","where":[],"mutations":[["n","+=",1]]}]}"""u8.ToArray();
        _clear = """{"id":1,"method":"transact","params":["db",{"op":"delete","table":"t","where":[]}]}"""u8.ToArray();
        _writer.Receive(_insert);
    }

    [Benchmark]
    public void Read_a_request_of_100_inserts() => _text.Read(_insert);

    [Benchmark]
    public void Insert_and_delete_100_rows()
    {
        _writer.Receive(_clear);
        _writer.Receive(_insert);
    }

    [Benchmark]
    public void Update_100_rows() => _writer.Receive(_update);

    private sealed class Nowhere : ISessionOutput
    {
        public long UnsentBytes => 0;

        public void Send(ReadOnlySpan<byte> message)
        {
        }

        public void Disconnect(string reason)
        {
        }
    }
}
