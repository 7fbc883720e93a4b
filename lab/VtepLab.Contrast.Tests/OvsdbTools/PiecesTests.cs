using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using VtepLab.Testing.Peers;

namespace VtepLab.Contrast.Tests.OvsdbTools;

/// <summary>Requests in one piece, a byte at a time, and from a client that has closed its half of the connection: ovsdb-server and our server answer alike.</summary>
[Category(RealPeer.Category)]
public partial class PiecesTests
{
    private const string Echoes = """{"id":1,"method":"echo","params":["a"]} {"id":[2],"method":"echo","params":[{"b":1e3}]}{"id":"3","method":"list_dbs","params":[1]}""";

    private const string Insert = """
        {"id":{"a":null},"method":"transact","params":["hardware_vtep",{"op":"insert","table":"Logical_Switch","row":{"name":"blue"},"uuid":"00000000-0000-0000-0000-00000000000a"},
        {"op":"commit","durable":true},{"op":"select","table":"Logical_Switch","where":[["name","!=","red"]],"columns":["name"]},{"op":"comment","comment":"done"}]}
        """;

    private const string Wait = """
        {"id":1,"method":"transact","params":["hardware_vtep",{"op":"wait","timeout":100,"table":"Logical_Switch","where":[],"columns":["name"],"until":"==","rows":[{"name":"never"}]}]}
        """;

    [TestCase(Echoes, false, TestName = "Three_requests")]
    [TestCase(Echoes, true, TestName = "Three_requests_before_the_client_closes_its_half")]
    [TestCase(Insert, true, TestName = "A_durable_transaction_before_the_client_closes_its_half")]
    [TestCase(Wait, true, TestName = "A_transaction_that_waits_before_the_client_closes_its_half")]
    public async Task Answers(string requests, bool closes)
    {
        await using var real = await OvsdbServerPeer.StartAsync();
        await using var ours = await OurServer.StartAsync();

        foreach (var isSplit in (bool[])[false, true])
        {
            var expected = await AskAsync(real.Endpoint, requests, isSplit, closes);
            Assert.That(await AskAsync(ours.Endpoint, requests, isSplit, closes), Is.EqualTo(expected));
        }
    }

    /// <summary>The answers, their members in order and the time that a wait took left out, and whether the server then closed the connection.</summary>
    private static async Task<string> AskAsync(string endpoint, string requests, bool isSplit, bool closes)
    {
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(IPEndPoint.Parse(endpoint["tcp:".Length..]));
        var stream = client.GetStream();
        var bytes = Encoding.UTF8.GetBytes(requests);
        foreach (var piece in isSplit ? bytes.Chunk(1) : [bytes])
        {
            await stream.WriteAsync(piece);
        }

        if (closes)
        {
            client.Client.Shutdown(SocketShutdown.Send);
        }

        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var (text, buffer) = ("", new byte[4096]);
        while (closes || !text.Contains("\"3\"", StringComparison.Ordinal) || !text.EndsWith('}'))
        {
            var got = await stream.ReadAsync(buffer, limit.Token);
            if (got == 0)
            {
                return Canonical(text) + " closed";
            }

            text += Encoding.UTF8.GetString(buffer, 0, got);
        }

        return Canonical(text);
    }

    // The order of members, and that of the databases, hangs on hash tables at ovsdb-server.
    private static string Canonical(string text) => string.Concat(Waited().Replace(text, "").Order());

    [GeneratedRegex("after [0-9]+ ms")]
    private static partial Regex Waited();
}
