using VtepLab.Gherkin;
using VtepLab.Results;
using VtepLab.Runtime;
using VtepLab.Testing.Peers;
using VtepLab.Topology;

namespace VtepLab.Scenarios.Tests.Features;

/// <summary>Every scenario as a test: in virtual time, and those that a real device can take part in also over Debian's RabbitMQ against its ovsdb-server.</summary>
public class FeatureTests
{
    private const ulong Seed = 1;

    private RabbitMqPeer? _broker;

    private static IEnumerable<TestCaseData> Simulated => ScenarioBook.Pickles.Select(p => Case(p, ""));

    private static IEnumerable<TestCaseData> Live =>
        ScenarioBook.Pickles.Where(p => p.Tags.Contains(ScenarioRunner.LiveTag)).Select(p => Case(p, " (live)").SetCategory(RealPeer.Category));

    [TestCaseSource(nameof(Simulated))]
    public void Scenario_in_virtual_time(Pickle pickle)
    {
        var result = ScenarioRunner.RunSimulated(pickle, new ScenarioRunOptions { Seed = Seed });

        Assert.That(result.Status, Is.EqualTo(ScenarioStatus.Passed), () => ScenarioReport.Describe(result, withTrace: true));
    }

    [OneTimeTearDown]
    public async Task EndBroker()
    {
        if (_broker is not null)
        {
            await _broker.DisposeAsync();
        }
    }

    [TestCaseSource(nameof(Live))]
    public async Task Scenario_over_RabbitMQ_against_a_real_server(Pickle pickle)
    {
        _broker ??= await RabbitMqPeer.StartAsync();
        await using var server = await SwitchAsync("ps0", "192.0.2.101");
        await using var other = pickle.Tags.Contains(ScenarioRunner.TwoSwitchesTag) ? await SwitchAsync("ps1", "192.0.2.102") : null;
        OvsdbServerPeer[] servers = other is null ? [server] : [server, other];
        var before = await Task.WhenAll(servers.Select(s => s.OvsdbClientAsync("dump", "hardware_vtep")));
        var devices = servers.Select(s => new LabDevice(Endpoint.Parse(s.Endpoint))).ToList();

        var result = await ScenarioRunner.RunAsync(pickle, new ScenarioRunOptions { Devices = devices, DeviceFile = "device.yaml", Bus = _broker.Uri });

        Assert.That(result.Status, Is.EqualTo(ScenarioStatus.Passed), () => ScenarioReport.Describe(result, withTrace: true));
        Assert.That(await Task.WhenAll(servers.Select(s => s.OvsdbClientAsync("dump", "hardware_vtep"))), Is.EqualTo(before), "the scenario left something behind");
    }

    private static async Task<OvsdbServerPeer> SwitchAsync(string name, string tunnelIp)
    {
        var server = await OvsdbServerPeer.StartAsync();
        await server.VtepCtlAsync(
            "add-ps", name, "--", "set", "Physical_Switch", name, $"tunnel_ips={tunnelIp}", "--", "add-port", name, "p1", "--", "add-port", name, "p2");
        return server;
    }

    [Test]
    public void Every_step_has_exactly_one_definition() =>
        Assert.That(ScenarioExecutor.Check(ScenarioBook.Bindings, ScenarioBook.Pickles), Is.Empty);

    [Test]
    public void Every_scenario_has_an_id_of_its_own() =>
        Assert.That(
            ScenarioBook.Pickles.GroupBy(p => p.Tags.FirstOrDefault(t => t.StartsWith("@VT-", StringComparison.Ordinal)))
                .Where(g => g.Key is null || g.Select(p => p.Location.Split(':')[0]).Distinct().Count() > 1)
                .Select(g => $"{g.Key}: {string.Join(", ", g.Select(p => p.Location))}"),
            Is.Empty);

    private static TestCaseData Case(Pickle pickle, string suffix)
    {
        var data = new TestCaseData(pickle).SetName(pickle.Name + suffix).SetProperty("feature", pickle.Feature);
        foreach (var tag in pickle.Tags)
        {
            data.SetCategory(tag.TrimStart('@'));
        }

        return data;
    }
}
