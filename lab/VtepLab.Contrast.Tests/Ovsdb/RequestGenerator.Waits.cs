using VtepLab.Ovsdb;

namespace VtepLab.Contrast.Tests.Ovsdb;

/// <content>Transactions that wait for what a later one writes, and those later ones.</content>
internal sealed partial class RequestGenerator
{
    private readonly List<(string Database, string Wait, string Operation)> _fulfilments = [];

    /// <summary>Milliseconds after which the transaction made last gives up to wait, so few that it is let run into them; null if it does not.</summary>
    public int? Timeout { get; private set; }

    /// <summary>A wait for a value that some row does not have yet; what gives it that value is kept for another transaction.</summary>
    private string WaitForLater(DatabaseSchema schema, TableSchema table)
    {
        if (random.Next(3) == 0 && _fulfilments.FindLast(kept => kept.Database == schema.Name) is { Wait: { } other })
        {
            return other; // One transaction wakes several.
        }

        var columns = table.Columns.Where(column => !column.IsBuiltIn && column.IsMutable && !RefersToRows(column.Type)).ToArray();
        if (columns.Length == 0)
        {
            return Wait(table, ""); // Until chance makes it true.
        }

        var column = columns[random.Next(columns.Length)];
        var (row, values) = (OneRow(table), $$"""{"{{column.Name}}":{{_values.Value(column.Type)}}}""");
        Timeout = random.Next(6) == 0 ? random.Next(1, 20) : null;
        var timeout = Timeout is { } soon ? $",\"timeout\":{soon}" : random.Next(2) == 0 ? ",\"timeout\":600000" : "";
        var wait = $$"""{"op":"wait","table":"{{table.Name}}","where":{{row}},"columns":["{{column.Name}}"],"until":"==","rows":[{{values}}]{{timeout}}}""";
        if (Timeout is null)
        {
            _fulfilments.Add((schema.Name, wait, $$"""{"op":"update","table":"{{table.Name}}","where":{{row}},"row":{{values}}}"""));
        }

        return wait;
    }

    /// <summary>What the youngest transaction waits for that nobody did yet, or null.</summary>
    private string? Fulfilment(DatabaseSchema schema)
    {
        var place = _fulfilments.FindLastIndex(kept => kept.Database == schema.Name);
        if (place < 0)
        {
            return null;
        }

        var operation = _fulfilments[place].Operation;
        _fulfilments.RemoveAt(place);
        return operation;
    }

    private string Wait(TableSchema table, string timeout)
    {
        var column = table.Columns[random.Next(2, table.Columns.Count)];
        var until = random.Next(2) == 0 ? "==" : "!=";
        var expected = random.Next(3) == 0 ? "" : $$"""{"{{column.Name}}":{{_values.Value(column.Type)}}}""";
        return $$"""{"op":"wait","table":"{{table.Name}}","where":{{Where(table)}},"columns":["{{column.Name}}"],"until":"{{until}}","rows":[{{expected}}]{{timeout}}}""";
    }

    private static bool RefersToRows(ColumnType type) => type.Key.RefTable is not null || type.Value?.RefTable is not null;
}
