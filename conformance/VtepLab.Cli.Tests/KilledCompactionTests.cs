using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using VtepLab.Testing;
using VtepLab.Testing.Peers;

namespace VtepLab.Cli.Tests;

/// <summary>Servers that are killed at any moment while their files are rewritten under load.</summary>
[Category(RealPeer.Category)]
public partial class KilledCompactionTests : FolderFixture
{
    private const int Rounds = 6;

    // A switch compacts its file whenever it has grown by enough; the plain server as rarely as ovsdb-server, but a conversion rewrites it too.
    [TestCase(false, TestName = "Compaction_of_a_switch_loses_nothing_that_was_acknowledged")]
    [TestCase(true, TestName = "Conversion_of_a_server_loses_nothing_that_was_acknowledged")]
    public async Task Rewriting(bool converts)
    {
        var random = new Random(1);
        var progress = new Progress();
        var other = Folder["other.ovsschema"];
        await File.WriteAllTextAsync(other, (await File.ReadAllTextAsync(OvsdbServerPeer.VtepSchema)).Replace("\"1.7.0\"", "\"9.9.9\"", StringComparison.Ordinal));
        for (var round = 0; round < Rounds; round++)
        {
            var port = PeerProcess.FreePort();
            string[] serve = converts ? ["ovsdb", .. round == 0 ? (string[])["--schema", OvsdbServerPeer.VtepSchema] : []] : ["emulate", "switch"];
            await using var server = new RunningVteplab([.. serve, "--db", Folder["v.db"], "--listen", $"ptcp:{port}:127.0.0.1"]);
            await server.SaysAsync("listening on ");
            using var end = new CancellationTokenSource();
            var (conversions, acknowledged) = (progress.Conversions, progress.Acknowledged);
            var converter = converts ? ConvertAsync(port, [other, OvsdbServerPeer.VtepSchema], progress, end.Token) : Task.CompletedTask;
            var writer = WriteAsync(port, progress, end.Token);
            var writes = converts ? random.Next(50) : 100 + random.Next(200); // By count and not by time: a slow machine rewrites as often as a fast one.
            await Eventually.That(
                () => Task.FromResult((converts && progress.Conversions == conversions) || progress.Acknowledged <= acknowledged + writes), Is.False, TimeSpan.FromMinutes(2));
            await server.SignalAsync("KILL");
            await server.EndAsync();
            await end.CancelAsync();
            await writer;
            await converter;

            var (kept, length) = (await KeptAsync(), new FileInfo(Folder["v.db"]).Length);
            TestContext.Out.WriteLine($"round {round}: {progress.Sent} sent, {progress.Acknowledged} acknowledged, {kept} kept in {length} bytes, {progress.Conversions} conversions");
            Assert.That(kept, Is.InRange(progress.Acknowledged, progress.Sent));
        }

        var rewrites = converts
            ? progress.Conversions
            : (((long)progress.Acknowledged * Padding.Length) - new FileInfo(Folder["v.db"]).Length) / (10 << 20); // What is not in the file any more was compacted away.
        Assert.That(rewrites, Is.GreaterThanOrEqualTo(2), "the file was hardly ever rewritten");
    }

    private static readonly string Padding = new('x', 100_000);

    /// <summary>Keeps eight transactions under way, each with the next number, over as many connections as it takes.</summary>
    private static async Task WriteAsync(int port, Progress progress, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync("127.0.0.1", port, end);
                var (waiting, text, buffer) = (0, "", new byte[65536]);
                while (true)
                {
                    for (; waiting < 8; waiting++)
                    {
                        var where = "[[\"name\",\"==\",\"ls\"]]";
                        await client.GetStream().WriteAsync(
                            Encoding.UTF8.GetBytes(
                                $$"""
                                {"id":{{++progress.Sent}},"method":"transact","params":["hardware_vtep",
                                  {"op":"delete","table":"Logical_Switch","where":{{where}}},
                                  {"op":"insert","table":"Logical_Switch","row":{"name":"ls","description":"{{progress.Sent}} {{Padding}}"} } ]}
                                """), end);
                    }

                    var got = await client.GetStream().ReadAsync(buffer, end);
                    if (got == 0)
                    {
                        break;
                    }

                    text += Encoding.UTF8.GetString(buffer, 0, got);
                    foreach (Match answer in Answer().Matches(text))
                    {
                        progress.Acknowledged = Math.Max(progress.Acknowledged, int.Parse(answer.Groups[1].Value, CultureInfo.InvariantCulture));
                        waiting--;
                        text = text[(text.IndexOf(answer.Value, StringComparison.Ordinal) + answer.Length)..];
                    }
                }
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
            {
                // It was killed, or ended the connection to convert.
            }
        }
    }

    private static async Task ConvertAsync(int port, string[] schemas, Progress progress, CancellationToken end)
    {
        for (var n = 0; !end.IsCancellationRequested; n++)
        {
            var converted = await PeerProcess.RunAsync(
                RealPeer.Require("ovsdb-client"), ["--timeout=60", "convert", $"tcp:127.0.0.1:{port}", schemas[n % 2]]);
            progress.Conversions += converted.ExitCode == 0 ? 1 : 0;
        }
    }

    /// <summary>The number of the last transaction in the file, as ovsdb-server reads a copy of it; ovsdb-tool refuses the half record that a kill may leave.</summary>
    private async Task<int> KeptAsync()
    {
        var (copy, socket) = (Folder["copy.db"], Folder["copy.sock"]);
        File.Copy(Folder["v.db"], copy, overwrite: true);
        var found = (await PeerProcess.RunAsync(
            RealPeer.Require("ovsdb-server"),
            [
                "--no-chdir", $"--unixctl={Folder["copy.ctl"]}", $"--remote=punix:{socket}",
                $"--run={RealPeer.Require("ovsdb-client")} --format=json dump unix:{socket} hardware_vtep Logical_Switch description", copy,
            ])).Success();
        return Number().Match(found) is { Success: true } number ? int.Parse(number.Groups[1].Value, CultureInfo.InvariantCulture) : 0;
    }

    [GeneratedRegex("""\{"id":(\d+),"result":\[\{"count":[01]\},\{"uuid":\["uuid","[-0-9a-f]+"\]\}\],"error":null\}""")]
    private static partial Regex Answer();

    [GeneratedRegex("\"(\\d+) x")]
    private static partial Regex Number();

    /// <summary>How far those who write and convert have come: the number of the last transaction sent, of the last acknowledged, and the conversions.</summary>
    private sealed class Progress
    {
        public int Sent;
        public int Acknowledged;
        public int Conversions;
    }
}
