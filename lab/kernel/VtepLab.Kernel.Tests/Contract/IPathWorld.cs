using System.Runtime.InteropServices;
using VtepLab.Hosting;
using VtepLab.Runtime;
using VtepLab.Simulation;
using VtepLab.Testing.Peers;

namespace VtepLab.Kernel.Tests.Contract;

/// <summary>Two hosts and a path between them that can be cut without a word to either.</summary>
public interface IPathWorld
{
    /// <summary>Runs a body with the server, the client, the server's address and what cuts and mends the path.</summary>
    void Run(Func<IHost, IHost, string, Func<bool, Task>, Task> body);
}

/// <summary>A simulated network.</summary>
public sealed class VirtualPath : IPathWorld
{
    public void Run(Func<IHost, IHost, string, Func<bool, Task>, Task> body)
    {
        var world = new SimulatedWorld(7);
        var (server, client) = (world.AddHost("server", "192.0.2.11"), world.AddHost("client", "192.0.2.12"));
        IDisposable? cut = null;
        world.Run(() => body(server.Services, client.Services, "192.0.2.11", isUp =>
        {
            cut?.Dispose();
            cut = isUp ? null : world.Network.Isolate(server);
            return Task.CompletedTask;
        }));
    }
}

/// <summary>The loopback interface of a network namespace of its own, which can be taken down under live connections.</summary>
public sealed class LivePath : IPathWorld
{
    private const int NewNetwork = 0x40000000;

    public void Run(Func<IHost, IHost, string, Func<bool, Task>, Task> body) => RunAsync(body).GetAwaiter().GetResult();

    private static async Task RunAsync(Func<IHost, IHost, string, Func<bool, Task>, Task> body)
    {
        await using var space = await NetworkNamespace.CreateAsync("path");
        var ended = new TaskCompletionSource<Task>();

        // A thread, and those it starts, live where it moved to; this one is thrown away.
        new Thread(() =>
        {
            using var there = File.OpenHandle($"/run/netns/{space.Name}");
            if (SetNamespace((int)there.DangerousGetHandle(), NewNetwork) != 0)
            {
                ended.SetException(new IOException($"setns: error {Marshal.GetLastPInvokeError()}"));
                return;
            }

            ended.SetResult(LiveHost.RunAsync("live", null, host => body(host, host, "127.0.0.1", isUp => space.IpAsync("link", "set", "lo", isUp ? "up" : "down"))));
        }).Start();
        await (await ended.Task).WaitAsync(TimeSpan.FromSeconds(120));
    }

    [DllImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static extern int SetNamespace(int file, int kind);
}
