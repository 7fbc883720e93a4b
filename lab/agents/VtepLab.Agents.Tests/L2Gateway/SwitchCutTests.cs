using VtepLab.L2Gateway.Agent;
using VtepLab.Neutron;
using VtepLab.Runtime;
using VtepLab.Testing.Peers;
using VtepLab.Topology;

namespace VtepLab.Agents.Tests.L2Gateway;

/// <summary>The network between agent and switch is cut without a word, in the middle of everything, and mended.</summary>
[Category(RealPeer.Category)]
public class SwitchCutTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [Test]
    public async Task What_changed_while_the_switch_was_cut_off_is_told_and_what_was_asked_is_refused_in_time_and_done_later()
    {
        await using var server = await OvsdbServerPeer.StartAsync();
        await server.VtepCtlAsync("add-ps", "leaf1", "--", "add-port", "leaf1", "eth1");
        using var relay = new CutRelay(server.Port);
        await LiveLab.RunAsync(null, async lab =>
        {
            var options = new AgentOptions
            {
                Host = "agent-1", OvsdbHosts = [new OvsdbHost("leaf1", Endpoint.Parse($"tcp:127.0.0.1:{relay.Port}"))],
                SocketTimeout = TimeSpan.FromSeconds(4), TransactTimeout = TimeSpan.FromSeconds(3),
            };
            var plugin = await ToldPlugin.StartAsync(lab, options);
            await plugin.MonitorUntilAsync(() => plugin.Casts.Count > 0);

            relay.Cut();
            await server.VtepCtlAsync("add-port", "leaf1", "eth9"); // Behind the agent's back.
            var asked = lab.Driver.Time.GetTimestamp();
            var refusal = await Assert.ThrowsAsync<BusRemoteException>(async () => await ConnectAsync(lab.Driver));
            Assert.That(refusal!.Message, Does.StartWith("leaf1 could not"));
            Assert.That(lab.Driver.Time.GetElapsedTime(asked), Is.LessThan(TimeSpan.FromSeconds(30)), "the caller hears of it before it gives up");
            relay.Mend();

            // The dump after the reconnect has what happened meanwhile; the request succeeds when it is made again.
            await plugin.UntilAsync(() => plugin.Casts[^1].ToJsonString().Contains("eth9", StringComparison.Ordinal));
            Assert.That((int)plugin.Casts[^1]["activity"]!, Is.Zero);
            await lab.UntilAsync(
                async _ =>
                {
                    try
                    {
                        await ConnectAsync(lab.Driver);
                        return "";
                    }
                    catch (BusRemoteException notYet)
                    {
                        return notYet.Message;
                    }
                },
                problem => problem.Length == 0 ? null : problem, Patience);
            return true;
        });
        Assert.That((await server.VtepCtlAsync("list-bindings", "leaf1", "eth1")).Trim(), Is.EqualTo("0010 net-1"));
    }

    private static async Task ConnectAsync(IHost host) => await host.Bus.CallAsync(
        new BusTarget("l2gateway_agent"), "update_connection_to_gateway",
        new UpdateConnectionRequest(
            "leaf1", new LogicalSwitchDict(null, "net-1", 5000, ""), [], [new PortDict(null, "eth1", null, [new VlanBindingDict(10, null)])],
            ConnectionOperation.Create).ToJson(),
        TimeSpan.FromSeconds(60));
}
