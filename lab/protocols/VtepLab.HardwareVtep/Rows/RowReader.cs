using VtepLab.Ovsdb;

namespace VtepLab.HardwareVtep;

/// <summary>Reads typed values from a row, wherever the row is kept.</summary>
/// <param name="column">The value of a column by its name on the wire; null for a column that the row has not.</param>
public readonly struct RowReader(Func<string, Datum?> column)
{
    public string Text(string name) => column(name) is { IsEmpty: false } value ? value.String : "";

    public string? OptionalText(string name) => column(name) is { IsEmpty: false } value ? value.String : null;

    public long Integer(string name) => OptionalInteger(name) ?? 0;

    public long? OptionalInteger(string name) => column(name) is { IsEmpty: false } value ? value.Integer : null;

    public bool Boolean(string name) => column(name) is { IsEmpty: false } value && value.Boolean;

    public ColumnSet<string> Texts(string name) =>
        column(name) is { IsEmpty: false } value ? new ColumnSet<string>(value.Keys.Select(a => a.String)) : ColumnSet<string>.Empty;

    public ColumnMap<string, string> Settings(string name) => column(name) is { IsEmpty: false } value
        ? new ColumnMap<string, string>(value.Pairs.Select(p => KeyValuePair.Create(p.Key.String, p.Value.String)))
        : ColumnMap<string, string>.Empty;

    public RowId<TRow> Reference<TRow>(string name)
        where TRow : IVtepRow<TRow> => new(column(name) is { IsEmpty: false } value ? value.Uuid : Uuid.Zero);

    public ColumnSet<RowId<TRow>> References<TRow>(string name)
        where TRow : IVtepRow<TRow> =>
        column(name) is { IsEmpty: false } value ? new ColumnSet<RowId<TRow>>(value.Keys.Select(a => new RowId<TRow>(a.Uuid))) : ColumnSet<RowId<TRow>>.Empty;

    public ColumnMap<long, RowId<TRow>> ByVlan<TRow>(string name)
        where TRow : IVtepRow<TRow> => column(name) is { IsEmpty: false } value
        ? new ColumnMap<long, RowId<TRow>>(value.Pairs.Select(p => KeyValuePair.Create(p.Key.Integer, new RowId<TRow>(p.Value.Uuid))))
        : ColumnMap<long, RowId<TRow>>.Empty;

    public ColumnMap<string, RowId<TRow>> ByText<TRow>(string name)
        where TRow : IVtepRow<TRow> => column(name) is { IsEmpty: false } value
        ? new ColumnMap<string, RowId<TRow>>(value.Pairs.Select(p => KeyValuePair.Create(p.Key.String, new RowId<TRow>(p.Value.Uuid))))
        : ColumnMap<string, RowId<TRow>>.Empty;
}
