using VtepLab.Ovsdb;

namespace VtepLab.HardwareVtep;

/// <summary>Collects the columns of a row as the engine's values.</summary>
public sealed class RowWriter
{
    private readonly List<KeyValuePair<string, Datum>> _columns = [];

    /// <summary>What was written so far, in that order.</summary>
    public IReadOnlyList<KeyValuePair<string, Datum>> Columns => _columns;

    public RowWriter Text(string name, string value) => Add(name, value);

    public RowWriter OptionalText(string name, string? value) => Add(name, value is null ? Datum.Empty : value);

    public RowWriter Integer(string name, long value) => Add(name, value);

    public RowWriter OptionalInteger(string name, long? value) => Add(name, value is { } number ? number : Datum.Empty);

    public RowWriter Boolean(string name, bool value) => Add(name, value);

    public RowWriter Texts(string name, ColumnSet<string> value) => Add(name, Datum.Set(value.Select(t => (Atom)t)));

    public RowWriter Settings(string name, ColumnMap<string, string> value) => Add(name, Datum.Map(value));

    public RowWriter Reference<TRow>(string name, RowId<TRow> value)
        where TRow : IVtepRow<TRow> => Add(name, value.Uuid);

    public RowWriter References<TRow>(string name, ColumnSet<RowId<TRow>> value)
        where TRow : IVtepRow<TRow> => Add(name, Datum.Set(value.Select(r => (Atom)r.Uuid)));

    public RowWriter ByVlan<TRow>(string name, ColumnMap<long, RowId<TRow>> value)
        where TRow : IVtepRow<TRow> => Add(name, Datum.Map(value.Select(p => new KeyValuePair<Atom, Atom>(p.Key, p.Value.Uuid))));

    public RowWriter ByText<TRow>(string name, ColumnMap<string, RowId<TRow>> value)
        where TRow : IVtepRow<TRow> => Add(name, Datum.Map(value.Select(p => new KeyValuePair<Atom, Atom>(p.Key, p.Value.Uuid))));

    private RowWriter Add(string name, Datum value)
    {
        _columns.Add(KeyValuePair.Create(name, value));
        return this;
    }
}
