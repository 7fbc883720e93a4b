using VtepLab.Ovsdb;

namespace VtepLab.HardwareVtep;

/// <summary>One rule of an ACL.</summary>
public sealed record AclEntry : IVtepRow<AclEntry>
{
    /// <inheritdoc/>
    public static string Table => "ACL_entry";

    /// <inheritdoc/>
    public RowId<AclEntry> Id { get; init; }

    /// <summary>Lower numbers come first.</summary>
    public long Sequence { get; init; }

    public string? SourceMac { get; init; }

    public string? DestMac { get; init; }

    /// <summary>Such as <c>0x0800</c>.</summary>
    public string? Ethertype { get; init; }

    public string? SourceIp { get; init; }

    public string? SourceMask { get; init; }

    public string? DestIp { get; init; }

    public string? DestMask { get; init; }

    public long? Protocol { get; init; }

    public long? SourcePortMin { get; init; }

    public long? SourcePortMax { get; init; }

    public long? DestPortMin { get; init; }

    public long? DestPortMax { get; init; }

    public long? TcpFlags { get; init; }

    public long? TcpFlagsMask { get; init; }

    public long? IcmpType { get; init; }

    public long? IcmpCode { get; init; }

    /// <summary><c>ingress</c> or <c>egress</c>; must be given.</summary>
    public string Direction { get; init; } = "";

    /// <summary><c>permit</c> or <c>deny</c>; must be given.</summary>
    public string Action { get; init; } = "";

    /// <summary>See <see cref="Faults"/>.</summary>
    public ColumnSet<string> AcleFaultStatus { get; init; } = [];

    /// <inheritdoc/>
    public static AclEntry Read(Uuid uuid, RowReader columns) => new()
    {
        Id = new(uuid),
        Sequence = columns.Integer("sequence"),
        SourceMac = columns.OptionalText("source_mac"),
        DestMac = columns.OptionalText("dest_mac"),
        Ethertype = columns.OptionalText("ethertype"),
        SourceIp = columns.OptionalText("source_ip"),
        SourceMask = columns.OptionalText("source_mask"),
        DestIp = columns.OptionalText("dest_ip"),
        DestMask = columns.OptionalText("dest_mask"),
        Protocol = columns.OptionalInteger("protocol"),
        SourcePortMin = columns.OptionalInteger("source_port_min"),
        SourcePortMax = columns.OptionalInteger("source_port_max"),
        DestPortMin = columns.OptionalInteger("dest_port_min"),
        DestPortMax = columns.OptionalInteger("dest_port_max"),
        TcpFlags = columns.OptionalInteger("tcp_flags"),
        TcpFlagsMask = columns.OptionalInteger("tcp_flags_mask"),
        IcmpType = columns.OptionalInteger("icmp_type"),
        IcmpCode = columns.OptionalInteger("icmp_code"),
        Direction = columns.Text("direction"),
        Action = columns.Text("action"),
        AcleFaultStatus = columns.Texts("acle_fault_status"),
    };

    /// <inheritdoc/>
    public void Write(RowWriter columns) => columns
        .Integer("sequence", Sequence)
        .OptionalText("source_mac", SourceMac)
        .OptionalText("dest_mac", DestMac)
        .OptionalText("ethertype", Ethertype)
        .OptionalText("source_ip", SourceIp)
        .OptionalText("source_mask", SourceMask)
        .OptionalText("dest_ip", DestIp)
        .OptionalText("dest_mask", DestMask)
        .OptionalInteger("protocol", Protocol)
        .OptionalInteger("source_port_min", SourcePortMin)
        .OptionalInteger("source_port_max", SourcePortMax)
        .OptionalInteger("dest_port_min", DestPortMin)
        .OptionalInteger("dest_port_max", DestPortMax)
        .OptionalInteger("tcp_flags", TcpFlags)
        .OptionalInteger("tcp_flags_mask", TcpFlagsMask)
        .OptionalInteger("icmp_type", IcmpType)
        .OptionalInteger("icmp_code", IcmpCode)
        .Text("direction", Direction)
        .Text("action", Action)
        .Texts("acle_fault_status", AcleFaultStatus);
}
