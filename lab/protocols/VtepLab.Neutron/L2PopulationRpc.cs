using System.Text.Json.Nodes;

namespace VtepLab.Neutron;

/// <summary>What L2 agents are told of tunnels and of what is behind them: the words of Neutron's l2population driver and of its tunnel type driver.</summary>
public static class L2PopulationRpc
{
    /// <summary>The topic of <see cref="AddFdbEntries"/> and <see cref="RemoveFdbEntries"/>.</summary>
    public const string FdbTopic = "q-agent-notifier-l2population-update";

    /// <summary>The topic of <see cref="TunnelUpdate"/>.</summary>
    public const string TunnelUpdateTopic = "q-agent-notifier-tunnel-update";

    /// <summary>The topic of <see cref="TunnelDelete"/>.</summary>
    public const string TunnelDeleteTopic = "q-agent-notifier-tunnel-delete";

    /// <summary>Addresses are behind a VTEP.</summary>
    public const string AddFdbEntries = "add_fdb_entries";

    /// <summary>Addresses are not behind a VTEP any more.</summary>
    public const string RemoveFdbEntries = "remove_fdb_entries";

    /// <summary>There is a VTEP.</summary>
    public const string TunnelUpdate = "tunnel_update";

    /// <summary>A VTEP is gone.</summary>
    public const string TunnelDelete = "tunnel_delete";

    /// <summary>The arguments of <see cref="AddFdbEntries"/> and <see cref="RemoveFdbEntries"/>: by network, then by VTEP.</summary>
    public static JsonObject Arguments(IEnumerable<FdbEntry> entries)
    {
        var networks = new JsonObject();
        foreach (var entry in entries)
        {
            if (networks[entry.Network] is not JsonObject network)
            {
                networks[entry.Network] = network = new JsonObject
                {
                    ["segment_id"] = entry.SegmentId, ["network_type"] = "vxlan", ["ports"] = new JsonObject(),
                };
            }

            var ports = network["ports"]!.AsObject();
            if (ports[entry.TunnelIp] is not JsonArray addresses)
            {
                ports[entry.TunnelIp] = addresses = [];
            }

            addresses.Add(new JsonArray(entry.Mac, entry.Ip));
        }

        return new JsonObject { ["fdb_entries"] = networks };
    }
}

/// <summary>An address behind a VTEP.</summary>
/// <param name="Network">The network's id.</param>
/// <param name="SegmentId">Its VNI.</param>
/// <param name="TunnelIp">The VTEP's address.</param>
/// <param name="Mac">The MAC address; all zeros, with <paramref name="Ip"/> 0.0.0.0, for what is flooded.</param>
/// <param name="Ip">The IP address; 0.0.0.0 when it is not known.</param>
public sealed record FdbEntry(string Network, int SegmentId, string TunnelIp, string Mac, string Ip)
{
    /// <summary>The MAC address of a flooding entry.</summary>
    public const string FloodingMac = "00:00:00:00:00:00";

    /// <summary>An IP address that nobody has.</summary>
    public const string NoIp = "0.0.0.0";
}
