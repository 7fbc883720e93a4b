using System.Globalization;
using VtepLab.Ovsdb;

namespace VtepLab.Contrast.Tests.Ovsdb;

/// <summary>Random transact requests, mostly valid, as JSON in which <c>§n§</c> stands for the n-th row that was ever inserted.</summary>
internal sealed partial class RequestGenerator(Random random, RowBook rows)
{
    private static readonly string[] Strings = ["", "a", "b", "ab", "red", "green", "b l u e", "true", "x-y", "héé", "10.0.0.1", "q\\\"\\\\\\n"];

    private readonly List<(string Name, string Table)> _named = [];
    private bool _mayRepeat = true;
    private bool _mayDelete;
    private bool _mayNameLater;

    /// <summary>The operations of one request, joined by commas; the number of them is added to <see cref="Operations"/>.</summary>
    /// <param name="schema">Of which database.</param>
    /// <param name="mixes">Whether rows may be deleted beside other changes although there are weak references: see <see cref="PeerDefect"/>.</param>
    /// <param name="insertedInto">For each operation the table into which it inserts, or null.</param>
    public string Transaction(DatabaseSchema schema, bool mixes, out List<string?> insertedInto)
    {
        _named.Clear();
        insertedInto = [];
        _mayNameLater = true;
        Timeout = null;
        var operations = new List<string>();

        // Where there are weak references, rows are mostly deleted one at a time and alone: see PeerDefect.
        _mayDelete = mixes || !schema.Tables.Any(table => table.Columns.Any(HasWeakReference));
        if (!_mayDelete && random.Next(8) == 0)
        {
            var table = schema.Tables[random.Next(schema.Tables.Count)];
            insertedInto.Add(null);
            Operations++;
            return Delete(table, OneRow(table));
        }

        var waitsAt = random.Next(12) == 0 ? random.Next(3) / 2 : -1; // What comes before the wait is undone, and done again.
        if (waitsAt < 0 && random.Next(4) == 0 && Fulfilment(schema) is { } fulfilment)
        {
            operations.Add(fulfilment);
            insertedInto.Add(null);
        }

        for (var n = waitsAt >= 0 ? random.Next(2, 5) : operations.Count > 0 ? random.Next(3) : random.Next(40) == 0 ? 40 : random.Next(1, 9); n > 0; n--)
        {
            var table = schema.Tables[random.Next(schema.Tables.Count)];
            var (text, inserts) = operations.Count == waitsAt ? (WaitForLater(schema, table), false) : Operation(schema, table);
            operations.Add(text);
            insertedInto.Add(inserts ? $"{schema.Name}/{table.Name}" : null);
        }

        Operations += operations.Count;
        return string.Join(',', operations);
    }

    /// <summary>How many operations were made.</summary>
    public long Operations { get; private set; }

    /// <summary>A condition for a monitor, which must name columns that the monitor shows.</summary>
    public string MonitorCondition(TableSchema table, IReadOnlyList<ColumnSchema> columns)
    {
        _mayNameLater = false;
        _mayRepeat = false; // Of mistakes in the conditions of several tables any may be reported.
        _named.Clear(); // A name of the last transaction would be one such mistake.
        var clauses = Enumerable.Range(0, columns.Count == 0 ? 0 : random.Next(1, 3))
            .Select(_ => Clause(table, columns[random.Next(columns.Count)], false))
            .ToArray();
        _mayRepeat = true;
        return $"[{string.Join(',', clauses)}]";
    }

    private (string Text, bool Inserts) Operation(DatabaseSchema schema, TableSchema table)
    {
        switch (random.Next(100))
        {
            case < 34 when CanInsert(table) || random.Next(20) == 0:
                return (Insert(table), true);
            case < 54:
                var changed = table.Indexes.Count > 0 && random.Next(10) > 0 ? OneRow(table) : Where(table); // Several rows would become alike.
                return ($$"""{"op":"update","table":"{{table.Name}}","where":{{changed}},"row":{{Row(table, forUpdate: true)}}}""", false);
            case < 70 when table.Columns.Any(CanMutate) || random.Next(20) == 0:
                // Of several rows that fail in different ways any may be reported.
                var count = random.Next(3);
                var target = random.Next(2) == 0 ? rows.Alive(table, random) : null;
                var mutations = Mutations(table, count, target);
                var where = target is not null ? OneRow(rows.Name(target)!)
                    : mutations.Contains("=\"", StringComparison.Ordinal) || count > 1 ? OneRow(table) : Where(table);
                return ($$"""{"op":"mutate","table":"{{table.Name}}","where":{{where}},"mutations":[{{mutations}}]}""", false);
            case < 79 when _mayDelete:
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
                return random.Next(2) == 0 ? (Broken(schema, table), false) : (Select(table), false);
        }
    }

