using VtepLab.Ovsdb;
using VtepLab.Runtime;

namespace VtepLab.OvsdbPeers;

/// <summary>Whose database an <see cref="OvsdbClientSession"/> keeps at hand, and how.</summary>
public sealed record OvsdbClientSessionOptions
{
    /// <summary>Where the server is; a passive endpoint when the server connects to us, as a switch with a Manager row does.</summary>
    public required Endpoint Remote { get; init; }

    /// <summary>The database's name.</summary>
    public required string Database { get; init; }

    /// <summary>The server's name in messages; null for the endpoint.</summary>
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
    public string PeerName => Name ?? Remote.ToString();
}
