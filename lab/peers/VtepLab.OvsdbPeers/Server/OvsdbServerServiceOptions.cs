using VtepLab.Ovsdb;
using VtepLab.Runtime;

namespace VtepLab.OvsdbPeers;

/// <summary>How an <see cref="OvsdbServerService"/> is reached and behaves.</summary>
public sealed record OvsdbServerServiceOptions
{
    /// <summary>Where to listen and whom to connect to, as <c>--remote</c> of ovsdb-server has it.</summary>
    public IReadOnlyList<Endpoint> Remotes { get; init; } = [];

    /// <summary>The column that names further remotes, followed while the server runs; null for none.</summary>
    public ManagerColumn? Managers { get; init; }

    /// <summary>Who the server is and whom it trusts; required by <c>ssl:</c> and <c>pssl:</c>.</summary>
    public TlsIdentity? Tls { get; init; }

    /// <summary>Silence after which a peer is probed; the same again without a byte ends its connection. Zero: never. Default 5 s.</summary>
    public TimeSpan InactivityProbe { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest wait before connecting out again. Default 8 s.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>How often the status columns of managers are rewritten. Default 2.5 s, as ovsdb-server does.</summary>
    public TimeSpan StatusInterval { get; init; } = TimeSpan.FromSeconds(2.5);

    /// <summary>How long a stop waits for what is still to be sent. Default 2 s.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Sees every message of every session, for transcripts.</summary>
    public OvsdbServerTap? Tap { get; init; }
}

/// <summary>A column whose rows are remotes, such as <c>Global.managers</c> of hardware_vtep: <c>--remote=db:DB,TABLE,COLUMN</c>.</summary>
/// <param name="Database">The database.</param>
/// <param name="Table">The table.</param>
/// <param name="Column">A column of references to rows with a column <c>target</c>.</param>
public sealed record ManagerColumn(string Database, string Table, string Column)
{
    /// <summary>The managers of a switch.</summary>
    public static ManagerColumn HardwareVtep { get; } = new("hardware_vtep", "Global", "managers");
}

/// <summary>Sees one message of a server; the bytes are valid during the call only.</summary>
/// <param name="session">Whose.</param>
/// <param name="isSent">True for a message of the server.</param>
/// <param name="message">The JSON text.</param>
public delegate void OvsdbServerTap(OvsdbSession session, bool isSent, ReadOnlySpan<byte> message);
