using Microsoft.Extensions.Logging;
using VtepLab.Neutron;
using VtepLab.Neutron.Core;
using VtepLab.Ovsdb;
using VtepLab.Runtime;

namespace VtepLab.L2Gateway.Plugin;

/// <summary>Tells the L2 agents of compute and network nodes what is behind the switches' VTEPs: flooding, and every bare-metal MAC address.</summary>
/// <remarks>
/// Follows from the switches' bindings, tunnel addresses and learned MAC addresses as their copies have them, not from single rows
/// that come and go. What was announced is kept, so that what vanished while nobody looked is withdrawn.
/// </remarks>
internal sealed class FdbFanout(IHost host, PluginModel model, INeutronCore core, AgentCalls calls, PluginOptions options)
{
    private readonly ILogger _log = host.Logs.CreateLogger("VtepLab.L2Gateway.Plugin.FdbFanout");
    private SortedSet<string> _tunnels = new(StringComparer.Ordinal);
    private (IReadOnlyList<ReplicaRow> Rows, IReadOnlyList<FdbEntry> Entries) _announced = ([], []);
    private bool _isWanted;
    private bool _isRunning;

    /// <summary>Something may have changed.</summary>
    public void Touch()
    {
        _isWanted = true;
        if (!_isRunning && model.IsLeader)
        {
            _isRunning = true;
            host.Spawn("fdb entries", RunAsync);
        }
    }

    /// <summary>Tells everything: to an L2 agent that has started and knows nothing, or to all when the broker may have lost messages.</summary>
    /// <param name="agentHost">The agent's host; null for all.</param>
    public void Tell(string? agentHost)
    {
        if (model.IsLeader)
        {
            host.Spawn($"fdb entries for {agentHost ?? "all"}", stop => Background.TryAsync(_log, "telling all fdb entries", async () =>
            {
                await SendAsync(L2PopulationRpc.AddFdbEntries, Announced(), agentHost, stop);
                await TellTunnelsAsync(_tunnels, stop);
            }));
        }
    }

    private async Task RunAsync(CancellationToken cancel)
    {
        try
        {
            while (_isWanted)
            {
                _isWanted = false;
                await Background.TryAsync(_log, "telling fdb entries", () => FollowAsync(cancel));
            }
        }
        finally
        {
            _isRunning = false;
        }
    }

    private async Task FollowAsync(CancellationToken cancel)
    {
        var (wanted, announced) = (Wanted(), Announced());
        if (!wanted.SequenceEqual(announced))
        {
            await TellAsync(wanted, announced, cancel);
        }

        await FollowTunnelsAsync(wanted, cancel);
    }

    private async Task TellAsync(List<FdbEntry> wanted, IReadOnlyList<FdbEntry> announced, CancellationToken cancel)
    {
        var (added, removed) = (wanted.Except(announced).ToList(), announced.Except(wanted).ToList());
        await SendAsync(L2PopulationRpc.RemoveFdbEntries, removed, null, cancel);
        await SendAsync(L2PopulationRpc.AddFdbEntries, [.. added, .. StillBehindOthers(wanted, added, removed)], null, cancel);
        await RememberAsync(added, removed, cancel);
    }

    // Neutron's agents have one flow for an address, and withdraw it whichever tunnel it leads to.
    private static IEnumerable<FdbEntry> StillBehindOthers(List<FdbEntry> wanted, List<FdbEntry> added, List<FdbEntry> removed)
    {
        var withdrawn = removed.Where(r => r.Mac != FdbEntry.FloodingMac).Select(r => (r.Network, r.Mac)).ToHashSet();
        return withdrawn.Count == 0 ? [] : wanted.Where(e => withdrawn.Contains((e.Network, e.Mac))).Except(added);
    }

    private List<FdbEntry> Wanted()
    {
        var entries = new List<FdbEntry>();
        foreach (var copy in model.Switches.Values)
        {
            var ours = model.NetworksOn(copy.Identifier);
            foreach (var at in copy.PhysicalSwitches.Where(s => !s.TunnelIps.IsEmpty))
            {
                var bound = copy.PortsOf(at).SelectMany(p => p.Bindings.Values).Distinct().Order().Select(copy.LogicalSwitch).OfType<LogicalSwitchCopy>();
                foreach (var network in bound.Where(b => ours.ContainsKey(b.Name)))
                {
                    entries.AddRange(at.TunnelIps.Select(ip => new FdbEntry(network.Name, ours[network.Name], ip, FdbEntry.FloodingMac, FdbEntry.NoIp)));
                    entries.AddRange(Learned(copy, at, network, ours[network.Name]));
                }
            }
        }

        return [.. entries.Distinct()];
    }

