using VtepLab.Hosting;
using VtepLab.Kernel.Tests.Contract;
using VtepLab.Runtime;

namespace VtepLab.Kernel.Tests;

/// <summary>What only real TLS can say: why.</summary>
public sealed class LiveTlsTests
{
    private readonly TlsIdentities _identities = new();

    [OneTimeTearDown]
    public void RemoveFiles() => _identities.Dispose();

    [Test]
    public Task A_server_that_another_authority_signed_is_refused_with_its_name() => LiveHost.RunAsync("live", null, async host =>
    {
        await using var listener = await host.Network.ListenAsync(Endpoint.Parse("pssl:0:127.0.0.1"), _identities.Stranger);

        var error = await Caught.ByAsync<NetworkException>(
            async () => await host.Network.ConnectAsync(Endpoint.Parse($"ssl:127.0.0.1:{listener.Local.Port}"), _identities.Client));

        Assert.That(error.Message, Does.Contain("CN=stranger"));
    });

    [Test]
    public Task A_missing_key_file_is_named() => LiveHost.RunAsync("live", null, async host =>
    {
        await using var listener = await host.Network.ListenAsync(Endpoint.Parse("pssl:0:127.0.0.1"), _identities.Server);

        var error = await Caught.ByAsync<NetworkException>(async () => await host.Network.ConnectAsync(
            Endpoint.Parse($"ssl:127.0.0.1:{listener.Local.Port}"), _identities.Client with { PrivateKeyFile = "absent.pem" }));

        Assert.That((error.Error, error.Message.Contains("absent.pem", StringComparison.Ordinal)), Is.EqualTo((NetworkError.Tls, true)));
    });
}
