using VtepLab.Ovsdb;

namespace VtepLab.Contrast.Tests.Ovsdb;

/// <content>Mutations.</content>
internal sealed partial class RequestGenerator
{
    private static readonly string[] RealOperands = ["0.5", "-3.25", "0", "-0.0", "1e10", "1e308", "-1e-300", "0.1", "3"];

    private string Mutate(TableSchema table)
    {
        var count = random.Next(3);
        var target = random.Next(2) == 0 ? rows.Alive(table, random) : null;
        var mutations = string.Join(',', Enumerable.Range(0, count).Select(_ => Mutation(table, target)));

        // Of several rows that fail in different ways any may be reported: of numbers out of range, or of sets and maps with too many members.
        var mayDiffer = count > 1 || mutations.Contains("=\"", StringComparison.Ordinal)
            || table.Columns.Any(column => column.Type.Max < ColumnType.Unlimited && mutations.StartsWith($"[\"{column.Name}\",", StringComparison.Ordinal));
        var where = target is not null ? OneRow(rows.Name(target)!) : mayDiffer ? OneRow(table) : Where(table);
        return $$"""{"op":"mutate","table":"{{table.Name}}","where":{{where}},"mutations":[{{mutations}}]}""";
    }

    private string Mutation(TableSchema table, Row? target)
    {
        var suitable = table.Columns.Where(candidate => random.Next(200) == 0 || CanMutate(candidate)).ToArray();
        var column = suitable.Length == 0 ? table.Columns[2] : suitable[random.Next(suitable.Length)];
        var type = column.Type;
        if (type.Key.Type is AtomType.Integer or AtomType.Real && !type.IsMap && random.Next(3) > 0)
        {
            return Arithmetic(column);
        }

        if (type.IsMap && target is not null && target[column] is { IsEmpty: false } held && !(_values.IsForLater && ValueGenerator.IsExact(type)))
        {
            return MapMutation(column, held);
        }

        var take = random.Next(2) == 0;
        var value = random.Next(300) == 0 ? BrokenOperations.Value(random)
            : type.IsMap && take && random.Next(2) == 0 ? _values.Set(type.Key, 3) : _values.Value(type with { Min = 0 });
        return $"[\"{column.Name}\",\"{(random.Next(100) == 0 ? "+=" : take ? "delete" : "insert")}\",{value}]";
    }

    private string Arithmetic(ColumnSchema column)
    {
        if (column.Type.Key.Type == AtomType.Real && random.Next(2) == 0)
        {
            string[] mutators = ["+=", "-=", "*=", "/="];
            return $"[\"{column.Name}\",\"{mutators[random.Next(4)]}\",{RealOperands[random.Next(RealOperands.Length)]}]";
        }

        // Products are small: of large ones ovsdb-server 3.1.0 calls some that fit out of range (-1 * -4000000000), and 0 times a negative ends it.
        return random.Next(8) switch
        {
            7 => $"[\"{column.Name}\",\"{(random.Next(2) == 0 ? "/=" : "%=")}\",{random.Next(-3, 0)}]",
            6 => $"[\"{column.Name}\",\"{(random.Next(2) == 0 ? "+=" : "-=")}\",{(random.Next(2) == 0 ? "9223372036854775807" : "[\"set\",[5]]")}]",
            0 => $"[\"{column.Name}\",\"*=\",{random.Next(2, 4)}]",
            1 => $"[\"{column.Name}\",\"/=\",{random.Next(0, 4)}]",
            2 => $"[\"{column.Name}\",\"%=\",{random.Next(0, 4)}]",
            3 => $"[\"{column.Name}\",\"-=\",{random.Next(0, 9)}]",
            _ => $"[\"{column.Name}\",\"+=\",{random.Next(0, 9)}]",
        };
    }

    /// <summary>A mutation of a map that meets keys which the map has: with the value it has, or with another one.</summary>
    private string MapMutation(ColumnSchema column, Datum held)
    {
        var kept = held.Pairs.Where(_ => random.Next(2) == 0).ToArray();
        var keys = string.Join(',', kept.Select(pair => rows.Text(pair.Key)));
        var pairs = string.Join(',', kept.Select(pair =>
            $"[{rows.Text(pair.Key)},{(random.Next(3) == 0 ? _values.Atom(column.Type.Value!, ValueGenerator.IsExact(column.Type)) : rows.Text(pair.Value))}]"));
        return random.Next(3) switch
        {
            0 => $"[\"{column.Name}\",\"delete\",[\"set\",[{keys}]]]",
            1 => $"[\"{column.Name}\",\"delete\",[\"map\",[{pairs}]]]",
            _ => $"[\"{column.Name}\",\"insert\",[\"map\",[{pairs}]]]", // Changes nothing: the map keeps the values it has.
        };
    }

    private static bool CanMutate(ColumnSchema column) => column.IsMutable && !column.IsBuiltIn
        && (!column.Type.IsScalar || column.Type.Key.Type is AtomType.Integer or AtomType.Real);
}
