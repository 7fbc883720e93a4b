using VtepLab.Ovsdb;

namespace VtepLab.Contrast.Tests.Ovsdb;

/// <summary>Random transact requests, mostly valid, as JSON in which <c>§n§</c> stands for the n-th row that was ever inserted.</summary>
/// <param name="random">Where they come from.</param>
/// <param name="rows">The rows there are.</param>
/// <param name="isSound">Whether a clause for a table is without mistakes.</param>
internal sealed partial class RequestGenerator(Random random, RowBook rows, Func<TableSchema, string, bool> isSound)
{
    private readonly ValueGenerator _values = new(random, rows);
    private bool _mayDelete;
    private HashSet<string> _kept = [];

    /// <summary>How many operations were made.</summary>
    public long Operations { get; private set; }

    /// <summary>The operations of one request, joined by commas; the number of them is added to <see cref="Operations"/>.</summary>
    /// <param name="schema">Of which database.</param>
    /// <param name="mixes">Whether rows may be deleted beside other changes although there are weak references: see <see cref="PeerDefect"/>.</param>
    /// <param name="insertedInto">For each operation the table into which it inserts, or null.</param>
    public string Transaction(DatabaseSchema schema, bool mixes, out List<string?> insertedInto)
    {
        _values.Begin();
        _values.MayNameLater = true;
        _values.IsForLater = false;
        insertedInto = [];
        Timeout = null;
        var operations = new List<string>();

        // Where there are weak references to rows that may go, rows are deleted one at a time and alone: see PeerDefect.
        _kept = KeptTables(schema);
        _mayDelete = mixes || !schema.Tables.Any(table => table.Columns.Any(RefersWeakly));
        if (!_mayDelete && random.Next(8) == 0 && DeletionOfOne(schema) is { } deletion)
        {
            insertedInto.Add(null);
            Operations++;
            return deletion;
        }

        var waitsAt = random.Next(12) == 0 ? random.Next(3) / 2 : -1; // What comes before the wait is undone, and done again.
        _values.IsForLater = waitsAt >= 0;
        if (waitsAt < 0 && random.Next(4) == 0 && Fulfilment(schema) is { } fulfilment)
        {
            operations.Add(fulfilment);
            insertedInto.Add(null);
        }

        for (var n = waitsAt >= 0 ? random.Next(2, 5) : operations.Count > 0 ? random.Next(3) : random.Next(40) == 0 ? 40 : random.Next(1, 9); n > 0; n--)
        {
            var table = schema.Tables[random.Next(schema.Tables.Count)];
            var (text, inserts) = operations.Count == waitsAt ? (WaitForLater(schema, table), false) : Operation(table);
            operations.Add(text);
            insertedInto.Add(inserts ? $"{schema.Name}/{table.Name}" : null);
        }

        _values.MayNameLater = false;
        foreach (var (name, table) in _values.TakePromised())
        {
            operations.Add(Insert(schema.Tables.Single(candidate => candidate.Name == table), name));
            insertedInto.Add($"{schema.Name}/{table}");
        }

        Operations += operations.Count;
        return string.Join(',', operations);
    }

    private (string Text, bool Inserts) Operation(TableSchema table)
    {
        switch (random.Next(100))
        {
            case < 34 when CanInsert(table) || random.Next(20) == 0:
                return (Insert(table, random.Next(3) == 0 ? _values.NameOf(table.Name) : null), true);
            case < 54:
                var changed = table.Indexes.Count > 0 && random.Next(10) > 0 ? OneRow(table) : Where(table); // Several rows would become alike.
                return ($$"""{"op":"update","table":"{{table.Name}}","where":{{changed}},"row":{{Row(table, forUpdate: true)}}}""", false);
            case < 70 when table.Columns.Any(CanMutate) || random.Next(20) == 0:
                return (Mutate(table), false);
            case < 79 when _mayDelete && !_kept.Contains(table.Name):
                return (Delete(table, Where(table)), false);
            case < 90:
                return (Select(table), false);
            case < 91:
                return (Wait(table, ",\"timeout\":0"), false);
            case < 95:
                return (Select(table), false);
            case < 97:
                return ("""{"op":"comment","comment":"say \"hi\""}""", false);
            case < 98:
                return ($$"""{"op":"commit","durable":{{(random.Next(3) == 0 ? "true" : "false")}}}""", false);
            case < 99 when random.Next(4) == 0:
                return ("""{"op":"abort"}""", false);
            case < 99:
                return ($$"""{"op":"assert","lock":"l{{random.Next(3)}}"}""", false);
            default:
                return random.Next(2) == 0 ? (BrokenOperations.Next(random, table, rows.Any(random)), false) : (Select(table), false);
        }
    }

    /// <summary>Whether there is room for a row, and something to refer to where it must.</summary>
    private bool CanInsert(TableSchema table) => !rows.IsFull(table)
        && !table.Columns.Any(column => column.Type.Min > 0 && (_values.HasNoTarget(column.Type.Key) || (column.Type.Value is { } value && _values.HasNoTarget(value))));

    private string Insert(TableSchema table, string? name)
    {
        var text = $$"""{"op":"insert","table":"{{table.Name}}","row":{{Row(table, forUpdate: false)}}""";
        text += name is null ? "" : $",\"uuid-name\":\"{name}\"";
        if (random.Next(8) == 0)
        {
            text += $",\"uuid\":\"{(random.Next(40) == 0 ? "junk" : random.Next(12) == 0 ? rows.Any(random) : rows.Fresh())}\"";
        }

        return text + "}";
    }

    private static string Delete(TableSchema table, string where) => $$"""{"op":"delete","table":"{{table.Name}}","where":{{where}}}""";

    private string Select(TableSchema table)
    {
        var text = $$"""{"op":"select","table":"{{table.Name}}","where":{{Where(table)}}""";
        var columns = Columns(table);
        if (random.Next(8) == 0)
        {
            // The order is compared where no UUIDs are sorted.
            var plain = columns.FindAll(column => column.Type.Key.Type != AtomType.Uuid && column.Type.Value?.Type != AtomType.Uuid);
            text += $",\"sort\":{Names(random.Next(3) == 0 ? Columns(table) : plain[..random.Next(plain.Count + 1)])}";
        }

        return text + (random.Next(3) == 0 ? "}" : $",\"columns\":{Names(columns)}}}");
    }

    private List<ColumnSchema> Columns(TableSchema table) => [.. table.Columns.Where(_ => random.Next(2) == 0).OrderBy(_ => random.Next())];

    private static string Names(IEnumerable<ColumnSchema> columns) => $"[{string.Join(',', columns.Select(column => $"\"{column.Name}\""))}]";
}
