using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace VtepLab.Gherkin;

/// <summary>The table below a step; the first line is the header. The members are those of Reqnroll's class of this name.</summary>
public sealed class DataTable
{
    /// <summary>Makes a table.</summary>
    /// <param name="lines">The lines with the header first; all of one length, which the parser has seen to.</param>
    public DataTable(IEnumerable<IEnumerable<string>> lines)
    {
        var all = lines.Select(l => l.ToImmutableArray()).ToList();
        ArgumentOutOfRangeException.ThrowIfZero(all.Count, nameof(lines));
        Header = all[0];
        Rows = [.. all.Skip(1).Select(cells => new DataTableRow(this, cells))];
    }

    /// <summary>The cells of the first line.</summary>
    public IReadOnlyList<string> Header { get; }

    /// <summary>The lines below the header.</summary>
    public IReadOnlyList<DataTableRow> Rows { get; }

    /// <summary>How many lines stand below the header.</summary>
    public int RowCount => Rows.Count;

    /// <summary>True when the header has this cell.</summary>
    public bool ContainsColumn(string column) => Header.Contains(column);

    internal int IndexOf(string column)
    {
        for (var i = 0; i < Header.Count; i++)
        {
            if (Header[i] == column)
            {
                return i;
            }
        }

        throw new KeyNotFoundException($"The table has no column '{column}'; its columns are {string.Join(", ", Header)}.");
    }
}

/// <summary>One line of a <see cref="DataTable"/>.</summary>
public sealed class DataTableRow
{
    private readonly DataTable table;
    private readonly ImmutableArray<string> cells;

    internal DataTableRow(DataTable table, ImmutableArray<string> cells)
    {
        this.table = table;
        this.cells = cells;
    }

    /// <summary>The names of the columns.</summary>
    public IEnumerable<string> Keys => table.Header;

    /// <summary>The cells, left to right.</summary>
    public IEnumerable<string> Values => cells;

    /// <summary>The cell in a column.</summary>
    /// <exception cref="KeyNotFoundException">The table has no such column.</exception>
    public string this[string column] => cells[table.IndexOf(column)];

    /// <summary>The cell at a place, from 0.</summary>
    public string this[int index] => cells[index];

    /// <summary>The cell in a column, if the table has it.</summary>
    public bool TryGetValue(string column, [NotNullWhen(true)] out string? value)
    {
        value = table.ContainsColumn(column) ? this[column] : null;
        return value is not null;
    }
}
