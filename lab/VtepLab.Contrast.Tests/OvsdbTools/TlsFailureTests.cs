using VtepLab.Hosting;
using VtepLab.OvsdbPeers;
using VtepLab.Runtime;
using VtepLab.Testing;
using VtepLab.Testing.Peers;

namespace VtepLab.Contrast.Tests.OvsdbTools;

/// <summary>TLS that does not come about between our peers and Debian's: the reason is told, it is tried again and again, and works once it is mended.</summary>
[Category(RealPeer.Category)]
public class TlsFailureTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromMinutes(1);
    private readonly CertificateFolder _files = new();

    [OneTimeSetUp]
    public async Task MakeCertificates()
    {
        await _files.CertifyAsync("ca");
        await _files.CertifyAsync("elsewhere");
        foreach (var name in (string[])["leaf1", "controller"])
        {
            await _files.CertifyAsync(name, signedBy: "ca");
            await _files.CertifyAsync(name + "-expired", signedBy: "ca", expired: true);
            await _files.CertifyAsync(name + "-stranger", signedBy: "elsewhere");
        }
    }

    [OneTimeTearDown]
    public void RemoveCertificates() => _files.Dispose();

    [TestCase("leaf1-expired", "controller", "the certificate of CN=leaf1-expired was not accepted: certificate has expired")]
    [TestCase("leaf1-stranger", "controller", "the certificate of CN=leaf1-stranger was not accepted: ")]
    [TestCase("leaf1", "controller-expired", "alert certificate expired")]
    [TestCase("leaf1", "controller-stranger", "alert unknown ca")]
    public async Task A_session_of_ours_tells_what_is_wrong_and_recovers(string server, string client, string reason)
    {
        Use("leaf", server);
        Use("session", client);
        var port = PeerProcess.FreePort();
        await using var real = await RealAsync(port);
        await SessionAsync($"ssl:127.0.0.1:{port}", Identity("session"), async session =>
        {
            await Eventually.That(() => Task.FromResult(session.LastError ?? ""), Does.Contain(reason), Soon);
            var failures = 0;
            session.StateChanged += state => failures += state == OvsdbClientState.Backoff ? 1 : 0;
            await Eventually.That(() => Task.FromResult(failures), Is.GreaterThanOrEqualTo(2), Soon);

            Use("leaf", "leaf1");
            Use("session", "controller");
            await Eventually.That(() => Task.FromResult(session.IsActive), Is.True, Soon);
            Assert.That(session.LastError, Is.Null);
        });
    }

    [TestCase("tcp", "pssl", " closed the connection before it said anything.")]
    [TestCase("ssl", "ptcp", "TLS with ssl:127.0.0.1:")]
    public async Task A_session_of_ours_tells_of_a_port_that_speaks_otherwise(string ours, string theirs, string reason)
    {
        Use("leaf", "leaf1");
        var port = PeerProcess.FreePort();
        await using var real = await RealAsync(port, theirs);
        await SessionAsync($"{ours}:127.0.0.1:{port}", Identity("controller"), async session =>
            await Eventually.That(() => Task.FromResult(session.LastError ?? ""), Does.Contain(reason), Soon));
    }

    [TestCase("controller-expired", "the certificate of CN=controller-expired was not accepted: certificate has expired")]
    [TestCase("controller-stranger", "the certificate of CN=controller-stranger was not accepted: ")]
    public async Task A_server_of_ours_tells_of_a_manager_in_its_row_and_serves_it_once_it_is_mended(string manager, string reason)
    {
        await using var ours = await OurServer.StartAsync(Identity("leaf1"));
        var port = PeerProcess.FreePort();
        await VtepCtlAsync(ours, "set-manager", $"ssl:127.0.0.1:{port}", "--", "set", "Manager", ".", "max_backoff=1000");

        string[] listen =
        [
            "s_server", "-quiet", "-accept", $"127.0.0.1:{port}", "-key", _files[manager + ".key"], "-cert", _files[manager + ".pem"], "-CAfile", _files["ca.pem"], "-Verify", "1",
        ];
        await using (PeerProcess.Start(RealPeer.Require("openssl"), listen))
        {
            await Eventually.That(() => VtepCtlAsync(ours, "get", "Manager", ".", "status"), Does.Contain(reason), Soon);
        }

        var lists = await PeerProcess.RunAsync(
            RealPeer.Require("ovsdb-client"),
            ["-p", _files["controller.key"], "-c", _files["controller.pem"], "-C", _files["ca.pem"], "--timeout=60", "list-dbs", $"pssl:{port}:127.0.0.1"]);
        Assert.That(lists.Success(), Is.EqualTo("_Server\nhardware_vtep\n"));
    }

    private static async Task<string> VtepCtlAsync(OurServer server, params string[] command) =>
        (await PeerProcess.RunAsync(RealPeer.Require("vtep-ctl"), [$"--db={server.UnixEndpoint}", "--timeout=60", .. command])).Success();

    private Task<OvsdbServerPeer> RealAsync(int port, string scheme = "pssl") => OvsdbServerPeer.StartAsync(
        null, $"--private-key={_files["leaf.key"]}", $"--certificate={_files["leaf.pem"]}", $"--ca-cert={_files["ca.pem"]}", $"--remote={scheme}:{port}:127.0.0.1");

    private TlsIdentity Identity(string name) => new(_files[name + ".key"], _files[name + ".pem"], _files["ca.pem"]);

    /// <summary>Puts an identity under the name that a program was given.</summary>
    private void Use(string name, string identity)
    {
        foreach (var end in (string[])[".key", ".pem"])
        {
            File.Copy(_files[identity + end], _files[name + end], overwrite: true);
        }
    }

    private static Task SessionAsync(string remote, TlsIdentity identity, Func<OvsdbClientSession, Task> body) =>
        LiveHost.RunAsync("controller", null, async host =>
        {
            var session = new OvsdbClientSession(host, new OvsdbClientSessionOptions
            {
                Remotes = [Endpoint.Parse(remote)], Database = "hardware_vtep", Tls = identity, MaxBackoff = TimeSpan.FromSeconds(0.3),
            });
            session.Start();
            await body(session);
            await session.StopAsync();
        });
}
