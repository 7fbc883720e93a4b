using VtepLab.Hosting;
using VtepLab.OvsdbPeers;
using VtepLab.Runtime;
using VtepLab.Testing.Peers;

namespace VtepLab.Contrast.Tests.OvsdbTools;

/// <summary>TLS between our peers and Debian's, each with a certificate that the same authority has signed.</summary>
[Category(RealPeer.Category)]
public class TlsTests
{
    private CertificateFolder _directory = null!;

    [SetUp]
    public async Task MakeCertificates()
    {
        _directory = new CertificateFolder();
        await _directory.CertifyAsync("ca");
        await _directory.CertifyAsync("leaf1", signedBy: "ca");
        await _directory.CertifyAsync("controller", signedBy: "ca");
        await _directory.CertifyAsync("stranger");
    }

    [TearDown]
    public void RemoveCertificates() => _directory.Dispose();

    [Test]
    public async Task A_tool_with_a_certificate_of_the_authority_is_served_and_a_stranger_is_not()
    {
        await using var ours = await OurServer.StartAsync(Identity("leaf1"));

        var friend = await ListAsync(ours.Endpoint, "controller");
        var stranger = await ListAsync(ours.Endpoint, "stranger");
        var again = await ListAsync(ours.Endpoint, "controller");

        Assert.That((friend.ExitCode, friend.Output), Is.EqualTo((0, "_Server\nhardware_vtep\n")));
        Assert.That(stranger.ExitCode, Is.Not.Zero);
        Assert.That(again.ExitCode, Is.Zero);
    }

    [Test]
    public async Task A_session_of_ours_reaches_a_real_server_over_TLS()
    {
        var port = PeerProcess.FreePort();
        var leaf = Identity("leaf1");
        await using var real = await OvsdbServerPeer.StartAsync(
            null, $"--private-key={leaf.PrivateKeyFile}", $"--certificate={leaf.CertificateFile}", $"--ca-cert={leaf.CaCertificateFile}",
            $"--remote=pssl:{port}:127.0.0.1");

        var method = await LiveHost.RunAsync("controller", null, async host =>
        {
            var session = new OvsdbClientSession(host, new OvsdbClientSessionOptions
            {
                Remotes = [Endpoint.Parse($"ssl:127.0.0.1:{port}")], Database = "hardware_vtep", Tls = Identity("controller"),
            });
            session.Start();
            await session.WhenActiveAsync().WaitAsync(TimeSpan.FromMinutes(1), host.Time);
            var used = session.MonitorMethod;
            await session.StopAsync();
            return used;
        });

        Assert.That(method, Is.EqualTo("monitor_cond_since"));
    }

    private TlsIdentity Identity(string name) => new(_directory[name + ".key"], _directory[name + ".pem"], _directory["ca.pem"]);

    private Task<ToolResult> ListAsync(string endpoint, string name) => PeerProcess.RunAsync(
        RealPeer.Require("ovsdb-client"),
        ["-p", _directory[name + ".key"], "-c", _directory[name + ".pem"], "-C", _directory["ca.pem"], "--timeout=60", "list-dbs", endpoint]);
}
