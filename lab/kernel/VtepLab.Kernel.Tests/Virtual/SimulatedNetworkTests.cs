using VtepLab.Runtime;
using VtepLab.Simulation;

namespace VtepLab.Kernel.Tests.Virtual;

/// <summary>What can go wrong with a stream in the simulation.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public class SimulatedNetworkTests
{
    private readonly SimulatedWorld _world = new(7, new SimulationOptions { LatencyJitter = TimeSpan.Zero, Latency = TimeSpan.FromMilliseconds(1) });
    private readonly SimulatedHost _server;
    private readonly SimulatedHost _client;

    public SimulatedNetworkTests()
    {
        _server = _world.AddHost("server", "192.0.2.1");
        _client = _world.AddHost("client", "192.0.2.2");
    }

    [Test]
    public void A_connection_takes_one_round_trip() => _world.Run(async () =>
    {
        await using var listener = await _server.Services.Network.ListenAsync(Endpoint.Parse("ptcp:6640"));
        var before = _world.Now;

        await using var connection = await _client.Services.Network.ConnectAsync(Endpoint.Parse("tcp:192.0.2.1:6640"));

        Assert.That(_world.Now - before, Is.EqualTo(TimeSpan.FromMilliseconds(2)));
    });

    [Test]
    public void A_short_partition_delays_a_stream_and_a_long_one_ends_it() => _world.Run(async () =>
    {
        var (server, client) = await PairAsync();
        using (_world.Network.Partition([_server], [_client]))
        {
            await client.Output.WriteAsync("x"u8.ToArray());
            await _world.DelayAsync(TimeSpan.FromSeconds(3));
            Assert.That(server.Input.TryRead(out _), Is.False);
        }

        var read = await server.Input.ReadAsync();
        Assert.That(read.Buffer.Length, Is.EqualTo(1));
        server.Input.AdvanceTo(read.Buffer.End);

        using var forGood = _world.Network.Partition([_server], [_client]);
        await client.Output.WriteAsync("y"u8.ToArray());
        var error = await CaughtAsync(async () => await client.Input.ReadAsync());
        Assert.That(error.Error, Is.EqualTo(NetworkError.Unreachable));
        Assert.That(_world.Now, Is.GreaterThan(_world.Options.StreamGivesUpAfter));
    });

    [Test]
    public void A_squeeze_makes_bytes_take_as_long_as_its_bandwidth_says_until_it_is_over() => _world.Run(async () =>
    {
        var (server, client) = await PairAsync();
        var squeeze = _world.Network.Squeeze(_client, _server, bytesPerSecond: 100);
        var before = _world.Now;
        await client.Output.WriteAsync(new byte[200]);
        server.Input.AdvanceTo((await server.Input.ReadAtLeastAsync(200)).Buffer.End);
        var squeezed = _world.Now - before;
        squeeze.Dispose();
        before = _world.Now;
        await client.Output.WriteAsync(new byte[200]);
        await server.Input.ReadAtLeastAsync(200);

        // 200 bytes at 100 a second and 1 ms of latency; then at 1.25 GB a second, 160 ns.
        Assert.That(squeezed, Is.EqualTo(TimeSpan.FromMilliseconds(2001)));
        Assert.That(_world.Now - before, Is.EqualTo(TimeSpan.FromMilliseconds(1)).Within(TimeSpan.FromMicroseconds(1)));
    });

    [Test]
    public void A_host_that_takes_no_more_connections_refuses_and_keeps_those_it_has() => _world.Run(async () =>
    {
        var (server, client) = await PairAsync();
        await using var listener = await _server.Services.Network.ListenAsync(Endpoint.Parse("ptcp:6640"));

        NetworkException error;
        using (_world.Network.RefuseConnections(_server))
        {
            error = await CaughtAsync(async () => await _client.Services.Network.ConnectAsync(Endpoint.Parse("tcp:server:6640")));
        }

        await client.Output.WriteAsync("still"u8.ToArray());
        await using var later = await _client.Services.Network.ConnectAsync(Endpoint.Parse("tcp:server:6640"));

        Assert.That(error.Error, Is.EqualTo(NetworkError.Refused));
        Assert.That((await server.Input.ReadAtLeastAsync(5)).Buffer.Length, Is.EqualTo(5));
    });

    [Test]
    public void A_reset_midway_lets_the_bytes_before_it_arrive_and_no_other() => _world.Run(async () =>
    {
        var (server, client) = await PairAsync();
        using var reset = _world.Network.ResetMidway(_client, _server, afterBytes: 7);
        await client.Output.WriteAsync("12345"u8.ToArray());
        server.Input.AdvanceTo((await server.Input.ReadAtLeastAsync(5)).Buffer.End);

        await client.Output.WriteAsync("678"u8.ToArray());
        var read = await server.Input.ReadAtLeastAsync(2);
        var seen = System.Buffers.BuffersExtensions.ToArray(read.Buffer);
        server.Input.AdvanceTo(read.Buffer.End);

        Assert.That(seen, Is.EqualTo("67"u8.ToArray()));
        Assert.That((await CaughtAsync(async () => await server.Input.ReadAsync())).Error, Is.EqualTo(NetworkError.Reset));
        Assert.That((await CaughtAsync(async () => await client.Input.ReadAsync())).Error, Is.EqualTo(NetworkError.Reset));
    });

    [Test]
    public void Who_does_not_read_makes_its_writer_wait_until_it_reads_again() => _world.Run(async () =>
    {
        var (server, client) = await PairAsync();
        var stopped = _world.Network.StopReading(_server);
        var reading = server.Input.ReadAsync().AsTask();
        var writing = client.Output.WriteAsync(new byte[300 << 10]).AsTask();
        await _world.DelayAsync(TimeSpan.FromMinutes(5));
        var before = (reading.IsCompleted, writing.IsCompleted);

        stopped.Dispose();
        server.Input.AdvanceTo((await reading).Buffer.Start);
        server.Input.AdvanceTo((await server.Input.ReadAtLeastAsync(200 << 10)).Buffer.End);
        server.Input.AdvanceTo((await server.Input.ReadAtLeastAsync(1)).Buffer.End);

        Assert.That(before, Is.EqualTo((false, false)));
    });

    [Test]
    public void Who_does_not_read_learns_of_a_reset_all_the_same() => _world.Run(async () =>
    {
        var (server, client) = await PairAsync();
        using var stopped = _world.Network.StopReading(_client);
        var reading = client.Input.ReadAsync().AsTask();

        server.Abort();

        Assert.That((await CaughtAsync(() => reading)).Error, Is.EqualTo(NetworkError.Reset));
        Assert.That((await CaughtAsync(async () => await client.Output.WriteAsync("x"u8.ToArray()))).Error, Is.EqualTo(NetworkError.Reset));
    });

    [Test]
    public void Who_does_not_read_learns_of_a_reset_after_what_had_arrived_when_it_reads_again() => _world.Run(async () =>
    {
        var (server, client) = await PairAsync();
        var stopped = _world.Network.StopReading(_client);
        var reading = client.Input.ReadAsync().AsTask();
        await server.Output.WriteAsync("x"u8.ToArray());
        await _world.DelayAsync(TimeSpan.FromSeconds(1));
        server.Abort();
        await _world.DelayAsync(TimeSpan.FromSeconds(1));
        var before = reading.IsCompleted;

        stopped.Dispose();
        await _world.DelayAsync(TimeSpan.FromSeconds(1));

        Assert.That((before, reading.IsCompleted), Is.EqualTo((false, true)));
        client.Input.AdvanceTo((await reading).Buffer.End);
        Assert.That((await CaughtAsync(async () => await client.Input.ReadAsync())).Error, Is.EqualTo(NetworkError.Reset));
    });

    [Test]
    public void Who_does_not_read_sees_its_own_abort_end_its_read() => _world.Run(async () =>
    {
        var (server, client) = await PairAsync();
        using var stopped = _world.Network.StopReading(_client);
        await server.Output.WriteAsync("x"u8.ToArray());
        var reading = client.Input.ReadAsync().AsTask();
        await _world.DelayAsync(TimeSpan.FromSeconds(1));

        client.Abort();

        Assert.That((await CaughtAsync(() => reading)).Error, Is.EqualTo(NetworkError.Reset));
    });

    [TestCase(true)]
    [TestCase(false)]
    public void A_reset_that_was_lost_is_repeated_to_who_sends_on(bool isLostTwice) => _world.Run(async () =>
    {
        var (server, client) = await PairAsync();
        using (_world.Network.PartitionOneWay(_server, _client))
        {
            server.Abort();
            await _world.DelayAsync(TimeSpan.FromSeconds(1));
            if (isLostTwice)
            {
                await client.Output.WriteAsync("x"u8.ToArray());
                await _world.DelayAsync(TimeSpan.FromSeconds(1));
            }
        }

        await _world.DelayAsync(TimeSpan.FromSeconds(1));
        if (!isLostTwice)
        {
            Assert.That(client.Input.TryRead(out _), Is.False);
            await client.Output.WriteAsync("x"u8.ToArray());
        }

        var started = _world.Now;
        Assert.That((await CaughtAsync(async () => await client.Input.ReadAsync())).Error, Is.EqualTo(NetworkError.Reset));
        Assert.That(_world.Now - started, Is.LessThan(TimeSpan.FromSeconds(10)));
    });

    [Test]
    public void A_paused_host_learns_of_a_reset_when_it_goes_on() => _world.Run(async () =>
    {
        var (server, client) = await PairAsync();
        var errors = new List<NetworkError>();
        _client.Services.Spawn("reader", async _ => errors.Add((await CaughtAsync(async () => await client.Input.ReadAsync())).Error));
        await _world.DelayAsync(TimeSpan.FromSeconds(1));
        _client.Pause();
        server.Abort();
        await _world.DelayAsync(TimeSpan.FromSeconds(1));
        var whilePaused = errors.Count;

        _client.Resume();
        await _world.DelayAsync(TimeSpan.FromSeconds(1));

        Assert.That((whilePaused, errors), Is.EqualTo((0, new List<NetworkError> { NetworkError.Reset })));
    });

    [Test]
    public void A_world_is_quiet_when_only_keep_alives_are_left()
    {
        var world = new SimulatedWorld(7, new SimulationOptions { IsKeepAlive = segment => segment.SequenceEqual("ping"u8) });
        world.AddHost("server").Start(async h =>
        {
            await using var listener = await h.Network.ListenAsync(Endpoint.Parse("ptcp:6640"));
            var connection = await listener.AcceptAsync();
            await h.DelayAsync(Timeout.InfiniteTimeSpan);
        });
        world.AddHost("client").Start(async h =>
        {
            await h.DelayAsync(TimeSpan.FromSeconds(1));
            var connection = await h.Network.ConnectAsync(Endpoint.Parse("tcp:server:6640"));
            for (var i = 0; i < 200; i++)
            {
                await h.DelayAsync(TimeSpan.FromSeconds(5));
                await connection.Output.WriteAsync(i is 7 or 100 ? "news"u8.ToArray() : "ping"u8.ToArray());
            }
        });
        world.RunFor(TimeSpan.FromSeconds(2));

        world.RunUntilQuiet(quiet: TimeSpan.FromSeconds(60), within: TimeSpan.FromMinutes(10));
        var quietAt = world.Now;

        Assert.That(quietAt, Is.EqualTo(TimeSpan.FromSeconds(1 + (8 * 5) + 60)).Within(TimeSpan.FromMilliseconds(10)));
        Assert.That(
            () => world.RunUntilQuiet(quiet: TimeSpan.FromHours(1), within: TimeSpan.FromMinutes(10)),
            Throws.InstanceOf<SimulationTimeoutException>().With.Message.Contains("not quiet for 01:00:00").And.Message.Contains("00:08:26"));
    }

    [Test]
    public void In_a_ring_only_neighbours_reach_each_other() => _world.Run(async () =>
    {
        await using var listener = await _server.Services.Network.ListenAsync(Endpoint.Parse("ptcp:6640"));
        var (left, right) = (_world.AddHost("left"), _world.AddHost("right"));
        using var ring = _world.Network.PartitionRing([_server, left, _client, right]);

        await using var near = await left.Services.Network.ConnectAsync(Endpoint.Parse("tcp:server:6640"));
        var error = await CaughtAsync(async () => await _client.Services.Network.ConnectAsync(Endpoint.Parse("tcp:server:6640")));

        Assert.That(error.Error, Is.EqualTo(NetworkError.Unreachable));
    });

    [Test]
    public void Connecting_through_a_partition_is_given_up_in_the_end() => _world.Run(async () =>
    {
        using var cut = _world.Network.Isolate(_server);

        var error = await CaughtAsync(async () => await _client.Services.Network.ConnectAsync(Endpoint.Parse("tcp:server:6640")));

        Assert.That(error.Error, Is.EqualTo(NetworkError.Unreachable));
        Assert.That(_world.Now, Is.EqualTo(_world.Options.ConnectGivesUpAfter));
    });

    [Test]
    public void A_process_that_dies_ends_its_streams() => _world.Run(async () =>
    {
        var (_, client) = await PairAsync();
        _server.Crash();

        var read = await client.Input.ReadAsync();

        Assert.That(read.IsCompleted);
    });

    [Test]
    public void A_machine_that_loses_power_leaves_its_peer_half_open_until_it_is_back_and_asked() => _world.Run(async () =>
    {
        var (_, client) = await PairAsync();
        _server.Crash(CrashKind.Power);
        var reading = client.Input.ReadAsync().AsTask();
        await client.Output.WriteAsync("are you there?"u8.ToArray());
        await _world.DelayAsync(TimeSpan.FromMinutes(2));
        Assert.That(reading.IsCompleted, Is.False);

        _server.Restart();
        var error = await CaughtAsync(async () => await reading);

        Assert.That(error.Error, Is.EqualTo(NetworkError.Reset));
    });

    [Test]
    public void Resetting_streams_breaks_both_ends() => _world.Run(async () =>
    {
        var (server, client) = await PairAsync();

        Assert.That(_world.Network.ResetStreams(_client, _server), Is.EqualTo(1));

        Assert.That((await CaughtAsync(async () => await server.Input.ReadAsync())).Error, Is.EqualTo(NetworkError.Reset));
        Assert.That((await CaughtAsync(async () => await client.Input.ReadAsync())).Error, Is.EqualTo(NetworkError.Reset));
        Assert.That(_world.Network.OpenEnds, Is.Zero);
    });

    [Test]
    public void A_paused_host_is_sent_to_but_does_not_read() => _world.Run(async () =>
    {
        var (server, client) = await PairAsync();
        var got = 0L;
        _server.Services.Spawn("reader", async cancel => got = (await server.Input.ReadAsync(cancel)).Buffer.Length);
        _server.Pause();
        await client.Output.WriteAsync("x"u8.ToArray());
        await _world.DelayAsync(TimeSpan.FromSeconds(1));
        var whilePaused = got;

        _server.Resume();
        await _world.DelayAsync(TimeSpan.FromSeconds(1));

        Assert.That((whilePaused, got), Is.EqualTo((0L, 1L)));
    });

    [Test]
    public void Reads_return_random_cuts_of_what_was_written() => _world.Run(async () =>
    {
        var (server, client) = await PairAsync();
        var sizes = new SortedSet<long>();
        for (var i = 0; i < 50; i++)
        {
            await client.Output.WriteAsync(new byte[100]);
            for (var got = 0L; got < 100;)
            {
                var read = await server.Input.ReadAsync();
                sizes.Add(read.Buffer.Length);
                got += read.Buffer.Length;
                server.Input.AdvanceTo(read.Buffer.End);
            }
        }

        Assert.That(sizes.Min, Is.EqualTo(1));
        Assert.That(sizes, Has.Count.GreaterThan(10));
    });

    [Test]
    public void Tls_needs_two_that_speak_it() => _world.Run(async () =>
    {
        var identity = new TlsIdentity("key.pem", "cert.pem", "ca.pem");
        await using var plain = await _server.Services.Network.ListenAsync(Endpoint.Parse("ptcp:6640"));
        await using var secure = await _server.Services.Network.ListenAsync(Endpoint.Parse("pssl:6641"), identity);

        var error = await CaughtAsync(async () => await _client.Services.Network.ConnectAsync(Endpoint.Parse("ssl:server:6640"), identity));
        await using var good = await _client.Services.Network.ConnectAsync(Endpoint.Parse("ssl:server:6641"), identity);

        Assert.That(error.Error, Is.EqualTo(NetworkError.Tls));
        Assert.That(good.Remote.Scheme, Is.EqualTo(EndpointScheme.Ssl));
    });

    private async Task<(IConnection Server, IConnection Client)> PairAsync()
    {
        await using var listener = await _server.Services.Network.ListenAsync(Endpoint.Parse("ptcp:6640"));
        var client = await _client.Services.Network.ConnectAsync(Endpoint.Parse("tcp:server:6640"));
        return (await listener.AcceptAsync(), client);
    }

    private static Task<NetworkException> CaughtAsync(Func<Task> action) => Caught.ByAsync<NetworkException>(action);
}
