using System.Text;
using VtepLab.Runtime;
using VtepLab.Testing.Peers;

namespace VtepLab.Kernel.Tests.Contract;

/// <summary>What an agent may rely on from a stream whose path is cut without a word, in either world.</summary>
[TestFixture(typeof(VirtualPath))]
[TestFixture(typeof(LivePath), Category = RealPeer.Category)]
public class PathContractTests<TWorld>
    where TWorld : IPathWorld, new()
{
    private readonly TWorld _world = new();

    [Test]
    public void Who_is_cut_off_for_a_moment_is_told_nothing_and_what_it_wrote_arrives_afterwards() => _world.Run(async (server, client, address, setPath) =>
    {
        await using var listener = await server.Network.ListenAsync(Endpoint.Parse($"ptcp:0:{address}"));
        await using var near = await client.Network.ConnectAsync(Endpoint.Parse($"tcp:{address}:{listener.Local.Port}"));
        await using var far = await listener.AcceptAsync();

        await setPath(false);
        await near.Output.WriteAsync("hello"u8.ToArray());
        var reading = far.Input.ReadAtLeastAsync(5).AsTask();
        await client.DelayAsync(TimeSpan.FromSeconds(1));
        var wasHeard = reading.IsCompleted;
        await setPath(true);
        var read = await reading;

        Assert.That(wasHeard, Is.False);
        Assert.That(Encoding.ASCII.GetString(System.Buffers.BuffersExtensions.ToArray(read.Buffer)), Is.EqualTo("hello"));
        far.Input.AdvanceTo(read.Buffer.End);
    });

    [Test]
    public void A_stream_that_is_half_open_takes_writes_and_is_reset_when_the_peer_can_answer_again() => _world.Run(async (server, client, address, setPath) =>
    {
        await using var listener = await server.Network.ListenAsync(Endpoint.Parse($"ptcp:0:{address}"));
        await using var near = await client.Network.ConnectAsync(Endpoint.Parse($"tcp:{address}:{listener.Local.Port}"));
        var far = await listener.AcceptAsync();
        var reading = near.Input.ReadAsync().AsTask();

        await setPath(false);
        far.Abort();
        await client.DelayAsync(TimeSpan.FromSeconds(1));
        var wasTold = reading.IsCompleted;
        await near.Output.WriteAsync("into the void"u8.ToArray());
        await setPath(true);
        var error = await Caught.ByAsync<NetworkException>(async () => await reading);

        Assert.That(wasTold, Is.False);
        Assert.That(error.Error, Is.EqualTo(NetworkError.Reset));
    });
}
