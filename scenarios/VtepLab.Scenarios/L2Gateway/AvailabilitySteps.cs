using VtepLab.L2Gateway.Plugin;
using VtepLab.Topology;

namespace VtepLab.Scenarios.L2Gateway;

/// <summary>What goes down and comes back, and what must be true afterwards.</summary>
[Binding]
public sealed class AvailabilitySteps(GatewayWorld world)
{
    private readonly Dictionary<string, long> _dumps = [];
    private string? _monitor;

    [When("{switch} loses power for {seconds}")]
    public async Task LosePower(string name, TimeSpan time)
    {
        await world.Machine(name).CrashAsync();
        await world.Lab.Driver.DelayAsync(time, world.Lab.Driver.Stopping);
        await world.Machine(name).RestartAsync();
    }

    [When("{switch} goes away")]
    public Task GoAway(string name) => world.Machine(name).CrashAsync();

    [When("{switch} is back")]
    public Task ComeBack(string name) => world.Machine(name).RestartAsync();

    [Given("what {switch} and {switch} say to each other takes {seconds}")]
    public void Slow(string one, string other, TimeSpan time)
    {
        var lab = world.Lab as SimulatedLab ?? throw new LabExpectationException("only the network of a simulated lab can be slowed down");
        lab.World.Network.Delay(lab.World.Hosts[one], lab.World.Hosts[other], time);
    }

    [When("the connections of {switch} break")]
    public void BreakConnections(string name)
    {
        var lab = world.Lab as SimulatedLab ?? throw new LabExpectationException("only the network of a simulated lab can be broken");
        foreach (var other in lab.World.Hosts.Values.Where(h => h.Name != name))
        {
            lab.World.Network.ResetStreams(lab.World.Hosts[name], other);
        }
    }

    [When("agent {switch} crashes")]
    public Task Crash(string name) => world.Machine(name).CrashAsync();

    [Given("agent {switch} stops in good order")]
    [When("agent {switch} stops in good order")]
    public Task Stop(string name) => world.StopAgentAsync(name);

    [When("agent {switch} starts again")]
    public Task StartAgain(string name) => world.Machine(name).RestartAsync();

    [When("the plugin that leads crashes")]
    public Task CrashLeader() => world.Machine(
        world.Controllers.Leading ?? throw new LabExpectationException("no plugin leads")).CrashAsync();

    [Then("within {seconds} another plugin leads")]
    public Task AnotherLeads(TimeSpan within) => world.WaitAsync(() => world.Controllers.Leading is null ? "no plugin leads" : null, within);

    [When("the monitoring agent crashes")]
    public async Task CrashMonitor()
    {
        _monitor = Monitor();
        await world.Machine(_monitor).CrashAsync();
    }

    [When("the monitoring agent hangs for {seconds}")]
    public async Task HangMonitor(TimeSpan time)
    {
        _monitor = Monitor();
        await world.Machine(_monitor).PauseAsync();
        await world.Lab.Driver.DelayAsync(time, world.Lab.Driver.Stopping);
        await world.Machine(_monitor).ResumeAsync();
    }

    [When("the monitoring agent is cut off for {seconds}")]
    public async Task CutOffMonitor(TimeSpan time)
    {
        _monitor = Monitor();
        var lab = world.Lab as SimulatedLab ?? throw new LabExpectationException("only a machine of a simulated lab can be cut off");
        using (lab.World.Network.Isolate(lab.World.Hosts[_monitor]))
        {
            await lab.Driver.DelayAsync(time, lab.Driver.Stopping);
        }
    }

    [When("the agent that crashed starts again")]
    public Task StartCrashedAgain() => world.Machine(_monitor!).RestartAsync();

    [When("{seconds} pass")]
    public Task Pass(TimeSpan time) => world.Lab.Driver.DelayAsync(time, world.Lab.Driver.Stopping).AsTask();

    [Then("within {seconds} another agent monitors {switch}")]
    public async Task AnotherMonitors(TimeSpan within, string name)
    {
        var dumps = _dumps[name];
        await world.WaitAsync(
            () => Plugin.Monitors is [var one] && one != _monitor && Plugin.Model.DumpsOf(name) > dumps ? null : Monitoring(),
            within);
    }

    [Then("within {seconds} the plugin's copy of {switch} is what {switch} holds")]
    public Task CopyIsRight(TimeSpan within, string copied, string name) => world.Lab.UntilAsync(
        stop => SwitchContents.ReadAsync(world.Lab.Driver, world.Switch(name), stop),
        seen =>
        {
            var held = Describe(seen);
            var told = Describe(Plugin.Model.Switch(copied));
            return held == told ? null : $"{name} holds\n{held}\nthe plugin was told\n{told}";
        },
        within);

    [Then("the plugin was told of every change of {switch} once")]
    public void ToldOnce(string name) => Expect.That(
        world.Told.WrongOf(name).Count == 0, string.Join('\n', world.Told.WrongOf(name)));

    [Then("exactly one agent monitors")]
    public Task OneMonitors() => OneMonitors(TimeSpan.FromSeconds(10));

    [Then("within {seconds} exactly one agent monitors")]
    public Task OneMonitors(TimeSpan within) => world.WaitAsync(() => Plugin.Monitors.Count == 1 ? null : Monitoring(), within);

    private L2GatewayPlugin Plugin => world.Controllers.Plugin;

    private string Monitoring() => $"the monitors are: {string.Join(", ", Plugin.Monitors.DefaultIfEmpty("none"))}";

    // Whom something is about to happen to, and what the plugin was told until then.
    private string Monitor()
    {
        foreach (var name in world.Lab.Switches.Keys)
        {
            _dumps[name] = Plugin.Model.DumpsOf(name);
        }

        return Plugin.Monitors is [var only] ? only : throw new LabExpectationException("nobody monitors");
    }

    private static string Describe(SwitchContents seen) => Lines(
        seen.LogicalSwitches.Select(l => $"network {l.Key} {l.Value}")
            .Concat(seen.Bindings.Select(b => $"binding {b.Key.Port} {b.Key.Vlan} {b.Value}"))
            .Concat(seen.RemoteMacs.Select(m => $"mac {m}"))
            .Concat(seen.Locators.Select(l => $"locator {l}"))
            .Concat(seen.Ports.Select(p => $"port {p}")));

    private static string Describe(SwitchCopy told)
    {
        string Network(Guid? row) => row is { } uuid && told.LogicalSwitch(uuid) is { } known ? known.Name : $"unknown {row}";
        string Node(Guid? row) => row is { } uuid && told.Locators.TryGetValue(uuid, out var address) ? address : $"unknown {row}";
        return Lines(
            told.LogicalSwitches.Select(l => $"network {l.Name} {l.TunnelKey}")
                .Concat(told.Ports.SelectMany(p => p.Bindings.Select(b => $"binding {p.Name} {b.Key} {Network(b.Value)}")))
                .Concat(told.RemoteMacs.Select(m => "mac " + new RemoteMac(Network(m.LogicalSwitch), m.Mac, Node(m.Locator), m.IpAddress)))
                .Concat(told.Locators.Values.Select(l => $"locator {l}"))
                .Concat(told.Ports.Select(p => $"port {p.Name}")));
    }

    private static string Lines(IEnumerable<string> lines) => string.Join('\n', lines.Order(StringComparer.Ordinal).Select(l => "  " + l));
}
