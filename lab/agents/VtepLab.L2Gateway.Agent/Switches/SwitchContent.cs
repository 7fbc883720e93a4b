using VtepLab.Ovsdb;

namespace VtepLab.L2Gateway.Agent;

/// <summary>The rows of a switch that a request is about, as a moment ago.</summary>
/// <remarks>
/// An agent that transacts keeps no copy of the switch: it reads what it needs right before it writes, and guards what it found missing, so
/// what another client does in between makes the transaction fail and not the database wrong. Where it is the monitor as well, MAC
/// addresses come from the monitor's copy; then what is right is guarded too, for the copy may be behind.
/// </remarks>
internal sealed record SwitchContent
{
    private readonly IReadOnlyList<IRowValues> _macs = [];
    private readonly ILookup<string, IRowValues> _byMac = Array.Empty<IRowValues>().ToLookup(_ => "");

    /// <summary>The row of the logical switch; null when there is none.</summary>
    public IRowValues? LogicalSwitch { get; init; }

    /// <summary>The locators that can stand for the request's addresses, by address.</summary>
    public required IReadOnlyDictionary<string, Uuid> Locators { get; init; }

    /// <summary>Rows of Ucast_Macs_Remote that belong to the logical switch.</summary>
    public IReadOnlyList<IRowValues> Macs
    {
        get => _macs;
        init => (_macs, _byMac) = (value, value.ToLookup(r => r["MAC"].String, StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>True when <see cref="Macs"/> are all of the logical switch and not only those asked for.</summary>
    public bool HasAllMacs { get; init; }

    /// <summary>True when this is what the monitor's copy shows.</summary>
    public bool IsMirrored { get; init; }

    /// <summary>All switches: names and ports.</summary>
    public IReadOnlyList<SelectedRow> Switches { get; init; } = [];

    /// <summary>The ports whose UUID or name the request has.</summary>
    public IReadOnlyList<SelectedRow> Ports { get; init; } = [];

    /// <summary>The rows of Mcast_Macs_Remote that say where the logical switch floods, with the locators of each; null where nobody asked.</summary>
    public IReadOnlyList<(Uuid Row, IReadOnlySet<Uuid> Locators)>? Floods { get; init; }

    /// <summary>The rows of a MAC address on the logical switch; several are legal, for the schema has no index.</summary>
    public IEnumerable<IRowValues> RowsOf(string mac) => _byMac[mac];
}
