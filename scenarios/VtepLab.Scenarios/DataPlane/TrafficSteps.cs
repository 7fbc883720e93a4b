using System.Globalization;
using System.Text;
using VtepLab.Packets;
using VtepLab.Topology;

namespace VtepLab.Scenarios.DataPlane;

/// <summary>What machines of a fabric send, and who must and must not get it.</summary>
[Binding]
public sealed class TrafficSteps(FabricWorld world)
{
    private const ushort Port = 9000;
    private static readonly IpAddress Everybody = IpAddress.Parse("255.255.255.255");
    private static readonly TimeSpan Once = TimeSpan.FromSeconds(1);

    private int _number;

    [Then("within {seconds} {switch} and {switch} reach each other")]
    public async Task Reach(TimeSpan within, string one, string other)
    {
        await PingUntilAsync(one, other, within);
        await PingUntilAsync(other, one, within);
    }

    [Then("for {seconds} {switch} does not reach {switch}")]
    public async Task DoesNotReach(TimeSpan time, string one, string other)
    {
        var end = world.Lab.World.Now + time;
        while (world.Lab.World.Now < end)
        {
            Expect.That(!await PingAsync(one, other), $"{one} reaches {other}");
        }
    }

    [Then("within {seconds} a broadcast of {switch} is seen by {names} and by nobody else")]
    public async Task Broadcast(TimeSpan within, string from, string[] expected)
    {
        var end = world.Lab.World.Now + world.Patience(within);
        while (true)
        {
            var seen = await SeenByAsync(from);
            var wrong = seen.Except(expected).ToList();
            Expect.That(wrong.Count == 0, $"a broadcast of {from} reached {string.Join(", ", wrong)}");
            var missing = expected.Except(seen).ToList();
            if (missing.Count == 0)
            {
                return;
            }

            Expect.That(
                world.Lab.World.Now < end, $"not within {within.TotalSeconds:0.###} s: a broadcast of {from} does not reach {string.Join(", ", missing)}");
        }
    }

    [Then("a broadcast of {switch} is seen by nobody")]
    public async Task BroadcastToNobody(string from)
    {
        var seen = await SeenByAsync(from);
        Expect.That(seen.Count == 0, $"a broadcast of {from} reached {string.Join(", ", seen)}");
    }

    [When("{switch} sends a datagram to {switch} every {int} milliseconds for {seconds}, and meanwhile {switch} loses power for {seconds}")]
    public async Task Stream(string from, string to, int every, TimeSpan time, string victim, TimeSpan away)
    {
        var machine = world.Lab.Machines.GetValueOrDefault(victim) ?? throw new LabExpectationException($"the scenario has no machine \"{victim}\"");
        var (end, down) = (world.Lab.World.Now + time, world.Lab.World.Now + (time / 3));
        var (isDown, isBack) = (false, false);
        while (world.Lab.World.Now < end)
        {
            if (!isDown && world.Lab.World.Now >= down)
            {
                isDown = true;
                await machine.CrashAsync();
            }

            if (isDown && !isBack && world.Lab.World.Now >= down + away)
            {
                isBack = true;
                await machine.RestartAsync();
            }

            var text = $"{from} {++_number}";
            world.Endpoint(from).Do(e => e.SendUdp(world.Endpoint(to).Options.Address, Port, Encoding.ASCII.GetBytes(text)));
            await world.Lab.Driver.DelayAsync(TimeSpan.FromMilliseconds(every), world.Lab.Driver.Stopping);
        }
    }

    [Then("{switch} has got at least {int} and at most {int} datagrams from {switch}, none of them twice")]
    public void Got(string to, int least, int most, string from)
    {
        var got = world.Endpoint(to).Datagrams.Select(d => Encoding.ASCII.GetString(d.Payload.Span)).Where(t => t.StartsWith(from + " ", StringComparison.Ordinal)).ToList();
        var twice = got.GroupBy(t => t).Where(g => g.Count() > 1).Select(g => g.Key).ToList();
        Expect.That(twice.Count == 0 || world.HadNoise, $"{to} got twice: {string.Join(", ", twice)}");
        // Faults that were drawn beside the scenario's own may lose any number; none may make one more.
        Expect.That((got.Count >= least || world.HadFaults) && got.Distinct().Count() <= most, $"{to} got {got.Count} datagrams from {from}, expected {least} to {most}");
    }

    private async Task PingUntilAsync(string one, string other, TimeSpan within)
    {
        var end = world.Lab.World.Now + world.Patience(within);
        while (!await PingAsync(one, other))
        {
            Expect.That(world.Lab.World.Now < end, $"not within {within.TotalSeconds:0.###} s: {one} does not reach {other}");
        }
    }

    private Task<bool> PingAsync(string one, string other) => world.Endpoint(one).PingAsync(world.Endpoint(other), world.Lab.Driver, Once);

    private async Task<IReadOnlyList<string>> SeenByAsync(string from)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{from} {++_number}");
        // UDP to everybody, in a frame to everybody: no ARP before it.
        world.Endpoint(from).Do(e => e.SendFrame(
            MacAddress.Broadcast, e.Options.Mac, EtherTypes.IPv4, Frames.Udp(e.Options.Address, Everybody, Port, Port, Encoding.ASCII.GetBytes(text))));
        await world.Lab.Driver.DelayAsync(Once, world.Lab.Driver.Stopping);
        return [.. world.Fabric.Endpoints.Values.Where(e => e.Saw(text)).Select(e => e.Name)];
    }
}
