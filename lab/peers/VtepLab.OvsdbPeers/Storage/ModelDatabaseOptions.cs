using VtepLab.Runtime;

namespace VtepLab.OvsdbPeers;

/// <summary>Where a <see cref="ModelDatabase"/> is.</summary>
public sealed record ModelDatabaseOptions
{
    /// <summary>The file of an embedded database in the host's store; null for one in memory only.</summary>
    public string? File { get; init; }

    /// <summary>The server, or the members of its cluster, of which the leader is used; empty for an embedded database.</summary>
    public IReadOnlyList<Endpoint> Servers { get; init; } = [];

    /// <summary>Who we are to the servers.</summary>
    public TlsIdentity? Tls { get; init; }

    /// <summary>How long a write may take, lost connections included. Default 20 s.</summary>
    public TimeSpan WritePatience { get; init; } = TimeSpan.FromSeconds(20);
}
