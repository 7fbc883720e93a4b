using System.Text.Json.Nodes;
using VtepLab.Topology;

namespace VtepLab.Scenarios.L2Gateway;

/// <summary>What goes down and comes back, and what must be true afterwards.</summary>
[Binding]
public sealed class AvailabilitySteps(GatewayWorld world)
{
    private readonly Dictionary<string, int> _dumps = [];
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

    [When("agent {switch} crashes")]
    public Task Crash(string name) => world.Machine(name).CrashAsync();

    [When("agent {switch} stops in good order")]
    public Task Stop(string name) => world.Machine(name).StopAsync();

    [When("agent {switch} starts again")]
    public Task StartAgain(string name) => world.Machine(name).RestartAsync();

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

    [When("network {switch} is connected to {switch} port {switch} on VLAN {int} and agent {switch} crashes in the middle")]
    public async Task ConnectAndCrash(string network, string name, string port, int vlan, string agent)
    {
        var connection = world.Connection(network, name, port, vlan);
        world.Plugin.Intent.Connections.Add(connection);
        var connecting = world.Plugin.ConnectAsync(connection);
        await world.Lab.Driver.DelayAsync(TimeSpan.FromMilliseconds(1), world.Lab.Driver.Stopping);
        await world.Machine(agent).CrashAsync();
        await connecting;
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
            () => world.Plugin.Agents.Monitors(world.Plugin.Now) is [var one] && one != _monitor && world.Plugin.Mirror(name).Dumps > dumps
                ? null
                : $"the monitors are: {string.Join(", ", world.Plugin.Agents.Monitors(world.Plugin.Now).DefaultIfEmpty("none"))}",
            within);
    }

    [Then("within {seconds} the plugin's copy of {switch} is what {switch} holds")]
    public Task CopyIsRight(TimeSpan within, string copied, string name) => world.Lab.UntilAsync(
        stop => SwitchContents.ReadAsync(world.Lab.Driver, world.Switch(name), stop),
        seen =>
        {
            var held = Describe(seen);
            var told = Describe(world.Plugin.Mirror(copied));
            return held == told ? null : $"{name} holds\n{held}\nthe plugin was told\n{told}";
        },
        within);

    [Then("the plugin was told of every change of {switch} once")]
    public void ToldOnce(string name) => Expect.That(
        world.Plugin.Mirror(name).Anomalies.Count == 0, string.Join('\n', world.Plugin.Mirror(name).Anomalies));

    [Then("exactly one agent monitors")]
    public Task OneMonitors() => OneMonitors(TimeSpan.FromSeconds(10));

    [Then("within {seconds} exactly one agent monitors")]
    public Task OneMonitors(TimeSpan within) => world.WaitAsync(
        () => world.Plugin.Agents.Monitors(world.Plugin.Now).Count == 1 ? null
            : $"the monitors are: {string.Join(", ", world.Plugin.Agents.Monitors(world.Plugin.Now).DefaultIfEmpty("none"))}",
        within);

    // Whom something is about to happen to, and what the plugin was told until then.
    private string Monitor()
    {
        foreach (var name in world.Lab.Switches.Keys)
        {
            _dumps[name] = world.Plugin.Mirror(name).Dumps;
        }

        return world.Plugin.Agents.Monitors(world.Plugin.Now) is [var only] ? only : throw new LabExpectationException("nobody monitors");
    }

    private static string Describe(SwitchContents seen) => Lines(
        seen.LogicalSwitches.Select(l => $"network {l.Key} {l.Value}")
            .Concat(seen.Bindings.Select(b => $"binding {b.Key.Port} {b.Key.Vlan} {b.Value}"))
            .Concat(seen.RemoteMacs.Select(m => $"mac {m}"))
            .Concat(seen.Locators.Select(l => $"locator {l}"))
            .Concat(seen.Ports.Select(p => $"port {p}")));

    private static string Describe(SwitchMirror told)
    {
        var networks = told["logical_switches"].ToDictionary(r => Text(r, "uuid"), r => Text(r, "name"));
        var locators = told["physical_locators"].ToDictionary(r => Text(r, "uuid"), r => Text(r, "dst_ip"));
        string Name(SortedDictionary<string, string> of, string uuid) => of.GetValueOrDefault(uuid, "unknown " + uuid);
        var (byNetwork, byLocator) = (new SortedDictionary<string, string>(networks), new SortedDictionary<string, string>(locators));
        return Lines(
            told["logical_switches"].Select(r => $"network {Text(r, "name")} {(r["key"] is JsonValue key ? key.ToJsonString() : "")}")
                .Concat(told["physical_ports"].SelectMany(r => r["vlan_bindings"]!.AsArray()
                    .Select(b => $"binding {Text(r, "name")} {b!["vlan"]} {Name(byNetwork, Text(b.AsObject(), "logical_switch_uuid"))}")))
                .Concat(told["remote_macs"].Select(r => "mac " + new RemoteMac(
                    Name(byNetwork, Text(r, "logical_switch_id")), Text(r, "mac"), Name(byLocator, Text(r, "physical_locator_id")), Text(r, "ip_address"))))
                .Concat(locators.Values.Select(l => $"locator {l}"))
                .Concat(told["physical_ports"].Select(r => $"port {Text(r, "name")}")));
    }

    private static string Text(JsonObject row, string member) => (string?)row[member] ?? "";

    private static string Lines(IEnumerable<string> lines) => string.Join('\n', lines.Order(StringComparer.Ordinal).Select(l => "  " + l));
}
