using VtepLab.Neutron;
using VtepLab.OvsdbPeers;

namespace VtepLab.L2Gateway.Plugin;

/// <summary>What the L2 gateway service plugin has to know; the names are those of neutron.conf and l2gw_plugin.ini where they have the option.</summary>
public sealed record PluginOptions : NeutronServiceOptions
{
    /// <summary>Where the plugin's tables are.</summary>
    public ModelDatabaseOptions Database { get; init; } = new() { File = "l2gateway.db" };

    /// <summary><c>periodic_monitoring_interval</c>: how often it is looked whether somebody monitors. Default 5 s.</summary>
    public TimeSpan PeriodicMonitoringInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary><c>rpc_response_timeout</c>. Default 60 s.</summary>
    public TimeSpan RpcResponseTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a reply counts before the monitor's cast has confirmed it; then the request is made again. Default 15 s.</summary>
    public TimeSpan ConfirmTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How often every switch is compared with what was asked for, if nothing happens. Default 30 s.</summary>
    public TimeSpan ReconcileInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Most MAC addresses in one RPC, which is one transaction on the switch. Default 2500, and never more than 500 to an original agent.</summary>
    /// <remarks>
    /// An agent that does not monitor first reads all addresses of a network that is known, so that few large requests cost the switch less
    /// than many small ones; while the switch is busy with one the next is on its way.
    /// </remarks>
    public int MaxMacsPerRpc { get; init; } = 2500;

    /// <summary>Most fdb entries in one message to the L2 agents. Default 1000.</summary>
    public int MaxFdbEntriesPerRpc { get; init; } = 1000;

    /// <summary><c>quota_l2_gateway</c>: most gateways of a project; below 0 for any number.</summary>
    public int QuotaL2Gateway { get; init; } = 5;

    /// <summary>
    /// False (default): status codes, types and texts of the original, also where it answers 500 for a user's mistake or does not
    /// enforce the quota. True: the codes that fit.
    /// </summary>
    public bool HasFittingStatusCodes { get; init; }
}