    private static IEnumerable<FdbEntry> Learned(SwitchCopy copy, PhysicalSwitchCopy at, LogicalSwitchCopy network, int vni)
    {
        foreach (var mac in copy.LocalMacs.Where(m => m.LogicalSwitch == network.Uuid))
        {
            // Where several switches share a database, the row's locator says behind which of them the address is.
            var behind = mac.Locator is { } locator ? copy.Locators.GetValueOrDefault(locator) : null;
            if (behind is null || at.TunnelIps.Contains(behind) || copy.PhysicalSwitches.Count == 1)
            {
                var vtep = behind is not null && at.TunnelIps.Contains(behind) ? behind : at.TunnelIps[0];
                yield return new FdbEntry(network.Name, vni, vtep, mac.Mac, mac.IpAddress.Length > 0 ? mac.IpAddress : FdbEntry.NoIp);
            }
        }
    }

    // Asked for with every change of a switch, and mostly the same as the last time.
    private IReadOnlyList<FdbEntry> Announced()
    {
        var rows = model.Rows("Fdb_Entry");
        if (!ReferenceEquals(rows, _announced.Rows))
        {
            _announced = (rows,
            [
                .. rows.Select(r => new FdbEntry(
                        r["network_id"].String, (int)r["segment_id"].Integer, r["tunnel_ip"].String, r["mac"].String, r["ip_address"].String))
                    .OrderBy(e => e.Network, StringComparer.Ordinal).ThenBy(e => e.TunnelIp, StringComparer.Ordinal).ThenBy(e => e.Mac, StringComparer.Ordinal),
            ]);
        }

        return _announced.Entries;
    }

    private async Task SendAsync(string method, IReadOnlyCollection<FdbEntry> entries, string? agentHost, CancellationToken cancel)
    {
        if (!core.VxlanAgents.Any(a => a.HasL2Population && (agentHost is null || a.Host == agentHost)))
        {
            return; // An agent that comes later is told everything.
        }

        foreach (var some in entries.Chunk(options.MaxFdbEntriesPerRpc))
        {
            var target = new BusTarget(L2PopulationRpc.FdbTopic, agentHost, Fanout: agentHost is null, Exchange: options.ControlExchange);
            await host.Bus.CastAsync(target, method, L2PopulationRpc.Arguments(some), calls.Context(), cancel);
        }
    }

    private Task RememberAsync(List<FdbEntry> added, List<FdbEntry> removed, CancellationToken cancel) =>
        added.Count + removed.Count == 0 ? Task.CompletedTask : model.WriteAsync(
            write =>
            {
                var known = Announced().ToHashSet();
                foreach (var entry in removed)
                {
                    write.Delete("Fdb_Entry", Where.Column("network_id", entry.Network).And("tunnel_ip", entry.TunnelIp)
                        .And("mac", entry.Mac).And("ip_address", entry.Ip));
                }

                foreach (var entry in added.Where(e => !known.Contains(e)))
                {
                    write.Insert(
                        "Fdb_Entry", ("network_id", entry.Network), ("segment_id", entry.SegmentId), ("tunnel_ip", entry.TunnelIp),
                        ("mac", entry.Mac), ("ip_address", entry.Ip));
                }
            },
            cancel);

    // Agents without l2population know VTEPs only.
    private async Task FollowTunnelsAsync(List<FdbEntry> wanted, CancellationToken cancel)
    {
        var now = new SortedSet<string>(wanted.Select(e => e.TunnelIp), StringComparer.Ordinal);
        var (added, removed) = (now.Except(_tunnels).ToList(), _tunnels.Except(now).ToList());
        _tunnels = now;
        await TellTunnelsAsync(added, cancel);
        foreach (var tunnel in removed.Where(_ => HasPlainAgents))
        {
            await CastTunnelAsync(L2PopulationRpc.TunnelDeleteTopic, L2PopulationRpc.TunnelDelete, tunnel, cancel);
        }
    }

    private bool HasPlainAgents => core.VxlanAgents.Any(a => !a.HasL2Population);

    private async Task TellTunnelsAsync(IEnumerable<string> tunnels, CancellationToken cancel)
    {
        foreach (var tunnel in tunnels.Where(_ => HasPlainAgents).ToList())
        {
            await CastTunnelAsync(L2PopulationRpc.TunnelUpdateTopic, L2PopulationRpc.TunnelUpdate, tunnel, cancel);
        }
    }

    private async Task CastTunnelAsync(string topic, string method, string tunnel, CancellationToken cancel) => await host.Bus.CastAsync(
        new BusTarget(topic, Fanout: true, Exchange: options.ControlExchange, Version: "1.0"), method,
        new() { ["tunnel_ip"] = tunnel, ["tunnel_type"] = "vxlan" }, calls.Context(), cancel);
}
