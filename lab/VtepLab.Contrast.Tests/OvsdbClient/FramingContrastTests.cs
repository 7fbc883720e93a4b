using System.Net.Sockets;
using System.Text;
using VtepLab.Ovsdb;
using VtepLab.Testing.Peers;

namespace VtepLab.Contrast.Tests.OvsdbClient;

/// <summary>Our reader keeps and refuses the streams that Debian's ovsdb-server keeps and closes.</summary>
[Category(RealPeer.Category)]
public class FramingContrastTests
{
    private static readonly string[] Values =
    [
        "0", "-0", "-1", "1.0", "1e3", "1E+3", "2e-2", "0e999", "0e999999999", "1e-400", "-1e-400", "1e400", "5e-324", "4.9e-324",
        "2.2250738585072014e-308", "2.2250738585072011e-308", "1.7976931348623157e308", "1.7976931348623159e308", "123456789012345678901234567890",
        "01", "+1", ".5", "1.", "1.e5", "1e", "1e+", "-", "--1", "0x1", "NaN", "Infinity", "True", "nul", "nulls", "true1",
        "\"\\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u0001 \\uD83D\\uDE00 \\uFFFF\"", "\"\\u0000\"", "\"\\uD800\"", "\"\\uD800x\"", "\"\\uD800\\u0041\"",
        "\"\\a\"", "\"\\u12G4\"", "\"\n\"", "\"\u007f\"", "\"\u00ff\u00c0\"", "[1,]", "[,1]", "[1 2]", "{\"a\":1,}", "{\"a\"}", "{'a':1}", "{a:1}", "{\"a\":1,\"a\":2}", "[1]]",
        "/**/1", "", "[\u00a0]", "[\u000b]", "tru\u00e9",
    ];

    private static IEnumerable<TestCaseData> Streams()
    {
        foreach (var (value, index) in Values.Select((v, i) => (v, i)))
        {
            yield return Case($"{{\"id\":1,\"method\":\"echo\",\"params\":[{value}]}}", $"value {index}: {value}");
        }

        yield return Case("\u00ef\u00bb\u00bf" + Ping, "a byte-order mark");
        yield return Case("\0" + Ping, "a NUL");
        yield return Case("[]" + Ping, "an array");
        yield return Case("42 " + Ping, "a number");
        yield return Case("\"a\"" + Ping, "a string");
        yield return Case("null " + Ping, "a keyword");
        yield return Case("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP");
        yield return Case("\u0016\u0003\u0001\u0000\u00a5\u0001", "TLS");
        yield return Case("{\"id\":1,\"method\":\"echo\",\"params\":" + new string('[', 999) + new string(']', 999) + "}", "1000 levels");
        yield return Case("{\"id\":1,\"method\":\"echo\",\"params\":" + new string('[', 1000) + new string(']', 1000) + "}", "1001 levels");
        yield return Case(" \t\r\n" + Ping + "\n\n" + Ping, "white space");

        static TestCaseData Case(string stream, string name) => new TestCaseData(stream).SetArgDisplayNames(Printable(name));
    }

    private const string Ping = "{\"id\":1,\"method\":\"echo\",\"params\":[]}";

    private static OvsdbServerPeer _server = null!;

    [OneTimeSetUp]
    public async Task StartServer() => _server = await OvsdbServerPeer.StartAsync();

    [OneTimeTearDown]
    public async Task StopServer() => await _server.DisposeAsync();

    [TestCaseSource(nameof(Streams))]
    public async Task A_stream_is_kept_or_refused_as_by_the_real_server(string stream)
    {
        var bytes = Encoding.Latin1.GetBytes(stream);
        using var client = new TcpClient("127.0.0.1", _server.Port) { NoDelay = true };
        var socket = client.GetStream();
        socket.ReadTimeout = 10_000;

        // The last request makes the server answer, unless it has closed before it or does not come to it.
        await socket.WriteAsync(bytes);
        await socket.WriteAsync(Encoding.ASCII.GetBytes("{\"id\":\"last\",\"method\":\"echo\",\"params\":[]}"));
        var answer = new StringBuilder();
        var buffer = new byte[65536];
        while (!answer.ToString().Contains("\"last\"", StringComparison.Ordinal))
        {
            int read;
            try
            {
                read = socket.Read(buffer);
            }
            catch (IOException)
            {
                read = 0; // A reset: it closed with bytes unread.
            }

            if (read == 0)
            {
                break;
            }

            answer.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }

        Assert.That(IsKept(bytes), Is.EqualTo(answer.ToString().Contains("\"last\"", StringComparison.Ordinal)), answer.ToString());
    }

    // ovsdb-server turns a low surrogate without its high one into three bytes that are no UTF-8; we refuse it like the other half.
    [Test]
    public void A_single_low_surrogate_is_the_one_thing_that_only_we_refuse() =>
        Assert.That(IsKept(Encoding.ASCII.GetBytes("{\"id\":1,\"method\":\"echo\",\"params\":[\"\\uDC00\"]}")), Is.False);

    /// <summary>Whether framing and parsing let the whole stream, and a request after it, through.</summary>
    private static bool IsKept(byte[] stream)
    {
        var reader = new JsonStreamReader();
        var buffer = new System.Buffers.ReadOnlySequence<byte>([.. stream, .. Encoding.ASCII.GetBytes("{\"id\":\"last\"}")]);
        var last = "";
        try
        {
            while (reader.TryRead(ref buffer, out var text))
            {
                last = JsonText.Parse(System.Buffers.BuffersExtensions.ToArray(text)).Root.ToString();
            }
        }
        catch (Exception e) when (e is OvsdbProtocolException or JsonFormatException)
        {
            return false;
        }

        return last == "{\"id\":\"last\"}";
    }

    private static string Printable(string text) => string.Concat(text.Select(c => c is >= ' ' and < '\u007f' ? c.ToString() : $"<{(int)c:x2}>"));
}
