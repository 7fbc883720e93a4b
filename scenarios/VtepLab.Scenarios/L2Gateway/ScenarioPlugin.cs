using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using VtepLab.Neutron;
using VtepLab.Runtime;
using VtepLab.Topology;

namespace VtepLab.Scenarios.L2Gateway;

/// <summary>Plays the service plugin toward the agents, over the bus and in its words: registry, election, calls, and the copy of each switch.</summary>
/// <remarks>
/// It keeps what the users asked for and, when a switch is told anew, asks again for what is missing there: the original does not, and
/// a switch that lost its database stays empty.
/// </remarks>
public sealed class ScenarioPlugin(LabWorld lab) : IAsyncDisposable
{
    private static readonly TimeSpan ReconcileInterval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ElectionInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(20);
    private const int CallAttempts = 4;

    private readonly SortedDictionary<string, SwitchMirror> _mirrors = new(StringComparer.Ordinal);
    private readonly long _start = lab.Driver.Time.GetTimestamp();
    private readonly CancellationTokenSource _stop = new();
    private IAsyncDisposable? _serving;

    internal NetworkIntent Intent { get; } = new();

    internal AgentRegistry Agents { get; } = new();

    internal TimeSpan Now => lab.Driver.Time.GetElapsedTime(_start);

    internal SwitchMirror Mirror(string name)
    {
        if (!_mirrors.TryGetValue(name, out var mirror))
        {
            _mirrors.Add(name, mirror = new SwitchMirror());
        }

        return mirror;
    }

