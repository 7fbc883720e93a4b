using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using VtepLab.Hosting;
using VtepLab.Runtime;
using VtepLab.Testing.Peers;

namespace VtepLab.Kernel.Tests;

/// <summary>TLS as Open vSwitch does it: both sides are judged by the authority they were given, and by nothing else.</summary>
public sealed class LiveTlsTests
{
    private readonly TempDirectory _directory = new();
    private TlsIdentity _server = null!;
    private TlsIdentity _client = null!;
    private TlsIdentity _stranger = null!;

    [OneTimeSetUp]
    public void MakeIdentities()
    {
        using var authority = Authority("lab");
        using var other = Authority("elsewhere");
        _server = Identity("server", authority);
        _client = Identity("client", authority);
        _stranger = Identity("stranger", other);
    }

    [OneTimeTearDown]
    public void RemoveFiles() => _directory.Dispose();

    [Test]
    public Task Two_whom_the_same_authority_signed_talk_whatever_their_names() => LiveHost.RunAsync("live", null, async host =>
    {
        await using var listener = await host.Network.ListenAsync(Endpoint.Parse("pssl:0:127.0.0.1"), _server);
        await using var near = await host.Network.ConnectAsync(Endpoint.Parse($"ssl:127.0.0.1:{listener.Local.Port}"), _client);
        await using var far = await listener.AcceptAsync();

        await near.Output.WriteAsync("hello"u8.ToArray());
        var read = await far.Input.ReadAtLeastAsync(5);

        Assert.That(System.Text.Encoding.ASCII.GetString(read.Buffer.FirstSpan), Is.EqualTo("hello"));
        Assert.That(near.Remote.Scheme, Is.EqualTo(EndpointScheme.Ssl));
        await near.DisposeAsync();
        far.Input.AdvanceTo(read.Buffer.End);
        Assert.That((await far.Input.ReadAsync()).IsCompleted); // An orderly end, not a reset.
    });

    [Test]
    public Task A_server_that_another_authority_signed_is_refused_with_the_reason() => LiveHost.RunAsync("live", null, async host =>
    {
        await using var listener = await host.Network.ListenAsync(Endpoint.Parse("pssl:0:127.0.0.1"), _stranger);

        var error = await Caught.ByAsync<NetworkException>(
            async () => await host.Network.ConnectAsync(Endpoint.Parse($"ssl:127.0.0.1:{listener.Local.Port}"), _client));

        Assert.That(error.Error, Is.EqualTo(NetworkError.Tls));
        Assert.That(error.Message, Does.Contain("CN=stranger").And.Contain($"127.0.0.1:{listener.Local.Port}"));
    });

    [Test]
    public Task A_client_that_another_authority_signed_is_not_accepted() => LiveHost.RunAsync("live", null, async host =>
    {
        await using var listener = await host.Network.ListenAsync(Endpoint.Parse("pssl:0:127.0.0.1"), _server);
        var stranger = _stranger with { CaCertificateFile = _server.CaCertificateFile }; // It accepts the server; not the other way round.

        // With TLS 1.3 the client may find out only when it reads.
        await Caught.ByAsync<NetworkException>(async () =>
        {
            await using var near = await host.Network.ConnectAsync(Endpoint.Parse($"ssl:127.0.0.1:{listener.Local.Port}"), stranger);
            if ((await near.Input.ReadAsync()).IsCompleted)
            {
                throw new NetworkException(NetworkError.Tls, "the server ended the stream");
            }
        });
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(200), host.Time);
        await Caught.ByAsync<OperationCanceledException>(async () => await listener.AcceptAsync(soon.Token));
    });

    [Test]
    public Task A_plain_client_does_not_hold_up_the_others() => LiveHost.RunAsync("live", null, async host =>
    {
        await using var listener = await host.Network.ListenAsync(Endpoint.Parse("pssl:0:127.0.0.1"), _server);
        await using var silent = await host.Network.ConnectAsync(Endpoint.Parse($"tcp:127.0.0.1:{listener.Local.Port}"));

        await using var near = await host.Network.ConnectAsync(Endpoint.Parse($"ssl:127.0.0.1:{listener.Local.Port}"), _client);
        await using var far = await listener.AcceptAsync();

        Assert.That(far.Remote.Port, Is.EqualTo(near.Local.Port));
    });

    [Test]
    public Task A_missing_key_file_is_named() => LiveHost.RunAsync("live", null, async host =>
    {
        await using var listener = await host.Network.ListenAsync(Endpoint.Parse("pssl:0:127.0.0.1"), _server);

        var error = await Caught.ByAsync<NetworkException>(async () => await host.Network.ConnectAsync(
            Endpoint.Parse($"ssl:127.0.0.1:{listener.Local.Port}"), _client with { PrivateKeyFile = "absent.pem" }));

        Assert.That((error.Error, error.Message.Contains("absent.pem", StringComparison.Ordinal)), Is.EqualTo((NetworkError.Tls, true)));
    });

    private static X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name} authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private TlsIdentity Identity(string name, X509Certificate2 authority)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        using var certificate = request.Create(authority, authority.NotBefore, authority.NotAfter, [1, 2, 3, (byte)name.Length]);
        var identity = new TlsIdentity(_directory[$"{name}-key.pem"], _directory[$"{name}-cert.pem"], _directory[$"{name}-ca.pem"]);
        File.WriteAllText(identity.PrivateKeyFile, key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(identity.CertificateFile, certificate.ExportCertificatePem());
        File.WriteAllText(identity.CaCertificateFile, authority.ExportCertificatePem());
        return identity;
    }
}
