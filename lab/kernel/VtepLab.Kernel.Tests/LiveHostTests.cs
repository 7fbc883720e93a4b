using System.Net.Sockets;
using System.Runtime.CompilerServices;
using VtepLab.Hosting;
using VtepLab.Runtime;

namespace VtepLab.Kernel.Tests;

/// <summary>What only a live host does; what it shares with the simulation is in <c>Contract</c>.</summary>
public class LiveHostTests
{
    [Test]
    [CancelAfter(30_000)]
    public async Task A_host_that_is_idle_gives_memory_back()
    {
        // An array of this size goes with a full collection only, which nothing else asks for here.
        var options = new LiveHostOptions { TrimAfter = TimeSpan.FromMilliseconds(100) };

        await LiveHost.RunAsync("idle", options, async host =>
        {
            var garbage = Garbage();
            for (var tries = 0; garbage.IsAlive && tries < 20; tries++)
            {
                await host.DelayAsync(TimeSpan.FromSeconds(1));
            }

            Assert.That(garbage.IsAlive, Is.False);
        });

        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference Garbage() => new(new byte[16 << 20]);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_host_that_only_does_a_little_now_and_then_gives_much_memory_back()
    {
        var options = new LiveHostOptions { TrimAfter = TimeSpan.FromMilliseconds(100) };

        await LiveHost.RunAsync("probing", options, async host =>
        {
            var garbage = Garbage();
            for (var tries = 0; garbage.IsAlive && tries < 1000; tries++)
            {
                await host.DelayAsync(TimeSpan.FromMilliseconds(20)); // Never idle for as long as it takes to be idle.
            }

            Assert.That(garbage.IsAlive, Is.False);
        });

        // More than half of what this process has.
        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference Garbage() => new(new byte[256 << 20]);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task A_host_on_the_loop_of_another_runs_between_its_turns_and_leaves_it_the_loop()
    {
        await LiveHost.RunAsync("outer", null, async outer =>
        {
            var (turns, home) = (new List<string>(), Environment.CurrentManagedThreadId);
            var inner = LiveHost.RunAsync("inner", new LiveHostOptions { SharesLoop = true }, async host =>
            {
                for (var turn = 0; turn < 3; turn++)
                {
                    await host.DelayAsync(TimeSpan.FromMilliseconds(1));
                    turns.Add($"{host.Name} {Environment.CurrentManagedThreadId == home}");
                }
            });
            Assert.That(turns, Is.Empty, "it has to wait for its turn");
            await inner;

            await outer.DelayAsync(TimeSpan.FromMilliseconds(1));
            Assert.That(turns, Is.EqualTo(Enumerable.Repeat("inner True", 3)));
        });

        Assert.That(
            () => LiveHost.RunAsync("alone", new LiveHostOptions { SharesLoop = true }, _ => Task.CompletedTask),
            Throws.InvalidOperationException.With.Message.EqualTo("alone is to share a loop, and was not started on one"));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Connecting_to_a_unix_socket_waits_while_its_queue_is_full()
    {
        var directory = Directory.CreateTempSubdirectory("vteplab-queue-");
        var path = Path.Combine(directory.FullName, "s");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(0); // One may wait.
        try
        {
            await LiveHost.RunAsync("client", null, async host =>
            {
                var endpoint = new Endpoint(EndpointScheme.Unix, path, 0);
                await using var first = await host.Network.ConnectAsync(endpoint);
                var connecting = host.Network.ConnectAsync(endpoint).AsTask();
                await host.DelayAsync(TimeSpan.FromMilliseconds(100));
                Assert.That(connecting.IsCompleted, Is.False);

                using var accepted = listener.Accept();
                await using var second = await connecting;
                await second.Output.WriteAsync("x"u8.ToArray());

                using var other = listener.Accept();
                Assert.That(other.Receive(new byte[1]), Is.EqualTo(1));
            });
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }
}
