using VtepLab.Testing;
using VtepLab.Testing.Peers;

namespace VtepLab.Contrast.Tests.Peers;

[Category(RealPeer.Category)]
public class OvsVtepPeerTests
{
    [Test]
    public async Task A_real_switch_publishes_its_tunnel_to_a_remote_mac()
    {
        await using var leaf = await OvsVtepPeer.StartAsync();

        await leaf.Database.VtepCtlAsync(
            "add-ls", "blue", "--", "set", "Logical_Switch", "blue", "tunnel_key=5000", "--", "bind-ls", OvsVtepPeer.SwitchName, "p1", "10", "blue",
            "--", "add-ucast-remote", "blue", "02:1a:c6:33:64:01", "10.210.0.11");

        await Eventually.That(
            () => leaf.Database.OvsdbClientAsync("dump", "hardware_vtep", "Tunnel", "local", "remote"),
            Does.Match("(?m)^[0-9a-f-]{36} [0-9a-f-]{36}"), TimeSpan.FromSeconds(20));
    }
}
