using System.Collections.Immutable;
using System.Text.Json.Nodes;
using VtepLab.HardwareVtep;
using VtepLab.Neutron;
using VtepLab.Ovsdb;
using VtepLab.OvsdbPeers;
using VtepLab.Runtime;

namespace VtepLab.L2Gateway.Agent;

/// <summary>One switch that an agent looks after.</summary>
/// <param name="Name">The name the plugin knows its database by: <c>ovsdb_identifier</c>.</param>
/// <param name="Endpoint">Where its database is.</param>
/// <param name="Tls">The identity for it; null for plain TCP.</param>
public sealed record OvsdbHost(string Name, Endpoint Endpoint, TlsIdentity? Tls = null);

/// <summary>What an agent has to know before it starts.</summary>
public sealed record AgentOptions
{
    /// <summary>The agent's identity in Neutron, and the name of its own queue.</summary>
    public required string Host { get; init; }

    /// <summary>The switches it connects to, in the order of the file; names are unique.</summary>
    public required ImmutableArray<OvsdbHost> OvsdbHosts { get; init; }

    /// <summary>Where switches dial in, if they do; null otherwise.</summary>
    public Endpoint? ManagerListener { get; init; }

    /// <summary>The agent's identity toward switches that dial in; null for plain TCP.</summary>
    public TlsIdentity? ManagerTls { get; init; }

    /// <summary>How often the agent says which switches it is connected to; 20 s.</summary>
    public TimeSpan PeriodicInterval { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How often it reports that it lives; 30 s.</summary>
    public TimeSpan ReportInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the agent may monitor without a report that the plugin took; less than twice the interval, as Neutron's agent_down_time is more.</summary>
    public TimeSpan MonitorLease => ReportInterval * 1.8;

    /// <summary>Silence after which a switch is taken for dead; 30 s.</summary>
    public TimeSpan SocketTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long one request of the plugin may wait for a switch, connecting included; 10 s.</summary>
    /// <remarks>Shorter than the plugin's patience, so that it hears of the failure instead of guessing.</remarks>
    public TimeSpan TransactTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How much of that it may wait for a switch that is not connected; 5 s, a little more than the longest back-off.</summary>
    public TimeSpan ConnectPatience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest wait between two attempts to connect; 4 s.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>How long the plugin waits for an answer; an older call is refused, for its caller has given it up. 60 s.</summary>
    public TimeSpan RpcResponseTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The most addresses in one cast about a switch; 10,000, which makes some 4 MB: RabbitMQ takes 128 MiB, from 4.0 on 16 MiB.</summary>
    public int MaxRowsPerCast { get; init; } = 10_000;

    /// <summary>The bus's control exchange.</summary>
    public string ControlExchange { get; init; } = "neutron";

    /// <summary>The request context of the agent's own messages; a new object each time, for a node has one parent.</summary>
    internal static JsonObject Context => new() { ["is_admin"] = true };

    /// <summary>How the agent keeps a connection to a switch.</summary>
    /// <param name="target">The switch.</param>
    /// <param name="tables">What it keeps a copy of; nothing when it only transacts.</param>
    internal OvsdbClientSessionOptions SessionWith(OvsdbHost target, IReadOnlyList<MonitoredTable> tables) =>
        SessionAt(target.Endpoint, target.Name, tables) with { Tls = target.Tls };

    /// <summary>The same for a connection that a switch made.</summary>
    /// <param name="remote">Where it came from.</param>
    /// <param name="name">What it is called in messages.</param>
    /// <param name="tables">What is kept a copy of.</param>
    internal OvsdbClientSessionOptions SessionAt(Endpoint remote, string name, IReadOnlyList<MonitoredTable> tables) => new()
    {
        Remotes = [remote],
        Database = VtepSchema.DatabaseName,
        Name = name,
        Tables = tables,
        MaxBackoff = MaxBackoff,
        ConnectTimeout = TransactTimeout,
        Connection = new OvsdbConnectionOptions { InactivityProbe = SocketTimeout / 2, CallTimeout = TransactTimeout },
    };

    /// <summary>Whom the agent reports to.</summary>
    internal BusTarget Plugin => new(L2GatewayRpc.PluginTopic, Exchange: ControlExchange, Version: L2GatewayRpc.Version);
}