    internal async Task StartAsync()
    {
        _serving ??= await lab.Driver.Bus.ServeAsync(new BusTarget(L2GatewayRpc.PluginTopic, lab.Driver.Name, Version: L2GatewayRpc.ReportStateVersion), Handle);
        lab.Driver.Spawn("election", async stopping =>
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, _stop.Token);
            while (true)
            {
                await ElectAsync(either.Token);
                await lab.Driver.DelayAsync(ElectionInterval, either.Token);
            }
        });
    }

    internal Task ConnectAsync(Connection connection) => UpdateConnectionAsync(connection, ConnectionOperation.Create);

    internal Task DisconnectAsync(Connection connection) => UpdateConnectionAsync(connection, ConnectionOperation.Delete);

    internal Task AddMachineAsync(Machine machine, string name) => CallAsync(
        L2GatewayRpc.AddVif, new AddVifRequest(name, LogicalSwitch(machine.Network, name), Locator(machine.Node, name), Mac(machine, name)).ToJson());

    internal Task MoveMachineAsync(Machine machine, string name) => CallAsync(
        L2GatewayRpc.UpdateVif, new UpdateVifRequest(name, Locator(machine.Node, name), Mac(machine, name)).ToJson());

    internal Task RemoveMachinesAsync(string network, IEnumerable<Machine> machines, string name) => LogicalSwitch(network, name).Uuid is { } uuid
        ? CallAsync(L2GatewayRpc.DeleteVif, new DeleteVifRequest(name, uuid, [.. machines.Select(m => m.Mac)]).ToJson())
        : throw new LabExpectationException($"the plugin was never told of network {network} on {name}");

    internal async Task DeleteNetworkAsync(string network, string name) => await lab.Driver.Bus.CastAsync(
        new BusTarget(L2GatewayRpc.AgentTopic), L2GatewayRpc.DeleteNetwork,
        new DeleteNetworkRequest(name, LogicalSwitch(network, name).Uuid ?? throw new LabExpectationException($"{name} has no network {network}")).ToJson(),
        Context());

    /// <summary>Stops serving.</summary>
    public async ValueTask DisposeAsync()
    {
        _stop.Cancel();
        _stop.Dispose();
        if (_serving is not null)
        {
            await _serving.DisposeAsync();
        }
    }

    private ValueTask<JsonNode?> Handle(BusRequest request, CancellationToken cancel)
    {
        switch (request.Method)
        {
            case L2GatewayRpc.ReportState:
                var answer = Agents.Report(request.Arguments, Now);
                CompareWithTold(request.Arguments["agent_state"]!["agent_state"]!["configurations"]!["ovsdb_casts"]?.AsObject() ?? []);
                lab.Driver.Spawn("election after a report", stopping => ElectAsync(stopping));
                return ValueTask.FromResult<JsonNode?>(answer);
            case L2GatewayRpc.UpdateOvsdbChanges:
                var name = (string)request.Arguments["ovsdb_data"]!["ovsdb_identifier"]!;
                Take(name, request);
                return ValueTask.FromResult<JsonNode?>(null);
            case L2GatewayRpc.NotifyOvsdbStates:
                return ValueTask.FromResult<JsonNode?>(null);
            default:
                throw new BusRemoteException("NoSuchMethod", $"Endpoint does not support RPC method {request.Method}");
        }
    }

    private void Take(string name, BusRequest request)
    {
        var isWhole = (int)request.Arguments["activity"]! == 0;
        switch (Mirror(name).Ledger.Take(CastOrigin.Read(request.Context), isWhole, Agents.Term))
        {
            case CastVerdict.Apply:
                Mirror(name).Apply(request.Arguments);
                if (isWhole)
                {
                    lab.Driver.Spawn($"heal {name}", _ => TryHealAsync(name));
                }

                break;
            case CastVerdict.ReadAnew:
                Agents.ElectAnew();
                lab.Driver.Spawn("election after a gap", stopping => ElectAsync(stopping));
                break;
        }
    }

    // What the broker had confirmed and lost shows here, if no later cast shows it.
    private void CompareWithTold(JsonObject told)
    {
        foreach (var (name, last) in told)
        {
            if (CastOrigin.Read(last!.AsObject()) is { } sent && sent.Term == Agents.Term && Mirror(name).Ledger.Misses(sent))
            {
                Agents.ElectAnew();
            }
        }
    }

    private async Task TryHealAsync(string name)
    {
        try
        {
            await HealAsync(name);
        }
        catch (Exception refused) when (refused is BusRemoteException or TimeoutException)
        {
            lab.Driver.Logs.CreateLogger<ScenarioPlugin>().LogWarning("{Switch} could not be healed: {Problem}", name, refused.Message);
        }
    }

    private async Task ElectAsync(CancellationToken cancel)
    {
        if (Agents.Elect(Now) is { } agent)
        {
            var context = Context();
            context[CastOrigin.TermMember] = Agents.Term;
            await lab.Driver.Bus.CastAsync(
                new BusTarget(L2GatewayRpc.AgentTopic, Fanout: true), L2GatewayRpc.SetMonitorAgent, new SetMonitorAgentRequest(agent).ToJson(),
                context, cancel);
        }
    }

    /// <summary>Asks, again and again until it is stopped, for whatever a switch does not hold as the users want it.</summary>
    internal void KeepReconciling() => lab.Driver.Spawn("reconcile", async stopping =>
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, _stop.Token);
        while (true)
        {
            await lab.Driver.DelayAsync(ReconcileInterval, either.Token);
            foreach (var name in lab.Switches.Keys.Where(n => Mirror(n).Dumps > 0).ToList())
            {
                try
                {
                    await HealAsync(name);
                    await RemoveSurplusAsync(name);
                }
                catch (Exception refused) when (refused is BusRemoteException or TimeoutException)
                {
                    continue; // The next round asks again.
                }
            }
        }
    });

    private async Task RemoveSurplusAsync(string name)
    {
        foreach (var network in Intent.Networks.Keys.Where(n => LogicalSwitch(n, name).Uuid is not null).ToList())
        {
            var id = LogicalSwitch(network, name).Uuid!.Value.ToString("D");
            var wanted = Intent.SwitchesOf(network).Contains(name) ? Intent.MachinesOf(network).Select(m => m.Mac).ToList() : [];
            var surplus = Mirror(name)["remote_macs"].Where(r => (string?)r["logical_switch_id"] == id && !wanted.Contains((string)r["mac"]!))
                .Select(r => new Machine((string)r["mac"]!, "", network, "")).ToList();
            if (surplus.Count > 0)
            {
                await RemoveMachinesAsync(network, surplus, name);
            }
        }
    }

    // What the users asked for and a switch that was told anew does not hold is asked for again.
    private async Task HealAsync(string name)
    {
        foreach (var connection in Intent.Connections.Where(c => c.Switch == name).ToList())
        {
            var mirror = Mirror(name);
            var network = mirror.Find("logical_switches", "name", GatewayNames.NetworkId(connection.Network));
            var bindings = mirror.Find("physical_ports", "name", connection.Port)?["vlan_bindings"]?.AsArray();
            var isBound = network is not null && bindings is not null
                && bindings.Any(b => (int)b!["vlan"]! == connection.Vlan && (string?)b["logical_switch_uuid"] == (string?)network["uuid"]);
            var isKnown = Intent.MachinesOf(connection.Network).All(m =>
                RowOf(m, name) is { } row && (string?)row["physical_locator_id"] == (string?)mirror.Find("physical_locators", "dst_ip", m.Node)?["uuid"]);
            if (!isBound || !isKnown)
            {
                await ConnectAsync(connection);
            }
        }
    }

    private Task UpdateConnectionAsync(Connection connection, ConnectionOperation operation)
    {
        var name = connection.Switch;
        var network = LogicalSwitch(connection.Network, name);
        var port = Mirror(name).Find("physical_ports", "name", connection.Port);
        var isCreate = operation == ConnectionOperation.Create;
        var nodes = isCreate
            ? Intent.MachinesOf(connection.Network).GroupBy(m => m.Node)
                .Select(g => new NodeMacs(Locator(g.Key, name), [.. g.Select(m => Mac(m, name) with { Uuid = null })]))
            : [];
        var request = new UpdateConnectionRequest(
            name, isCreate ? network : null, [.. nodes],
            [new PortDict(Uuid(port, "uuid"), connection.Port, Uuid(port, "physical_switch_id"), [new VlanBindingDict(connection.Vlan, network.Uuid)])],
            operation);
        return CallAsync(L2GatewayRpc.UpdateConnection, request.ToJson());
    }

    // A call that a dead agent took is answered by nobody: it is made again, and does no harm if it was carried out after all.
    private async Task CallAsync(string method, JsonObject arguments)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await lab.Driver.Bus.CallAsync(
                    new BusTarget(L2GatewayRpc.AgentTopic), method, arguments.DeepClone().AsObject(), CallTimeout, Context());
                return;
            }
            catch (TimeoutException) when (attempt < CallAttempts)
            {
                continue;
            }
        }
    }

    private LogicalSwitchDict LogicalSwitch(string network, string name)
    {
        var id = GatewayNames.NetworkId(network);
        var row = Mirror(name).Find("logical_switches", "name", id);
        return new LogicalSwitchDict(Uuid(row, "uuid"), id, Intent.Networks[network], network);
    }

    private LocatorDict Locator(string address, string name) =>
        new(Uuid(Mirror(name).Find("physical_locators", "dst_ip", address), "uuid"), address);

    private MacDict Mac(Machine machine, string name)
    {
        var row = RowOf(machine, name);
        return new MacDict(Uuid(row, "uuid"), machine.Mac, machine.Ip, LogicalSwitch(machine.Network, name).Uuid, Uuid(row, "physical_locator_id"));
    }

    private JsonObject? RowOf(Machine machine, string name)
    {
        var network = LogicalSwitch(machine.Network, name).Uuid?.ToString("D");
        return Mirror(name)["remote_macs"].FirstOrDefault(r => (string?)r["mac"] == machine.Mac && (string?)r["logical_switch_id"] == network);
    }

    private static Guid? Uuid(JsonObject? row, string member) => (string?)row?[member] is { } text ? Guid.Parse(text) : null;

    private JsonObject Context() => new()
    {
        ["is_admin"] = true,
        ["timestamp"] = lab.Driver.Time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture),
    };
}
