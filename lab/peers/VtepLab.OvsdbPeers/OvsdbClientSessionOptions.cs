using VtepLab.Ovsdb;
using VtepLab.Runtime;

namespace VtepLab.OvsdbPeers;

/// <summary>Whose database an <see cref="OvsdbClientSession"/> keeps at hand, and how.</summary>
public sealed record OvsdbClientSessionOptions
{
    /// <summary>
    /// Where the server is; one passive endpoint when the server connects to us, as a switch with a Manager row does. Several active ones
    /// are the servers of one database, such as the members of a cluster: one at a time is used, the first that may be in the order
    /// given, and after its end the next.
    /// </summary>
    public required IReadOnlyList<Endpoint> Remotes
    {
        get;
        init => field = value.Count == 1 || (value.Count > 1 && !value.Any(remote => remote.IsPassive)) ? value
            : throw new ArgumentException($"expected one endpoint or several active ones, found '{string.Join(',', value)}'", nameof(value));
    }

    /// <summary>Of several remotes: whether only the leader of a cluster is used. Default true, as Open vSwitch's clients have it.</summary>
    public bool LeaderOnly { get; init; } = true;

    /// <summary>Of several remotes: the cluster that they have to be of; zero for that of the first one that is used.</summary>
    public Uuid Cluster { get; init; }

    /// <summary>The database's name.</summary>
    public required string Database { get; init; }

    /// <summary>The server's name in messages; null for the endpoints.</summary>
    public string? Name { get; init; }

    /// <summary>Who we are and whom we trust; required by <c>ssl:</c> and <c>pssl:</c>.</summary>
    public TlsIdentity? Tls { get; init; }

    /// <summary>The tables to keep; null for all.</summary>
    public IReadOnlyList<MonitoredTable>? Tables { get; init; }

    /// <summary>The longest wait between two attempts to connect. Default 8 s.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>How long an attempt to connect may take. Default 10 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How the connection behaves: probe, time-outs, limits, transcript.</summary>
    public OvsdbConnectionOptions Connection { get; init; } = new();

    /// <summary>What the server is called.</summary>
    public string PeerName => Name ?? string.Join(',', Remotes);
}
