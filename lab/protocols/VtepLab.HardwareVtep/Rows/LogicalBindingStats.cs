using VtepLab.Ovsdb;

namespace VtepLab.HardwareVtep;

/// <summary>What passed through the binding of a VLAN.</summary>
public sealed record LogicalBindingStats : IVtepRow<LogicalBindingStats>
{
    /// <inheritdoc/>
    public static string Table => "Logical_Binding_Stats";

    /// <inheritdoc/>
    public RowId<LogicalBindingStats> Id { get; init; }

    /// <summary>Came in on the port.</summary>
    public long BytesFromLocal { get; init; }

    public long PacketsFromLocal { get; init; }

    /// <summary>Left through the port.</summary>
    public long BytesToLocal { get; init; }

    public long PacketsToLocal { get; init; }

    /// <inheritdoc/>
    public static LogicalBindingStats Read(Uuid uuid, RowReader columns) => new()
    {
        Id = new(uuid),
        BytesFromLocal = columns.Integer("bytes_from_local"),
        PacketsFromLocal = columns.Integer("packets_from_local"),
        BytesToLocal = columns.Integer("bytes_to_local"),
        PacketsToLocal = columns.Integer("packets_to_local"),
    };

    /// <inheritdoc/>
    public void Write(RowWriter columns) => columns
        .Integer("bytes_from_local", BytesFromLocal)
        .Integer("packets_from_local", PacketsFromLocal)
        .Integer("bytes_to_local", BytesToLocal)
        .Integer("packets_to_local", PacketsToLocal);
}
