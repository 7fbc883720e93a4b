namespace VtepLab.Scenarios.L2Gateway;

/// <summary>What the lab of a scenario is made of, and what becomes of it in the end.</summary>
[Binding]
public sealed class SetUpSteps(GatewayWorld world)
{
    private static readonly TimeSpan Election = TimeSpan.FromSeconds(60);

    [Given("a plugin that tells of at most {int} machines in one message")]
    public void LimitBulks(int count) => world.Controllers.Options = world.Controllers.Options with { MaxMacsPerRpc = count };

    [Given("agents that tell of at most {int} addresses in one message")]
    public void LimitCasts(int count) => world.MaxRowsPerCast = count;

    [Given("controllers {names} that share a database")]
    public Task AddControllers(string[] names) => world.Controllers.AddSharingAsync(names);

    [Given("a hardware VTEP {switch} with port(s) {names}")]
    public Task AddSwitch(string name, string[] ports) => world.AddSwitchAsync(name, ports);

    [Given("a hardware VTEP {switch} with port(s) {names} and quirk {switch}")]
    public Task AddOddSwitch(string name, string[] ports, string quirk) => world.AddSwitchAsync(name, ports, quirk);

    [Given("a hardware VTEP {switch} with port(s) {names} that calls itself {switch}")]
    public Task AddNamesake(string name, string[] ports, string announced) => world.AddSwitchAsync(name, ports, announced: announced);

    [Given("(an )L2 gateway agent(s) {names} of {names}")]
    public async Task AddAgents(string[] agents, string[] switches)
    {
        foreach (var agent in agents)
        {
            await world.AddAgentAsync(agent, switches);
        }
    }

    [Given("(an )L2 gateway agent(s) {names} that switches dial in to")]
    public async Task AddListeningAgents(string[] agents)
    {
        foreach (var agent in agents)
        {
            await world.AddListeningAgentAsync(agent);
        }
    }

    [Given("{switch} has the manager(s) {names}")]
    public Task SetManagers(string name, string[] agents) => world.SetManagersAsync(name, agents);

    [Given("one of them monitors")]
    public Task SomebodyMonitors() => world.WaitAsync(
        () => world.Controllers.Plugin.Monitors.Count != 1 ? "no agent says that it monitors"
            : world.Lab.Switches.Keys.FirstOrDefault(s => world.Controllers.Plugin.Model.DumpsOf(s) == 0) is { } untold ? $"the plugin was not told of {untold}"
            : null,
        Election);

    [Given("{switch} is monitored")]
    public Task IsMonitored(string name) => world.WaitAsync(
        () => world.Controllers.Plugin.Model.DumpsOf(name) > 0 ? null : $"the plugin was not told of {name}", Election);

    [Given("{int} hardware VTEPs {switch} with port(s) {names}")]
    public async Task AddSwitches(int count, string prefix, string[] ports)
    {
        for (var number = 1; number <= count; number++)
        {
            await world.AddSwitchAsync($"{prefix}{number}", ports);
        }
    }

    [Given("(an )L2 gateway agent(s) {names} of all of them")]
    public Task AddAgentsOfAll(string[] agents) => AddAgents(agents, [.. world.Lab.Switches.Keys]);

    [Given("{int} machines of network {switch} on node {ip}")]
    public async Task AddMachines(int count, string network, string node)
    {
        for (var number = 1; number <= count; number++)
        {
            var mac = $"02:1a:0a:01:{number >> 8:x2}:{number & 255:x2}";
            await world.Cloud.StartMachineAsync(new Machine(mac, $"10.1.{number >> 8}.{number & 255}", network, node));
        }
    }

    [Given("network {switch} with VNI {vni}")]
    public Task AddNetwork(string network, long vni) => world.Cloud.AddNetworkAsync(network, vni);

    [Given("machine {mac} with address {ip} of network {switch} on node {ip}")]
    public Task AddMachine(string mac, string ip, string network, string node) =>
        world.Cloud.StartMachineAsync(new Machine(mac, ip, network, node));

    [AfterScenario]
    public Task CleanDevices() => world.CleanAsync();
}
