using System.Text.Json.Nodes;
using VtepLab.Neutron;
using VtepLab.Runtime;
using VtepLab.Topology;

namespace VtepLab.Scenarios.L2Gateway;

/// <summary>The L2 agents of the compute nodes, as far as the bus sees them: each reports, and keeps the fdb entries that it is told.</summary>
public sealed class NodeAgents(LabWorld lab)
{
    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ReportAgainAfter = TimeSpan.FromSeconds(2);

    private readonly SortedDictionary<string, SortedSet<string>> _entries = new(StringComparer.Ordinal);

    /// <summary>What each node was told and not told to forget, by the node's tunnel address: <c>NETWORK 198.51.100.1 MAC IP</c>.</summary>
    internal IReadOnlyDictionary<string, SortedSet<string>> Entries => _entries;

    /// <summary>The host name of the node with a tunnel address; when this returns for the first time its agent is known to Neutron.</summary>
    internal async Task<string> OnAsync(string tunnelIp)
    {
        var host = "node-" + tunnelIp;
        if (_entries.TryAdd(tunnelIp, new SortedSet<string>(StringComparer.Ordinal)))
        {
            await lab.Driver.Bus.ServeAsync(new BusTarget(L2PopulationRpc.FdbTopic, host), (request, _) => Hear(tunnelIp, request));
            var isHeard = new TaskCompletionSource();
            lab.Driver.Spawn($"L2 agent of {host}", stop => ReportAsync(host, tunnelIp, isHeard, stop));
            await isHeard.Task;
        }

        return host;
    }

    /// <summary>The tunnel address of a node's host name.</summary>
    internal static string NodeOf(string host) => host["node-".Length..];

    private async Task ReportAsync(string host, string tunnelIp, TaskCompletionSource isHeard, CancellationToken cancel)
    {
        while (true)
        {
            var wait = ReportInterval;
            try
            {
                await lab.Driver.Bus.CallAsync(
                    new BusTarget("q-reports-plugin", Version: "1.2"), L2GatewayRpc.ReportState, Report(host, tunnelIp, !isHeard.Task.IsCompleted),
                    ReportInterval, new JsonObject { ["is_admin"] = true }, cancel);
                isHeard.TrySetResult();
            }
            catch (Exception failed) when (failed is IOException or TimeoutException or BusRemoteException)
            {
                wait = ReportAgainAfter;
            }

            await lab.Driver.DelayAsync(wait, cancel);
        }
    }

    private static JsonObject Report(string host, string tunnelIp, bool isStart) => new()
    {
        ["time"] = "2026-01-01T00:00:00.000000",
        ["agent_state"] = new JsonObject
        {
            ["agent_state"] = new JsonObject
            {
                ["agent_type"] = "Open vSwitch agent", ["binary"] = "neutron-openvswitch-agent", ["host"] = host, ["topic"] = "N/A", ["start_flag"] = isStart,
                ["configurations"] = new JsonObject { ["tunnel_types"] = new JsonArray("vxlan"), ["tunneling_ip"] = tunnelIp, ["l2_population"] = true },
            },
        },
    };

    private ValueTask<JsonNode?> Hear(string tunnelIp, BusRequest request)
    {
        foreach (var (network, told) in request.Arguments["fdb_entries"]!.AsObject())
        {
            foreach (var entry in told!["ports"]!.AsObject().SelectMany(p => p.Value!.AsArray().Select(e => $"{network} {p.Key} {e![0]} {e[1]}")))
            {
                Take(_entries[tunnelIp], request.Method == L2PopulationRpc.AddFdbEntries, entry);
            }
        }

        return ValueTask.FromResult<JsonNode?>(null);
    }

    // As Neutron's Open vSwitch agent does it: one flow sends what is for an address to one tunnel, the last that it was told, and goes by the address alone.
    private static void Take(SortedSet<string> entries, bool isAdded, string entry)
    {
        var (network, mac) = entry.Split(' ') is [var first, _, var third, _] ? (first, third) : throw new FormatException(entry);
        if (mac != FdbEntry.FloodingMac)
        {
            entries.RemoveWhere(e => e.StartsWith(network + " ", StringComparison.Ordinal) && e.Contains($" {mac} ", StringComparison.Ordinal));
        }

        _ = isAdded ? entries.Add(entry) : entries.Remove(entry);
    }
}
