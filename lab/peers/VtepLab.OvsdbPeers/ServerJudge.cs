using VtepLab.Ovsdb;

namespace VtepLab.OvsdbPeers;

/// <summary>Says whether a server of several may be used, by what its <c>_Server</c> database tells of the wanted one (ovsdb-server(5)).</summary>
/// <remarks>
/// The rules are those of Open vSwitch's own client libraries. What was seen is kept over connections: from a member of a cluster one
/// never goes back to another that knows less, nor to another cluster, whose numbers say nothing about this one's.
/// </remarks>
/// <param name="database">The database's name.</param>
/// <param name="leaderOnly">Whether followers are left for the leader.</param>
/// <param name="cluster">The cluster that the database has to be of; zero for the first that is met.</param>
internal sealed class ServerJudge(string database, bool leaderOnly, Uuid cluster)
{
    /// <summary>The columns of table <c>Database</c> that are looked at. The schema is not: a server without one is not connected either.</summary>
    public static readonly MonitoredTable Watched = new("Database", ["name", "model", "connected", "leader", "cid", "sid", "index"]);

    private Uuid _cluster = cluster;
    private long _index;

    /// <summary>Why the server is to be left, or null when it may be used; what it knows is then the least that a next one has to know.</summary>
    /// <param name="server">A copy of its <c>_Server</c> database.</param>
    public string? Objection(Replica server)
    {
        if (!server.Has(Watched.Name) || server.Table(Watched.Name).Find("name", database) is not { } row)
        {
            return $"does not serve {database}";
        }

        var model = row["model"].String;
        if (model == "standalone")
        {
            return _cluster == Uuid.Zero ? null : $"serves a standalone {database}, expected cluster {_cluster}";
        }

        if (!row["connected"].Boolean)
        {
            return $"is cut off from its {(model == "relay" ? "source" : "cluster")}";
        }

        if (leaderOnly && !row["leader"].Boolean)
        {
            return model == "relay" ? "is a relay, which never leads" : "does not lead its cluster";
        }

        var ofCluster = row["cid"].IsEmpty ? Uuid.Zero : row["cid"].Uuid;
        if (_cluster != Uuid.Zero && ofCluster != _cluster)
        {
            return $"is of cluster {ofCluster}, expected cluster {_cluster}";
        }

        var index = row.Has("index") && !row["index"].IsEmpty ? row["index"].Integer : 0; // Up to 2.9 there was none.
        if (index < _index)
        {
            return $"has stale data: it knows {index} entries of its cluster's log, {_index} were known already";
        }

        (_cluster, _index) = (ofCluster, index);
        return null;
    }
}
