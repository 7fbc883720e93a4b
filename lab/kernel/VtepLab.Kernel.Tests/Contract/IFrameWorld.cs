using VtepLab.Hosting;
using VtepLab.Runtime;
using VtepLab.Simulation;
using VtepLab.Testing.Peers;

namespace VtepLab.Kernel.Tests.Contract;

/// <summary>A world with two ports joined by a cable that can be cut.</summary>
public interface IFrameWorld
{
    void Run(Func<IHost, IFramePort, IFramePort, Func<bool, Task>, Task> body);
}

/// <summary>Two simulated hosts and a link.</summary>
public sealed class VirtualFrames : IFrameWorld
{
    public void Run(Func<IHost, IFramePort, IFramePort, Func<bool, Task>, Task> body)
    {
        var world = new SimulatedWorld(7);
        var host = world.AddHost("one");
        var (one, other) = (host.AddPort("eth1"), world.AddHost("other").AddPort("eth1"));
        var link = world.Link(one, other);
        world.Run(() => body(host.Services, one, other, up =>
        {
            link.SetUp(up);
            return Task.CompletedTask;
        }));
    }
}

/// <summary>A veth pair between two network namespaces of this machine, through libpcap.</summary>
public sealed class LiveFrames : IFrameWorld
{
    public void Run(Func<IHost, IFramePort, IFramePort, Func<bool, Task>, Task> body) => RunAsync(body).GetAwaiter().GetResult();

    private static async Task RunAsync(Func<IHost, IFramePort, IFramePort, Func<bool, Task>, Task> body)
    {
        await using var here = await NetworkNamespace.CreateAsync("here");
        await using var there = await NetworkNamespace.CreateAsync("there");
        await here.JoinAsync("p1", there, "p2");
        await LiveHost.RunAsync("live", null, async host =>
        {
            using var one = LiveFramePort.Open(host, "eth1", new LiveInterface("p1", here.Name));
            using var other = LiveFramePort.Open(host, "eth1", new LiveInterface("p2", there.Name));
            while (!one.IsUp || !other.IsUp)
            {
                await host.DelayAsync(LiveFramePort.LinkPolling); // A new pair takes a moment until it carries frames.
            }

            await body(host, one, other, up => here.IpAsync("link", "set", "p1", up ? "up" : "down"));
        }).WaitAsync(TimeSpan.FromSeconds(30));
    }
}
