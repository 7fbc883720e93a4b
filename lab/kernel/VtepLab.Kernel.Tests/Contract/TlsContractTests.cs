using System.Text;
using VtepLab.Runtime;

namespace VtepLab.Kernel.Tests.Contract;

/// <summary>TLS as Open vSwitch does it, in either world: both sides are judged by the authority they were given, and by nothing else.</summary>
[TestFixture(typeof(VirtualTls))]
[TestFixture(typeof(LiveTls))]
public sealed class TlsContractTests<TWorld>
    where TWorld : ITlsWorld, new()
{
    private readonly TWorld _world = new();
    private readonly TlsIdentities _identities = new();

    [OneTimeTearDown]
    public void RemoveFiles() => _identities.Dispose();

    [Test]
    public void Two_whom_the_same_authority_signed_talk_whatever_their_names_and_end_in_good_order() => Run(async (server, client, address) =>
    {
        await using var listener = await server.Network.ListenAsync(Endpoint.Parse($"pssl:0:{address}"), _identities.Server);
        await using var near = await client.Network.ConnectAsync(Active(listener), _identities.Client);
        await using var far = await listener.AcceptAsync();

        await near.Output.WriteAsync("hello"u8.ToArray());
        var read = await far.Input.ReadAtLeastAsync(5);
        var heard = Encoding.ASCII.GetString(System.Buffers.BuffersExtensions.ToArray(read.Buffer));
        far.Input.AdvanceTo(read.Buffer.End);
        await near.DisposeAsync();

        Assert.That((heard, near.Remote), Is.EqualTo(("hello", far.Local)));
        Assert.That(near.Remote.Scheme, Is.EqualTo(EndpointScheme.Ssl));
        Assert.That((await far.Input.ReadAsync()).IsCompleted); // Not a reset.
    });

    [Test]
    public void A_server_that_another_authority_signed_is_refused() => Run(async (server, client, address) =>
    {
        await using var listener = await server.Network.ListenAsync(Endpoint.Parse($"pssl:0:{address}"), _identities.Stranger);

        var error = await Caught.ByAsync<NetworkException>(async () => await client.Network.ConnectAsync(Active(listener), _identities.Client));

        Assert.That(error.Error, Is.EqualTo(NetworkError.Tls));
        Assert.That(error.Message, Does.Contain($"{address}:{listener.Local.Port}"));
    });

    [Test]
    public void A_client_that_another_authority_signed_is_not_accepted() => Run(async (server, client, address) =>
    {
        await using var listener = await server.Network.ListenAsync(Endpoint.Parse($"pssl:0:{address}"), _identities.Server);
        var stranger = _identities.Stranger with { CaCertificateFile = _identities.Server.CaCertificateFile }; // It accepts the server; not the other way round.

        // With TLS 1.3 the client may find out only when it reads.
        await Caught.ByAsync<NetworkException>(async () =>
        {
            await using var near = await client.Network.ConnectAsync(Active(listener), stranger);
            if ((await near.Input.ReadAsync()).IsCompleted)
            {
                throw new NetworkException(NetworkError.Tls, "the server ended the stream");
            }
        });
        await NobodyAsync(server, listener);
    });

    [Test]
    public void A_plain_client_does_not_hold_up_the_others() => Run(async (server, client, address) =>
    {
        await using var listener = await server.Network.ListenAsync(Endpoint.Parse($"pssl:0:{address}"), _identities.Server);
        await using var silent = await client.Network.ConnectAsync(Endpoint.Parse($"tcp:{address}:{listener.Local.Port}"));

        await using var near = await client.Network.ConnectAsync(Active(listener), _identities.Client);
        await using var far = await listener.AcceptAsync();

        Assert.That(far.Remote.Port, Is.EqualTo(near.Local.Port));
        await NobodyAsync(server, listener);
    });

    [Test]
    public void A_server_that_speaks_no_TLS_is_no_server() => Run(async (server, client, address) =>
    {
        await using var listener = await server.Network.ListenAsync(Endpoint.Parse($"ptcp:0:{address}"));
        server.Spawn("close", async cancel => await (await listener.AcceptAsync(cancel)).DisposeAsync());

        var error = await Caught.ByAsync<NetworkException>(
            async () => await client.Network.ConnectAsync(Endpoint.Parse($"ssl:{address}:{listener.Local.Port}"), _identities.Client));

        Assert.That(error.Error, Is.EqualTo(NetworkError.Tls));
    });

    private static Endpoint Active(IListener listener) => Endpoint.Parse($"ssl:{listener.Local.Host}:{listener.Local.Port}");

    private static async Task NobodyAsync(IHost server, IListener listener)
    {
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(200), server.Time);
        await Caught.ByAsync<OperationCanceledException>(async () => await listener.AcceptAsync(soon.Token));
    }

    private void Run(Func<IHost, IHost, string, Task> body) => _world.Run(_identities, body);
}
