using VtepLab.Ovsdb;

namespace VtepLab.Contrast.Tests.Ovsdb;

/// <content>The <c>row</c> of insert and update.</content>
internal sealed partial class RequestGenerator
{
    /// <summary>A row with at most one mistake: which of several is reported hangs on the order of ovsdb-server's hash table.</summary>
    private string Row(TableSchema table, bool forUpdate)
    {
        var members = new List<string>();
        var hasMistake = random.Next(500) == 0;
        if (hasMistake)
        {
            members.Add("\"nocolumn\":1");
        }

        foreach (var column in table.Columns.Where(column => !column.IsBuiltIn))
        {
            var isImmutable = forUpdate && !column.IsMutable;
            if (!IsGiven(column, isImmutable, forUpdate) || (isImmutable && hasMistake))
            {
                continue;
            }

            var value = random.Next(1000) == 0 ? BrokenOperations.Value(random) : _values.Value(column.Type);
            var isMistake = isImmutable || !IsSound(table, column, value);
            if (isMistake && hasMistake)
            {
                value = SoundValue(table, column);
            }

            hasMistake |= isMistake;
            if (value is not null)
            {
                members.Add($"\"{column.Name}\":{value}");
            }
        }

        return $"{{{string.Join(',', members)}}}";
    }

    /// <summary>What must refer to something is given nearly always; immutable columns are updated rarely.</summary>
    private bool IsGiven(ColumnSchema column, bool isImmutable, bool forUpdate) =>
        isImmutable ? random.Next(150) == 0 : !forUpdate && NeedsValue(column) ? random.Next(80) != 0 : random.Next(2) == 0;

    private static bool NeedsValue(ColumnSchema column) =>
        column.Type.Min > 0 && (column.Type.Key.RefTable is not null || column.Type.Check(column.Type.Default) is not null);

    private string? SoundValue(TableSchema table, ColumnSchema column) => Enumerable.Range(0, 50)
        .Select(_ => _values.Value(column.Type)).FirstOrDefault(value => IsSound(table, column, value));

    private bool IsSound(TableSchema table, ColumnSchema column, string value) => isSound(table, $"[\"{column.Name}\",\"==\",{value}]");
}