    /// <summary>Whether there is room for a row, and something to refer to where it must.</summary>
    private bool CanInsert(TableSchema table) =>
        !rows.IsFull(table) && !table.Columns.Any(column => column.Type.Min > 0 && (HasNoTarget(column.Type.Key) || (column.Type.Value is { } value && HasNoTarget(value))));

    private static bool HasWeakReference(ColumnSchema column) => column.Type.Key.IsWeak || column.Type.Value is { IsWeak: true };

    private static string Delete(TableSchema table, string where) => $$"""{"op":"delete","table":"{{table.Name}}","where":{{where}}}""";

    private string Insert(TableSchema table)
    {
        var text = $$"""{"op":"insert","table":"{{table.Name}}","row":{{Row(table, forUpdate: false)}}""";
        if (random.Next(3) == 0)
        {
            var name = $"n{(random.Next(30) == 0 ? random.Next(6) : _named.Count)}";
            _named.Add((name, table.Name));
            text += $",\"uuid-name\":\"{name}\"";
        }

        if (random.Next(8) == 0)
        {
            text += $",\"uuid\":\"{(random.Next(40) == 0 ? "junk" : random.Next(12) == 0 ? rows.Any(random) : rows.Fresh())}\"";
        }

        return text + "}";
    }

    private string Row(TableSchema table, bool forUpdate)
    {
        // One mistake at a time: which of several is reported is not defined.
        var members = new List<string>();
        var mistake = random.Next(500);
        _mayRepeat = mistake < 3;
        foreach (var column in table.Columns.Where(column => !column.IsBuiltIn))
        {
            // What must refer to something is given nearly always; immutable columns are updated rarely.
            var wanted = forUpdate ? column.IsMutable ? 2 : 150 : NeedsValue(column) ? 0 : 2;
            if (wanted == 0 ? random.Next(80) != 0 : random.Next(wanted) == 0)
            {
                members.Add($"\"{column.Name}\":{Value(column.Type)}");
            }
        }

        _mayRepeat = true;
        if (mistake is 3 or 4)
        {
            var column = table.Columns[random.Next(2, table.Columns.Count)];
            members.RemoveAll(member => member.StartsWith($"\"{column.Name}\":", StringComparison.Ordinal));
            members.Add($"\"{column.Name}\":{WrongValue(column.Type)}");
        }
        else if (mistake == 5)
        {
            members.Add("\"nocolumn\":1");
        }

        return $"{{{string.Join(',', members)}}}";
    }

    private static bool NeedsValue(ColumnSchema column) =>
        column.Type.Min > 0 && (column.Type.Key.RefTable is not null || column.Type.Check(column.Type.Default) is not null);

    private string Select(TableSchema table)
    {
        var text = $$"""{"op":"select","table":"{{table.Name}}","where":{{Where(table)}}""";
        text += random.Next(12) == 0 ? $",\"sort\":{Columns(table)}" : "";
        return text + (random.Next(3) == 0 ? "}" : $",\"columns\":{Columns(table)}}}");
    }

