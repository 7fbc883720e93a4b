using System.Text.Json.Nodes;
using VtepLab.L2Gateway.Agent;
using VtepLab.Neutron;
using VtepLab.Runtime;
using VtepLab.Topology;

namespace VtepLab.Agents.Tests.L2Gateway;

/// <summary>The plugin's end of the bus of a live lab, with one agent: has it monitor, and keeps what it tells of its switches.</summary>
internal sealed class ToldPlugin
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly LiveLab _lab;
    private readonly string _agent;

    private ToldPlugin(LiveLab lab, string agent) => (_lab, _agent) = (lab, agent);

    /// <summary>The arguments of every <c>update_ovsdb_changes</c>, in order.</summary>
    public List<JsonObject> Casts { get; } = [];

    /// <summary>Serves the agent's casts, and starts the agent.</summary>
    public static async Task<ToldPlugin> StartAsync(LiveLab lab, AgentOptions options)
    {
        var plugin = new ToldPlugin(lab, options.Host);
        await lab.Driver.Bus.ServeAsync(new BusTarget("l2gateway_plugin", "plugin", Version: "1.2"), (request, _) =>
        {
            plugin.Casts.AddRange(request.Method == "update_ovsdb_changes" ? [request.Arguments] : []);
            return new("alive");
        });
        lab.Start(options.Host, host => L2GatewayAgent.RunAsync(host, options, host.Stopping));
        return plugin;
    }

    /// <summary>Names the agent as the one that monitors, again and again as a plugin does, until it has told enough.</summary>
    public Task MonitorUntilAsync(Func<bool> isEnough) => UntilAsync(async () =>
    {
        await _lab.Driver.Bus.CastAsync(new BusTarget("l2gateway_agent", Fanout: true), "set_monitor_agent", new SetMonitorAgentRequest(_agent).ToJson());
        return isEnough();
    });

    /// <summary>Waits until the agent has told enough.</summary>
    public Task UntilAsync(Func<bool> isEnough) => UntilAsync(() => Task.FromResult(isEnough()));

    private Task<bool> UntilAsync(Func<Task<bool>> isEnough) =>
        _lab.UntilAsync(_ => isEnough(), enough => enough ? null : $"{Casts.Count} casts came, the last: {Casts.LastOrDefault()?.ToJsonString()}", Patience);
}
