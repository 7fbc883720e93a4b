using VtepLab.Ovsdb;
using VtepLab.Testing;

namespace VtepLab.Contrast.Tests.OvsdbTools;

/// <summary>Peers that ask for too much over real sockets are ended at a limit that has a name; memory stays bounded and other sessions go on.</summary>
public class SocketLimitTests
{
    private const int MiB = 1 << 20;
    private static readonly TimeSpan Soon = TimeSpan.FromMinutes(1);

    private static readonly OvsdbLimits Limits = new() { MaxMessageBytes = MiB, MaxUnsentBytes = 4 * MiB, MaxSessions = 300 };

    [Test]
    public async Task A_message_without_end_is_cut_off()
    {
        await using var server = await OurServer.StartAsync(Limits, TimeSpan.Zero);
        using var bystander = await RawClient.ConnectAsync(server.Endpoint);
        Assert.That(await bystander.EchoAsync(), Is.True);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var n = 0; n < 10; n++)
        {
            using var attacker = await RawClient.ConnectAsync(server.Endpoint);
            await attacker.SayAsync("""{"id":1,"method":"echo","params":["x""");
            var filler = new string('x', 65536);
            for (var sent = 0; sent < 64 * MiB && await attacker.SayAsync(filler); sent += filler.Length)
            {
            }

            await attacker.DrainAsync();
        }

        await Eventually.That(() => Task.FromResult(server.Log), Does.Contain($"expected a text of at most {MiB} bytes (MaxTextBytes)"), Soon);
        Assert.That(await bystander.EchoAsync(), Is.True);
        Assert.That(GC.GetTotalMemory(forceFullCollection: true) - before, Is.LessThan(8 * MiB));
    }

    [Test]
    public async Task A_peer_that_asks_for_much_and_reads_nothing_is_ended()
    {
        await using var server = await OurServer.StartAsync(Limits, TimeSpan.Zero);
        using var bystander = await RawClient.ConnectAsync(server.Endpoint);
        for (var row = 0; row < 60; row++)
        {
            await bystander.SayAsync(Insert(row, 100_000));
            Assert.That(await bystander.EchoAsync(), Is.True);
        }

        var before = GC.GetTotalMemory(forceFullCollection: true);
        using var greedy = await RawClient.ConnectAsync(server.Endpoint, receiveBuffer: 4096);
        await greedy.SayAsync("""{"id":1,"method":"transact","params":["hardware_vtep",{"op":"select","table":"Logical_Switch","where":[]}]}""");

        await Eventually.That(() => Task.FromResult(server.Log), Does.Contain($"bytes wait for a peer that does not read; at most {4 * MiB} may (MaxUnsentBytes)"), Soon);
        Assert.That(await bystander.EchoAsync(), Is.True);
        Assert.That(await greedy.DrainAsync(), Is.LessThan(60 * 100_000), "it does not get the rest");
        await Eventually.That(() => Task.FromResult(GC.GetTotalMemory(forceFullCollection: true) - before), Is.LessThan(8 * MiB), Soon);
    }

    [Test]
    public async Task A_monitor_that_is_not_read_costs_no_more_than_the_rows_and_ends_by_the_probe()
    {
        await using var server = await OurServer.StartAsync(Limits, TimeSpan.FromSeconds(2));
        using var writer = await RawClient.ConnectAsync(server.Endpoint);
        using var sleeper = await RawClient.ConnectAsync(server.Endpoint, receiveBuffer: 4096);
        await sleeper.SayAsync("""{"id":1,"method":"monitor","params":["hardware_vtep",null,{"Logical_Switch":{}}]}""");
        await writer.SayAsync(Insert(0, 10));
        Assert.That(await writer.EchoAsync(), Is.True);
        var (before, most) = (GC.GetTotalMemory(forceFullCollection: true), 0L);
        for (var n = 1; n <= 2000; n++)
        {
            await writer.SayAsync(
                $$$"""{"id":1,"method":"transact","params":["hardware_vtep",{"op":"update","table":"Logical_Switch","where":[],"row":{"description":"{{{n}}}{{{new string('x', 50_000)}}}"}}]}""");
            if (n % 100 == 0)
            {
                Assert.That(await writer.EchoAsync(), Is.True);
                most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
            }
        }

        TestContext.Out.WriteLine($"100 MB of updates, at most {most} bytes more in use");
        Assert.That(most, Is.LessThan(16 * MiB));
        await Eventually.That(async () => await writer.EchoAsync() ? server.Log : "", Does.Contain("no response to inactivity probe after 2 seconds"), Soon);
    }

    [Test]
    public async Task Sessions_beyond_the_limit_are_turned_away_and_taken_again_when_there_is_room()
    {
        await using var server = await OurServer.StartAsync(Limits, TimeSpan.Zero);
        var clients = new List<RawClient>();
        try
        {
            for (var n = 0; n < 300; n++)
            {
                clients.Add(await RawClient.ConnectAsync(server.Endpoint));
                Assert.That(await clients[^1].EchoAsync(), Is.True);
            }

            using (var late = await RawClient.ConnectAsync(server.Endpoint))
            {
                Assert.That(await late.EchoAsync(), Is.False);
            }

            Assert.That(server.Log, Does.Contain("is turned away: the server has 300 sessions, which is its limit (MaxSessions)"));
            foreach (var client in clients)
            {
                Assert.That(await client.EchoAsync(), Is.True);
            }

            clients[7].Dispose();
            await Eventually.That(async () =>
            {
                using var again = await RawClient.ConnectAsync(server.Endpoint);
                return await again.EchoAsync();
            }, Is.True, Soon);
        }
        finally
        {
            clients.ForEach(client => client.Dispose());
        }
    }

    [Test]
    public async Task Peers_that_fall_silent_in_the_middle_of_a_message_are_found_out_by_the_probe()
    {
        await using var server = await OurServer.StartAsync(Limits with { MaxSessions = 101 }, TimeSpan.FromSeconds(1));
        var silent = new List<RawClient>();
        try
        {
            for (var n = 0; n < 100; n++)
            {
                silent.Add(await RawClient.ConnectAsync(server.Endpoint));
                await silent[^1].SayAsync("""{"id":1,"method":"tra""");
            }

            await Task.WhenAll(silent.Select(client => client.DrainAsync())); // It reads, but never answers.
            using var next = await RawClient.ConnectAsync(server.Endpoint);
            Assert.That(await next.EchoAsync(), Is.True);
        }
        finally
        {
            silent.ForEach(client => client.Dispose());
        }
    }

    private static string Insert(int row, int bytes) =>
        $$$"""{"id":1,"method":"transact","params":["hardware_vtep",{"op":"insert","table":"Logical_Switch","row":{"name":"ls{{{row}}}","description":"{{{new string('x', bytes)}}}"}}]}""";
}