    private string Columns(TableSchema table) =>
        $"[{string.Join(',', table.Columns.Where(_ => random.Next(2) == 0).Select(column => $"\"{column.Name}\""))}]";

    private string Wait(TableSchema table, string timeout)
    {
        var column = table.Columns[random.Next(2, table.Columns.Count)];
        var until = random.Next(2) == 0 ? "==" : "!=";
        var expected = random.Next(3) == 0 ? "" : $$"""{"{{column.Name}}":{{Value(column.Type)}}}""";
        return $$"""{"op":"wait","table":"{{table.Name}}","where":{{Where(table)}},"columns":["{{column.Name}}"],"until":"{{until}}","rows":[{{expected}}]{{timeout}}}""";
    }

    private string Broken(DatabaseSchema schema, TableSchema table)
    {
        string[] broken =
        [
            "3", "[]", "null", "{}", """{"op":1}""", """{"op":"jump"}""", """{"op":"insert"}""",
            """{"op":"insert","table":"nope","row":{}}""", """{"op":"insert","table":"9","row":{}}""",
            $$"""{"op":"insert","table":"{{table.Name}}","row":[]}""",
            $$"""{"op":"insert","table":"{{table.Name}}","row":{},"extra":1}""",
            $$"""{"op":"insert","table":"{{table.Name}}","row":{},"uuid-name":"0a"}""",
            $$"""{"op":"select","table":"{{table.Name}}"}""",
            $$"""{"op":"select","table":"{{table.Name}}","where":[1]}""",
            $$"""{"op":"select","table":"{{table.Name}}","where":[["c","==",1]]}""",
            $$"""{"op":"select","table":"{{table.Name}}","where":[["_uuid","~",1]]}""",
            $$"""{"op":"select","table":"{{table.Name}}","where":[["_uuid","<",["uuid","x"]]]}""",
            $$"""{"op":"select","table":"{{table.Name}}","where":[["_uuid","==",["uuid","x"]]]}""",
            $$"""{"op":"select","table":"{{table.Name}}","where":[["_uuid","==",["named-uuid","0"]]]}""",
            $$"""{"op":"select","table":"{{table.Name}}","where":[],"columns":["_uuid","_uuid"]}""",
            $$"""{"op":"select","table":"{{table.Name}}","where":[],"columns":["zz"]}""",
            $$"""{"op":"select","table":"{{table.Name}}","where":[],"columns":[1]}""",
            $$$"""{"op":"update","table":"{{{table.Name}}}","where":[],"row":{"_uuid":["uuid","{{{rows.Any(random)}}}"]}}""",
            $$$"""{"op":"update","table":"{{{table.Name}}}","where":[false],"row":{"_version":["uuid","{{{rows.Any(random)}}}"]}}""",
            $$"""{"op":"mutate","table":"{{table.Name}}","where":[],"mutations":[1]}""",
            $$"""{"op":"mutate","table":"{{table.Name}}","where":[],"mutations":[["zz","+=",1]]}""",
            $$"""{"op":"mutate","table":"{{table.Name}}","where":[],"mutations":[["_uuid","+=",1]]}""",
            $$"""{"op":"mutate","table":"{{table.Name}}","where":[],"mutations":[["{{table.Columns[2].Name}}","++",1]]}""",
            $$"""{"op":"wait","table":"{{table.Name}}","where":[],"columns":[],"until":"<","rows":[]}""",
            $$"""{"op":"wait","table":"{{table.Name}}","where":[],"columns":[],"until":"==","rows":[],"timeout":-1}""",
            $$"""{"op":"wait","table":"{{table.Name}}","where":[],"columns":[],"until":"==","rows":[1],"timeout":0}""",
            $$"""{"op":"wait","table":"{{table.Name}}","where":[],"columns":[],"until":"==","rows":[{}],"timeout":0}""",
            """{"op":"commit"}""", """{"op":"commit","durable":1}""", """{"op":"commit","durable":false}""",
            """{"op":"comment"}""", """{"op":"comment","comment":1}""", """{"op":"assert","lock":"0"}""", """{"op":"abort","x":1}""",
        ];
        _ = schema;
        return broken[random.Next(broken.Length)];
    }

    private string OneRow(TableSchema table) => OneRow(rows.OneOf(table, random));

    private static string OneRow(string uuid) => $$"""[["_uuid","==",["uuid","{{uuid}}"]]]""";

    private string Where(TableSchema table) => random.Next(10) switch
    {
        < 5 => OneRow(table),
        5 => "[]",
        6 => random.Next(2) == 0 ? "[true]" : "[false]",
        _ => $"[{Clause(table, table.Columns[random.Next(table.Columns.Count)], true)}]",
    };

    private string Clause(TableSchema table, ColumnSchema column, bool mayBeBare)
    {
        if (mayBeBare && random.Next(20) == 0)
        {
            return "true";
        }

        var type = column.Type;
        var ordered = (type.IsScalar || type.IsOptionalScalar) && type.Key.Type is AtomType.Integer or AtomType.Real && !type.IsMap;
        string[] functions = ordered ? ["==", "!=", "<", "<=", ">", ">=", "includes", "excludes"] : ["==", "!=", "includes", "excludes"];
        var function = functions[random.Next(functions.Length)];
        if (mayBeBare && random.Next(200) == 0)
        {
            function = "<"; // Mostly a type mismatch.
        }

        var value = column.IsBuiltIn ? $"[\"uuid\",\"{rows.OneOf(table, random)}\"]" : mayBeBare && random.Next(300) == 0 ? WrongValue(type) : Value(type);
        return $"[\"{column.Name}\",\"{function}\",{value}]";
    }

    private string Mutations(TableSchema table, int count, Row? target) =>
        string.Join(',', Enumerable.Range(0, count).Select(_ => Mutation(table, target)));

    private string Mutation(TableSchema table, Row? target)
    {
        var suitable = table.Columns.Where(candidate => random.Next(200) == 0 || CanMutate(candidate)).ToArray();
        var column = suitable.Length == 0 ? table.Columns[2] : suitable[random.Next(suitable.Length)];
        var type = column.Type;
        if (type.Key.Type is AtomType.Integer or AtomType.Real && !type.IsMap && random.Next(3) > 0)
        {
            if (type.Key.Type == AtomType.Real && random.Next(2) == 0)
            {
                string[] mutators = ["+=", "-=", "*=", "/="];
                string[] operands = ["0.5", "-3.25", "0", "1e10", "1e308", "-1e-300", "0.1"];
                return $"[\"{column.Name}\",\"{mutators[random.Next(4)]}\",{operands[random.Next(operands.Length)]}]";
            }

            return random.Next(7) switch
            {
                6 => $"[\"{column.Name}\",\"{(random.Next(2) == 0 ? "+=" : "-=")}\",{(random.Next(2) == 0 ? "9223372036854775807" : "[\"set\",[5]]")}]",
                0 => $"[\"{column.Name}\",\"*=\",{random.Next(2, 4)}]",
                1 => $"[\"{column.Name}\",\"/=\",{random.Next(0, 4)}]",
                2 => $"[\"{column.Name}\",\"%=\",{random.Next(0, 4)}]",
                3 => $"[\"{column.Name}\",\"-=\",{random.Next(0, 9)}]",
                _ => $"[\"{column.Name}\",\"+=\",{random.Next(0, 9)}]",
            };
        }

        if (type.IsMap && target is not null && target[column] is { IsEmpty: false } held)
        {
            return MapMutation(column, held);
        }

        var take = random.Next(2) == 0;
        var value = type.IsMap && take && random.Next(2) == 0 ? Set(type.Key, 3) : Value(type with { Min = 0 });
        return $"[\"{column.Name}\",\"{(random.Next(100) == 0 ? "+=" : take ? "delete" : "insert")}\",{value}]";
    }

    /// <summary>A mutation of a map that meets keys which the map has: with the value it has, or with another one.</summary>
    private string MapMutation(ColumnSchema column, Datum held)
    {
        var kept = held.Pairs.Where(_ => random.Next(2) == 0).ToArray();
        var keys = string.Join(',', kept.Select(pair => rows.Text(pair.Key)));
        var pairs = string.Join(',', kept.Select(pair =>
            $"[{rows.Text(pair.Key)},{(random.Next(3) == 0 ? Atom(column.Type.Value!) : rows.Text(pair.Value))}]"));
        return random.Next(3) switch
        {
            0 => $"[\"{column.Name}\",\"delete\",[\"set\",[{keys}]]]",
            1 => $"[\"{column.Name}\",\"delete\",[\"map\",[{pairs}]]]",
            _ => $"[\"{column.Name}\",\"insert\",[\"map\",[{pairs}]]]", // Changes nothing: the map keeps the values it has.
        };
    }

    private static bool CanMutate(ColumnSchema column) => column.IsMutable && !column.IsBuiltIn
        && (!column.Type.IsScalar || column.Type.Key.Type is AtomType.Integer or AtomType.Real);

    private string Value(ColumnType type)
    {
        if (type.Min == 0 && (HasNoTarget(type.Key) || (type.Value is not null && HasNoTarget(type.Value))) && random.Next(100) > 0)
        {
            return type.IsMap ? "[\"map\",[]]" : "[\"set\",[]]";
        }

        if (type.IsScalar || (type.Max == 1 && !type.IsMap && random.Next(2) == 0))
        {
            return Atom(type.Key);
        }

        var most = (int)Math.Min(type.Max, random.Next(12) == 0 ? 9 : 4);
        var least = (int)type.Min;
        if (!type.IsMap)
        {
            return random.Next(3) == 0 ? Atom(type.Key) : Set(type.Key, random.Next(least, most + 1));
        }

        var keys = Distinct(type.Key, random.Next(least, most + 1));
        return $"[\"map\",[{string.Join(',', keys.Select(key => $"[{key},{Atom(type.Value!)}]"))}]]";
    }

    private string Set(BaseType type, int count) => $"[\"set\",[{string.Join(',', Distinct(type, count))}]]";

    private List<string> Distinct(BaseType type, int count)
    {
        var atoms = Enumerable.Range(0, count).Select(_ => Atom(type)).ToList();
        if (_mayRepeat && random.Next(60) == 0)
        {
            _mayRepeat = atoms.Count == atoms.Distinct().Count();
            return atoms;
        }

        return [.. atoms.Distinct()];
    }

    private string Atom(BaseType type)
    {
        if (type.Enum is { } permitted)
        {
            var one = permitted.Key(random.Next(permitted.Count));
            return one.Type switch
            {
                AtomType.String => $"\"{one.String}\"",
                AtomType.Integer => one.Integer.ToString(CultureInfo.InvariantCulture),
                _ => one.Real.ToString("R", CultureInfo.InvariantCulture),
            };
        }

        switch (type.Type)
        {
            case AtomType.Integer:
                var min = (int)Math.Max(type.MinInteger, -20);
                var max = (int)Math.Min(type.MaxInteger, min + (random.Next(2) == 0 ? 40 : 4000));
                string[] large = ["4294967296", "9223372036854775807", "-9223372036854775808", "-4294967297"];
                return random.Next(25) == 0 && type.MaxInteger == long.MaxValue ? large[random.Next(large.Length)] : random.Next(min, max + 1).ToString(CultureInfo.InvariantCulture);
            case AtomType.Real:
                string[] reals = ["0", "1", "2.5", "-3.25", "1e2", "0.1", "33.333333333333336", "1e-7", "1e15", "123456789012345678", "1e308", "-1e308", "1e-300"];
                return reals[random.Next(type.MaxReal < 1e10 ? 8 : reals.Length)]; // Those that a column with bounds permits come first.
            case AtomType.Boolean:
                return random.Next(2) == 0 ? "true" : "false";
            case AtomType.String:
                string[] fit = type.MinLength > 0 ? ["ab", "abc", "héé"] : type.MaxLength < 10 ? ["", "a", "b", "abc", "héé"] : Strings;
                return type.MaxLength > 10 && random.Next(2) == 0 ? $"\"s{random.Next(1000)}\"" : $"\"{fit[random.Next(fit.Length)]}\"";
            default:
                return Reference(type.RefTable);
        }
    }

    private bool HasNoTarget(BaseType type) =>
        type.RefTable is not null && !rows.HasRows(type.RefTable) && !_named.Exists(entry => entry.Table == type.RefTable);

    private string Reference(string? table)
    {
        if (_mayNameLater && random.Next(400) == 0)
        {
            return $"[\"named-uuid\",\"n{random.Next(6)}\"]"; // Of an insertion to come, of one into another table, or of none.
        }

        var named = _named.FindAll(entry => entry.Table == table);
        return named.Count > 0 && random.Next(2) == 0
            ? $"[\"named-uuid\",\"{named[random.Next(named.Count)].Name}\"]"
            : $"[\"uuid\",\"{(random.Next(200) == 0 ? "00000000-0000-0000-0000-000000000000" : rows.Target(table, random))}\"]";
    }

    private string WrongValue(ColumnType type)
    {
        string[] wrong =
        [
            "\"x\"", "1.5", "true", "null", "{}", "[]", "[\"set\"]", "[\"set\",1]", "[\"map\",[]]", "[\"map\",[1]]", "[\"map\",[[1,2,3]]]",
            "[\"uuid\",\"zz\"]", "[\"uuid\",1]", "[\"named-uuid\",\"0\"]", "[\"set\",[1,2,3,4,5]]", "[\"set\",[]]", "1000", "-1000", "\"abcd\"",
        ];
        _ = type;
        return wrong[random.Next(wrong.Length)];
    }
}
