namespace VtepLab.Ovsdb;

/// <summary>The clauses of a <c>where</c>.</summary>
internal sealed class Condition(IReadOnlyList<Clause> clauses)
{
    /// <summary>The clauses, in the order of the request.</summary>
    public IReadOnlyList<Clause> Clauses { get; } = clauses;

    /// <summary>Reads an array of clauses.</summary>
    public static Condition Read(JsonValue json, TableSchema table, NamedUuids? names)
    {
        var clauses = new Clause[json.Count];
        var n = 0;
        foreach (var element in json.Elements)
        {
            clauses[n++] = Clause.Read(element, table, names);
        }

        return new Condition(clauses);
    }

    /// <summary>Whether a row passes every clause.</summary>
    public bool HoldsAll(Row row)
    {
        foreach (var clause in Clauses)
        {
            if (!clause.Holds(row[clause.Column]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether fields of a row pass any clause.</summary>
    public bool HoldsAny(Row row, Datum[] fields)
    {
        foreach (var clause in Clauses)
        {
            if (clause.Holds(row.Get(fields, clause.Column)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// The rows that pass every clause. The caller may change or delete each row as it comes, and may not insert.
    /// </summary>
    public IEnumerable<Row> Select(Table table)
    {
        foreach (var clause in Clauses)
        {
            // A row's own UUID is the most frequent condition of all, and needs no search.
            if (clause is { Column.Index: ColumnSchema.UuidIndex, Function: ConditionFunction.Equal or ConditionFunction.Includes })
            {
                return table.Find(clause.Argument.Uuid) is { } row && HoldsAll(row) ? [row] : [];
            }
        }

        return Search(table);
    }

    private IEnumerable<Row> Search(Table table)
    {
        for (var slot = 0; slot < table.Rows.SlotCount; slot++)
        {
            if (table.Rows.IsUsed(slot) && HoldsAll(table.Rows, slot))
            {
                yield return table.Rows.AtSlot(slot)!;
            }
        }
    }

    private bool HoldsAll(RowTable rows, int slot)
    {
        foreach (var clause in Clauses)
        {
            if (!clause.Holds(rows.Read(slot, clause.Column)))
            {
                return false;
            }
        }

        return true;
    }
}
