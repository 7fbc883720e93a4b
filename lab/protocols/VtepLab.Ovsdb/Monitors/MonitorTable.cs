namespace VtepLab.Ovsdb;

/// <summary>What a monitor wants of one table.</summary>
internal sealed class MonitorTable
{
    /// <summary>The table.</summary>
    public required TableSchema Table { get; init; }

    /// <summary>The monitored columns, each with the kinds of change in which it is shown.</summary>
    public required IReadOnlyList<(ColumnSchema Column, MonitorSelect Select)> Columns { get; init; }

    /// <summary>The kinds of change that any request for the table wants.</summary>
    public required MonitorSelect Select { get; init; }

    /// <summary>Which rows exist for the monitor: those that pass any clause; null for all.</summary>
    public Condition? Condition { get; init; }

    /// <summary>Everything above as text: equal for tables that are watched in the same way.</summary>
    public required string Key { get; init; }

    /// <summary>The same columns with another condition.</summary>
    public MonitorTable With(Condition? condition, string conditionText) => new()
    {
        Table = Table,
        Columns = Columns,
        Select = Select,
        Condition = condition,
        Key = $"{Key.Split('?')[0]}?{conditionText}",
    };

    /// <summary>Writes what a change of a row is to the monitor, <c>"uuid":{...}</c>, or nothing.</summary>
    /// <returns>Whether anything was written.</returns>
    public bool Write(JsonWriter writer, ref bool first, Row row, Datum[]? old, Datum[]? now, bool isInitial, bool isPlain)
    {
        if (Condition is not null)
        {
            old = old is not null && Condition.HoldsAny(row, old) ? old : null;
            now = now is not null && Condition.HoldsAny(row, now) ? now : null;
        }

        return WriteSeen(writer, ref first, row, old, now, isInitial, isPlain);
    }

    /// <summary>Like <see cref="Write"/>, for fields that are null already when the row does not exist for the monitor.</summary>
    public bool WriteSeen(JsonWriter writer, ref bool first, Row row, Datum[]? old, Datum[]? now, bool isInitial, bool isPlain)
    {
        var kind = old is null ? now is null ? MonitorSelect.None : isInitial ? MonitorSelect.Initial : MonitorSelect.Insert
            : now is null ? MonitorSelect.Delete : MonitorSelect.Modify;
        if ((Select & kind) == 0 || (kind == MonitorSelect.Modify && !AnyChanged(row, old!, now!)))
        {
            return false;
        }

        writer.Comma(ref first);
        writer.Raw((byte)'"');
        writer.BareUuid(row.Uuid);
        writer.Raw("\":{"u8);
        if (isPlain)
        {
            WritePlain(writer, row, old, now, kind);
        }
        else
        {
            WriteDifference(writer, row, old, now, kind);
        }

        writer.Raw((byte)'}');
        return true;
    }

    /// <summary>As in ovsdb-server a column counts that is monitored at all, though not for modifications: then nothing is shown of it.</summary>
    private bool AnyChanged(Row row, Datum[] old, Datum[] now)
    {
        foreach (var (column, _) in Columns)
        {
            if (row.Get(old, column) != row.Get(now, column))
            {
                return true;
            }
        }

        return false;
    }

    private void WritePlain(JsonWriter writer, Row row, Datum[]? old, Datum[]? now, MonitorSelect kind)
    {
        if (old is not null)
        {
            writer.Raw("\"old\":{"u8);
            var first = true;
            foreach (var (column, select) in Columns)
            {
                if ((select & kind) != 0 && (now is null || row.Get(old, column) != row.Get(now, column)))
                {
                    WriteColumn(writer, ref first, column, row.Get(old, column));
                }
            }

            writer.Raw(now is null ? "}"u8 : "},"u8);
        }

        if (now is not null)
        {
            writer.Raw("\"new\":{"u8);
            var first = true;
            foreach (var (column, select) in Columns)
            {
                if ((select & kind) != 0)
                {
                    WriteColumn(writer, ref first, column, row.Get(now, column));
                }
            }

            writer.Raw((byte)'}');
        }
    }

    private void WriteDifference(JsonWriter writer, Row row, Datum[]? old, Datum[]? now, MonitorSelect kind)
    {
        if (kind == MonitorSelect.Delete)
        {
            writer.Raw("\"delete\":null"u8);
            return;
        }

        writer.Raw(kind switch
        {
            MonitorSelect.Initial => "\"initial\":{"u8,
            MonitorSelect.Insert => "\"insert\":{"u8,
            _ => "\"modify\":{"u8,
        });
        var first = true;
        foreach (var (column, select) in Columns)
        {
            if ((select & kind) == 0)
            {
                continue;
            }

            var value = row.Get(now!, column);
            if (kind != MonitorSelect.Modify)
            {
                if (value != column.Type.Default)
                {
                    WriteColumn(writer, ref first, column, value);
                }

                continue;
            }

            var before = row.Get(old!, column);
            if (before != value)
            {
                WriteColumn(writer, ref first, column, column.Type.Max > 1 ? DatumAlgebra.Difference(before, value) : value);
            }
        }

        writer.Raw((byte)'}');
    }

    private static void WriteColumn(JsonWriter writer, ref bool first, ColumnSchema column, Datum value)
    {
        writer.Comma(ref first);
        writer.Raw(column.MemberPrefix);
        writer.Write(value, column.Type);
    }
}
