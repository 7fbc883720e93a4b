using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using VtepLab.Runtime;

namespace VtepLab.Kernel.Tests.Contract;

/// <summary>What an agent may rely on from a stream, in either world.</summary>
[TestFixture(typeof(VirtualWorld))]
[TestFixture(typeof(LiveWorld))]
public class NetworkContractTests<TWorld>
    where TWorld : IContractWorld, new()
{
    private readonly TWorld _world = new();

    [Test]
    public void Bytes_arrive_in_order_in_both_directions() => OverStream(async (server, client) =>
    {
        await WriteAsync(client, "ping");
        Assert.That(await ReadAsync(server, 4), Is.EqualTo("ping"));
        await WriteAsync(server, "pong!");
        Assert.That(await ReadAsync(client, 5), Is.EqualTo("pong!"));
    });

    [Test]
    public void The_two_ends_name_each_other() => OverStream((server, client) =>
    {
        Assert.Multiple(() =>
        {
            Assert.That(client.Remote, Is.EqualTo(server.Local));
            Assert.That(server.Remote, Is.EqualTo(client.Local));
            Assert.That(client.Remote.Scheme, Is.EqualTo(EndpointScheme.Tcp));
            Assert.That(client.Remote.Host, Is.EqualTo(_world.ServerAddress));
        });
        return Task.CompletedTask;
    });

    [Test]
    public void Connecting_where_nobody_listens_is_refused() => _world.Run(async (server, client) =>
    {
        var listener = await server.Network.ListenAsync(Passive());
        await listener.DisposeAsync();

        var error = await CaughtAsync(async () => await client.Network.ConnectAsync(Active(listener)));

        Assert.That(error.Error, Is.EqualTo(NetworkError.Refused));
        Assert.That(error.Message, Does.Contain($"{_world.ServerAddress}:{listener.Local.Port}"));
    });

    [Test]
    public void Listening_twice_on_one_port_says_that_the_address_is_in_use() => _world.Run(async (server, _) =>
    {
        await using var first = await server.Network.ListenAsync(Passive());

        var error = await CaughtAsync(async () => await server.Network.ListenAsync(first.Local));

        Assert.That(error.Error, Is.EqualTo(NetworkError.AddressUnavailable));
    });

    [Test]
    public void A_port_can_be_listened_on_again_after_its_listener_was_disposed() => _world.Run(async (server, client) =>
    {
        var first = await server.Network.ListenAsync(Passive());
        await first.DisposeAsync();

        await using var second = await server.Network.ListenAsync(first.Local);

        await using var connection = await client.Network.ConnectAsync(Active(second));
        Assert.That(second.Local.Port, Is.EqualTo(first.Local.Port));
    });

    [Test]
    public void What_was_written_before_disposing_arrives_and_then_the_stream_ends() => OverStream(async (server, client) =>
    {
        client.Output.Write("last words"u8); // Not flushed: disposing does that.
        await client.DisposeAsync();

        Assert.That(await ReadToEndAsync(server), Is.EqualTo("last words"));
    });

    [Test]
    public void Ending_one_direction_leaves_the_other_open() => OverStream(async (server, client) =>
    {
        await WriteAsync(client, "question");
        await client.Output.CompleteAsync();

        Assert.That(await ReadToEndAsync(server), Is.EqualTo("question"));
        await WriteAsync(server, "answer");
        Assert.That(await ReadAsync(client, 6), Is.EqualTo("answer"));
    });

    [Test]
    public void Aborting_makes_the_peer_read_a_reset() => OverStream(async (server, client) =>
    {
        var reading = server.Input.ReadAsync();
        client.Abort();

        var error = await CaughtAsync(async () => await reading);

        Assert.That(error.Error, Is.EqualTo(NetworkError.Reset));
    });

    [Test]
    public void Aborting_ends_ones_own_pending_read() => OverStream(async (_, client) =>
    {
        var reading = client.Input.ReadAsync();
        client.Abort();

        Assert.That((await CaughtAsync(async () => await reading)).Error, Is.EqualTo(NetworkError.Reset));
    });

    [Test]
    public void What_had_arrived_before_a_reset_can_still_be_read() => OverStream(async (server, client) =>
    {
        await WriteAsync(client, "hello");
        Assert.That(await ReadAsync(server, 1), Is.EqualTo("h")); // So all five bytes have arrived: they are one segment.
        client.Abort();

        Assert.That(await ReadAsync(server, 4), Is.EqualTo("ello"));
        Assert.That((await CaughtAsync(async () => await server.Input.ReadAsync())).Error, Is.EqualTo(NetworkError.Reset));
    });

    [Test]
    public void Writing_to_a_peer_that_is_gone_fails_in_the_end() => OverStream(async (server, client) =>
    {
        await server.DisposeAsync();

        var error = await CaughtAsync(async () =>
        {
            while (true)
            {
                await WriteAsync(client, "anybody there?");
            }
        });

        Assert.That(error.Error, Is.EqualTo(NetworkError.Reset));
    });

    [Test]
    public void What_is_wrong_with_a_stream_is_in_the_task_and_is_not_thrown_by_the_call() => OverStream(async (_, client) =>
    {
        client.Abort();
        client.Output.Write("anybody there?"u8);

        var (reading, flushing) = (client.Input.ReadAsync().AsTask(), client.Output.FlushAsync().AsTask());

        Assert.That((await CaughtAsync(() => reading)).Error, Is.EqualTo(NetworkError.Reset));
        Assert.That((await CaughtAsync(() => flushing)).Error, Is.EqualTo(NetworkError.Reset));
    });

    [Test]
    public void What_was_not_examined_is_given_again_at_once_with_what_came_after() => OverStream(async (server, client) =>
    {
        await WriteAsync(client, "hello, world");
        var read = await server.Input.ReadAtLeastAsync(12);
        server.Input.AdvanceTo(read.Buffer.GetPosition(2), read.Buffer.GetPosition(5));
        var again = server.Input.ReadAsync();
        var atOnce = again.IsCompleted;
        read = await again;
        var seen = Encoding.ASCII.GetString(read.Buffer);
        server.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        var waiting = server.Input.ReadAsync();
        var waits = !waiting.IsCompleted;
        await WriteAsync(client, "!");

        Assert.That((atOnce, seen, waits), Is.EqualTo((true, "llo, world", true)));
        Assert.That(Encoding.ASCII.GetString((await waiting).Buffer), Is.EqualTo("llo, world!"));
    });

    [Test]
    public void A_writer_is_held_back_while_nobody_reads() => _world.Run(async (serverHost, clientHost) =>
    {
        await using var pair = await PairAsync(serverHost, clientHost);
        var written = 0;
        var writing = WriteMuchAsync();
        await clientHost.DelayAsync(TimeSpan.FromSeconds(1));

        Assert.That(writing.IsCompleted, Is.False);
        await serverHost.DelayAsync(TimeSpan.FromMilliseconds(10));
        var read = 0L;
        while (read < 64L << 20)
        {
            var result = await pair.Server.Input.ReadAsync();
            read += result.Buffer.Length;
            pair.Server.Input.AdvanceTo(result.Buffer.End);
        }

        await writing;
        Assert.That(written, Is.EqualTo(64 << 20));

        async Task WriteMuchAsync()
        {
            var block = new byte[1 << 20];
            for (var i = 0; i < 64; i++)
            {
                await pair.Client.Output.WriteAsync(block);
                written += block.Length;
            }
        }
    });

    [Test]
    public void Much_data_arrives_unchanged() => _world.Run(async (serverHost, clientHost) =>
    {
        await using var pair = await PairAsync(serverHost, clientHost);
        var sent = new byte[300_000];
        for (var i = 0; i < sent.Length; i++)
        {
            sent[i] = unchecked((byte)((i * 31) ^ (i >> 8)));
        }

        var writing = pair.Client.Output.WriteAsync(sent).AsTask();
        var got = await ReadBytesAsync(pair.Server.Input, sent.Length);
        await writing;

        Assert.That(got, Is.EqualTo(sent));
    });

    [Test]
    public void A_pending_read_can_be_cancelled_and_the_stream_lives_on() => OverStream(async (server, client) =>
    {
        using var cancel = new CancellationTokenSource();
        var reading = server.Input.ReadAsync(cancel.Token);
        cancel.Cancel();

        var cancelled = false;
        try
        {
            await reading;
        }
        catch (OperationCanceledException)
        {
            cancelled = true;
        }

        await WriteAsync(client, "x");
        Assert.That(cancelled);
        Assert.That(await ReadAsync(server, 1), Is.EqualTo("x"));
    });

    [Test]
    public void CancelPendingRead_returns_a_cancelled_result_and_the_stream_lives_on() => OverStream(async (server, client) =>
    {
        var reading = server.Input.ReadAsync();
        server.Input.CancelPendingRead();

        var result = await reading;
        server.Input.AdvanceTo(result.Buffer.Start);
        await WriteAsync(client, "x");

        Assert.That(result.IsCanceled);
        Assert.That(await ReadAsync(server, 1), Is.EqualTo("x"));
    });

    [Test]
    public void Connections_are_accepted_in_the_order_of_their_arrival() => _world.Run(async (server, client) =>
    {
        await using var listener = await server.Network.ListenAsync(Passive());
        await using var first = await client.Network.ConnectAsync(Active(listener));
        await using var second = await client.Network.ConnectAsync(Active(listener));

        await using var acceptedFirst = await listener.AcceptAsync();
        await using var acceptedSecond = await listener.AcceptAsync();

        Assert.That(acceptedFirst.Remote, Is.EqualTo(first.Local));
        Assert.That(acceptedSecond.Remote, Is.EqualTo(second.Local));
    });

    [Test]
    public void Disposing_a_listener_cancels_who_waits_to_accept() => _world.Run(async (server, _) =>
    {
        var listener = await server.Network.ListenAsync(Passive());
        var accepting = listener.AcceptAsync().AsTask();
        await listener.DisposeAsync();

        await Caught.ByAsync<OperationCanceledException>(() => accepting);
    });

    [Test]
    public void Accepting_can_be_cancelled() => _world.Run(async (server, client) =>
    {
        await using var listener = await server.Network.ListenAsync(Passive());
        using var cancel = new CancellationTokenSource();
        var accepting = listener.AcceptAsync(cancel.Token).AsTask();
        cancel.Cancel();
        await Caught.ByAsync<OperationCanceledException>(() => accepting);

        await using var connection = await client.Network.ConnectAsync(Active(listener));
        await using var accepted = await listener.AcceptAsync();
        Assert.That(accepted.Remote, Is.EqualTo(connection.Local));
    });

    [Test]
    public void Accepted_connections_outlive_their_listener() => _world.Run(async (server, client) =>
    {
        var listener = await server.Network.ListenAsync(Passive());
        await using var connection = await client.Network.ConnectAsync(Active(listener));
        await using var accepted = await listener.AcceptAsync();
        await listener.DisposeAsync();

        await WriteAsync(connection, "x");

        Assert.That(await ReadAsync(accepted, 1), Is.EqualTo("x"));
    });

    [Test]
    public void An_address_of_version_6_is_written_in_brackets_and_carries_bytes() => _world.Run(async (server, client) =>
    {
        await using var listener = await server.Network.ListenAsync(Endpoint.Parse($"ptcp:0:[{_world.ServerAddress6}]"));
        await using var near = await client.Network.ConnectAsync(Endpoint.Parse($"tcp:[{_world.ServerAddress6}]:{listener.Local.Port}"));
        await using var far = await listener.AcceptAsync();

        await WriteAsync(near, "x");

        Assert.That(await ReadAsync(far, 1), Is.EqualTo("x"));
        Assert.That((near.Remote, far.Remote), Is.EqualTo((far.Local, near.Local)));
        Assert.That(near.Remote.ToString(), Is.EqualTo($"tcp:[{_world.ServerAddress6}]:{listener.Local.Port}"));
    });

    [Test]
    public void A_unix_socket_carries_bytes_and_is_refused_when_absent() => _world.Run(async (server, _) =>
    {
        var directory = Directory.CreateTempSubdirectory("vteplab-unix-");
        try
        {
            var path = Path.Combine(directory.FullName, "db.sock");
            var active = new Endpoint(EndpointScheme.Unix, path, 0);
            var absent = await CaughtAsync(async () => await server.Network.ConnectAsync(active));
            await using var listener = await server.Network.ListenAsync(new Endpoint(EndpointScheme.PassiveUnix, path, 0));
            await using var near = await server.Network.ConnectAsync(active);
            await using var far = await listener.AcceptAsync();

            await WriteAsync(near, "x");

            Assert.That(await ReadAsync(far, 1), Is.EqualTo("x"));
            Assert.That(absent.Error, Is.EqualTo(NetworkError.Refused));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    });

    private static Endpoint Active(IListener listener) => Endpoint.Parse($"tcp:{listener.Local.Host}:{listener.Local.Port}");

    private static async Task WriteAsync(IConnection connection, string text) =>
        await connection.Output.WriteAsync(Encoding.ASCII.GetBytes(text));

    private static async Task<string> ReadAsync(IConnection connection, int count) =>
        Encoding.ASCII.GetString(await ReadBytesAsync(connection.Input, count));

    private static async Task<byte[]> ReadBytesAsync(PipeReader reader, int count)
    {
        var result = await reader.ReadAtLeastAsync(count);
        var bytes = result.Buffer.Slice(0, Math.Min(count, result.Buffer.Length));
        var copy = bytes.ToArray();
        reader.AdvanceTo(bytes.End);
        return copy;
    }

    private static async Task<string> ReadToEndAsync(IConnection connection)
    {
        while (true)
        {
            var result = await connection.Input.ReadAsync();
            if (result.IsCompleted)
            {
                var text = Encoding.ASCII.GetString(result.Buffer);
                connection.Input.AdvanceTo(result.Buffer.End);
                return text;
            }

            connection.Input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    private static Task<NetworkException> CaughtAsync(Func<Task> action) => Caught.ByAsync<NetworkException>(action);

    private Endpoint Passive() => new(EndpointScheme.PassiveTcp, _world.ServerAddress, 0);

    private void OverStream(Func<IConnection, IConnection, Task> body) => _world.Run(async (server, client) =>
    {
        await using var pair = await PairAsync(server, client);
        await body(pair.Server, pair.Client);
    });

    private async Task<Pair> PairAsync(IHost server, IHost client)
    {
        await using var listener = await server.Network.ListenAsync(Passive());
        var connection = await client.Network.ConnectAsync(Active(listener));
        return new Pair(await listener.AcceptAsync(), connection);
    }

    private sealed record Pair(IConnection Server, IConnection Client) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            Server.Abort();
            Client.Abort();
            await Server.DisposeAsync();
            await Client.DisposeAsync();
        }
    }
}
