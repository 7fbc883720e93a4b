namespace VtepLab.Ovsdb;

/// <summary>Writes table-updates, <c>{table:{uuid:{..}}}</c>, from changes that come table by table; tables without any are left out.</summary>
internal sealed class UpdateWriter
{
    private readonly JsonWriter _writer;
    private readonly MonitorPlan _plan;
    private MonitorTable? _open;
    private bool _firstTable = true;
    private bool _firstRow;

    public UpdateWriter(JsonWriter writer, MonitorPlan plan)
    {
        _writer = writer;
        _plan = plan;
        writer.Raw((byte)'{');
    }

    /// <summary>Adds a change, if the monitor wants to know of it.</summary>
    public void Add(MonitorTable table, Row row, Datum[]? old, Datum[]? now, bool isInitial = false, bool isSeen = false)
    {
        var before = _writer.Length;
        var previous = _open;
        if (_open != table)
        {
            Begin(table);
        }

        var wrote = isSeen
            ? table.WriteSeen(_writer, ref _firstRow, row, old, now, isInitial, _plan.IsPlain)
            : table.Write(_writer, ref _firstRow, row, old, now, isInitial, _plan.IsPlain);
        if (wrote)
        {
            _firstTable = false;
        }
        else if (_open != previous)
        {
            // The table was opened for nothing.
            _writer.Truncate(before);
            _open = previous;
            _firstRow = false;
        }
    }

    /// <summary>Ends the text; the result says whether any change is in it.</summary>
    public bool Finish()
    {
        _writer.Raw(_open is null ? "}"u8 : "}}"u8);
        return !_firstTable;
    }

    private void Begin(MonitorTable table)
    {
        if (_open is not null)
        {
            _writer.Raw((byte)'}');
        }

        if (!_firstTable)
        {
            _writer.Raw((byte)',');
        }

        _writer.String(table.Table.Name);
        _writer.Raw(":{"u8);
        _open = table;
        _firstRow = true;
    }
}
