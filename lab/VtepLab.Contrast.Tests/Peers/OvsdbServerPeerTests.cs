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
}
