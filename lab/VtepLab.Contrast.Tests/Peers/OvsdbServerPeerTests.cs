using System.Net;
using System.Net.Sockets;
using VtepLab.Testing.Peers;

namespace VtepLab.Contrast.Tests.Peers;

[Category(RealPeer.Category)]
public class OvsdbServerPeerTests
{
    [Test]
    public async Task A_real_server_keeps_what_vtep_ctl_wrote_over_a_crash()
    {
        await using var server = await OvsdbServerPeer.StartAsync();
        await server.VtepCtlAsync("add-ps", "leaf1", "--", "add-ls", "blue");

        await server.CrashAsync();
        await server.StartAgainAsync();

        Assert.That(await server.VtepCtlAsync("list-ls"), Is.EqualTo("blue\n"));
    }

    [Test]
    public async Task A_real_server_whose_port_somebody_else_has_taken_gets_another_one()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var taken = ((IPEndPoint)other.LocalEndpoint).Port;
        var chosen = new Queue<int>([taken, PeerProcess.FreePort()]);

        await using var server = await OvsdbServerPeer.StartAsync(chosen.Dequeue);

        Assert.That(server.Port, Is.Not.EqualTo(taken));
        Assert.That(await server.VtepCtlAsync("list-ls"), Is.Empty);
    }
}
