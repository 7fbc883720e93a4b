using VtepLab.Ovsdb;

namespace VtepLab.Contrast.Tests.Ovsdb;

/// <content>Conditions of operations and of monitors.</content>
internal sealed partial class RequestGenerator
{
    /// <summary>A condition for a monitor, which must name columns that the monitor shows.</summary>
    /// <param name="table">Of which table.</param>
    /// <param name="columns">What it may name.</param>
    /// <param name="mayBeWrong">
    /// Whether it may have a mistake; then tells whether it has. Of mistakes in the conditions of several tables any may be reported.
    /// </param>
    public string MonitorCondition(TableSchema table, IReadOnlyList<ColumnSchema> columns, ref bool mayBeWrong)
    {
        _values.Begin(); // A name of the last transaction would be a mistake.
        _values.MayNameLater = false;
        var clauses = new List<string>();
        for (var count = columns.Count == 0 ? 0 : random.Next(1, 3); count > 0; count--)
        {
            var clause = Clause(table, columns[random.Next(columns.Count)], columns.Any(column => column.Index == 0));
            if (isSound(table, clause) || mayBeWrong)
            {
                mayBeWrong &= isSound(table, clause);
                clauses.Add(clause);
            }
        }

        return $"[{string.Join(',', clauses)}]";
    }

    private string OneRow(TableSchema table) => OneRow(rows.OneOf(table, random));

    private static string OneRow(string uuid) => $$"""[["_uuid","==",["uuid","{{uuid}}"]]]""";

    private string Where(TableSchema table) => random.Next(10) switch
    {
        < 5 => OneRow(table),
        5 => "[]",
        6 => random.Next(2) == 0 ? "[true]" : "[false]",
        _ => $"[{string.Join(',', Enumerable.Range(0, random.Next(5) == 0 ? random.Next(2, 4) : 1)
            .Select(_ => Clause(table, table.Columns[random.Next(table.Columns.Count)], true)))}]",
    };

    /// <param name="table">Of which table.</param>
    /// <param name="column">What it tests.</param>
    /// <param name="mayBeBare">Whether it may be true or false, and name no column.</param>
    private string Clause(TableSchema table, ColumnSchema column, bool mayBeBare)
    {
        if (mayBeBare && random.Next(20) == 0)
        {
            return random.Next(3) == 0 ? "false" : "true";
        }

        var type = column.Type;
        var ordered = (type.IsScalar || type.IsOptionalScalar) && type.Key.Type is AtomType.Integer or AtomType.Real && !type.IsMap;
        string[] functions = ordered ? ["==", "!=", "<", "<=", ">", ">=", "includes", "excludes"] : ["==", "!=", "includes", "excludes"];
        var function = random.Next(200) == 0 ? "<" : functions[random.Next(functions.Length)]; // Mostly a type mismatch.
        return $"[\"{column.Name}\",\"{function}\",{Compared(table, column)}]";
    }

    private string Compared(TableSchema table, ColumnSchema column)
    {
        if (column.IsBuiltIn)
        {
            var uuid = column.Index == 0 ? rows.OneOf(table, random) : rows.Version(table, random);
            return random.Next(10) == 0 ? $"[\"set\",[[\"uuid\",\"{uuid}\"]]]" : $"[\"uuid\",\"{uuid}\"]";
        }

        // What some row holds is found oftener than what chance makes.
        return random.Next(300) == 0 ? BrokenOperations.Value(random)
            : random.Next(3) == 0 && rows.Alive(table, random) is { } row ? rows.Text(row[column], column.Type)
            : _values.Value(column.Type);
    }
}
