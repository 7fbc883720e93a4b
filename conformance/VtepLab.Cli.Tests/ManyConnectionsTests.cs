using System.Net.Sockets;
using VtepLab.Testing;
using VtepLab.Testing.Peers;

namespace VtepLab.Cli.Tests;

/// <summary>A server that has hardly a descriptor left for one more connection.</summary>
[Category(RealPeer.Category)]
public class ManyConnectionsTests : FolderFixture
{
    [Test]
    public async Task It_serves_those_it_has_and_new_ones_again_when_some_have_gone()
    {
        var port = PeerProcess.FreePort();
        await using var server = new RunningVteplab("ovsdb", "--schema", OvsdbServerPeer.VtepSchema, "--db", Folder["v.db"], "--listen", $"ptcp:{port}:127.0.0.1");
        await server.SaysAsync("listening on ");
        (await PeerProcess.RunAsync(RealPeer.Require("prlimit"), [$"--pid={server.Id}", "--nofile=250"])).Success();
        var clients = new List<TcpClient>();
        try
        {
            for (var n = 0; n < 400; n++)
            {
                clients.Add(new TcpClient());
                await clients[^1].ConnectAsync("127.0.0.1", port);
                await clients[0].GetStream().WriteAsync(" "u8.ToArray()); // So that this one does not count as idle, however long it takes.
            }

            await server.SaysAsync("refuses connections: this process may have 250 files and sockets, and has nearly as many");
            await clients[0].GetStream().WriteAsync("""{"id":1,"method":"echo","params":["alive"]}"""u8.ToArray());
            Assert.That(await new StreamReader(clients[0].GetStream()).ReadAsync(new char[1]), Is.EqualTo(1), "those it has are served");
            Assert.That(server.Output.Split("refuses connections"), Has.Length.LessThanOrEqualTo(3), "it does not say so for each");
        }
        finally
        {
            clients.ForEach(client => client.Dispose());
        }

        await Eventually.That(
            async () => (await PeerProcess.RunAsync(RealPeer.Require("vtep-ctl"), [$"--db=tcp:127.0.0.1:{port}", "--timeout=60", "--may-exist", "add-ls", "blue"])).ExitCode,
            Is.Zero, TimeSpan.FromSeconds(30));
    }
}
