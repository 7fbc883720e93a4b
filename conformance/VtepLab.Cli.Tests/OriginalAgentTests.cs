using VtepLab.Testing.Peers;

namespace VtepLab.Cli.Tests;

/// <summary>The agent that OpenStack ships, as Debian packs it, serves <c>vteplab neutron</c>.</summary>
[Category(RealPeer.Category)]
public class OriginalAgentTests
{
    [Test]
    public async Task F24_the_agent_of_networking_l2gw_as_Debian_packs_it_carries_out_both_scenarios_of_the_specification()
    {
        await using var broker = await RabbitMqPeer.StartAsync();
        await using var leaf1 = await OvsdbServerPeer.StartAsync();
        await leaf1.VtepCtlAsync(
            "add-ps", "leaf1", "--", "set", "Physical_Switch", "leaf1", "tunnel_ips=192.0.2.101", "--", "add-port", "leaf1", "eth1");
        await using var neutron = await RunningNeutron.StartAsync("--bus", $"rabbit://guest:guest@127.0.0.1:{broker.Port}/", "-v");
        await using var agent = L2GatewayAgentPeer.Start(broker, "orig-1", $"leaf1:127.0.0.1:{leaf1.Port}");
        await using var oslo = await OsloPeer.StartAsync(broker, "compute1", isGatewayAgent: false);
        try
        {
            await SpecifiedScenarios.PlayAsync(neutron.Client, leaf1, oslo);
        }
        catch (AssertionException)
        {
            TestContext.Out.WriteLine($"{neutron.Output}\n{agent.Process.Output}");
            throw;
        }
    }
}
