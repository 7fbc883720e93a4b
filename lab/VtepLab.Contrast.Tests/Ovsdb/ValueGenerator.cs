using System.Globalization;
using VtepLab.Ovsdb;

namespace VtepLab.Contrast.Tests.Ovsdb;

/// <summary>Random values of columns as JSON, most of them permitted.</summary>
internal sealed class ValueGenerator(Random random, RowBook rows)
{
    private static readonly string[] Strings =
    [
        "", "a", "b", "ab", "red", "green", "b l u e", "true", "x-y", "héé", "10.0.0.1", "q\\\"\\\\\\n", "\\u00e9\\t\\/\\u0001", "\\ud83d\\ude00", "日本 😀 e\u0301", "\\u007f\u0080",
    ];

    private static readonly string LongString = string.Concat(Enumerable.Repeat("0123456789abcdé ", 150));

    // Those that a column with bounds permits come first.
    private static readonly string[] Reals =
    [
        "0", "1", "2.5", "-3.25", "1e2", "0.1", "33.333333333333336", "1e-7", "-0.0", "1e15", "123456789012345678", "9007199254740993", "1e308", "-1e308",
        "1.7976931348623157e308", "1e-300", "2.2250738585072014e-308",
    ];

    private static readonly string[] LargeIntegers =
        ["4294967296", "9223372036854775807", "-9223372036854775808", "-4294967297", "9223372036854775806", "-9223372036854775807", "9007199254740993", "1e15"];

    private readonly List<(string Name, string Table)> _named = [];
    private readonly List<(string Name, string Table)> _promised = [];

    /// <summary>Whether rows may be named that this transaction inserts later, or never.</summary>
    public bool MayNameLater { get; set; }

    /// <summary>Whether the transaction may be carried out later, when rows that it refers to may be gone.</summary>
    public bool IsForLater { get; set; }

    /// <summary>A transaction begins: no row has a name.</summary>
    public void Begin()
    {
        _named.Clear();
        _promised.Clear();
    }

    /// <summary>The name of a row that is inserted now, mostly a new one.</summary>
    public string NameOf(string table)
    {
        var name = $"n{(random.Next(30) == 0 ? random.Next(6) : _named.Count)}";
        _named.Add((name, table));
        return name;
    }

    /// <summary>Names that were used, and that a row of the table must be given still.</summary>
    public IEnumerable<(string Name, string Table)> TakePromised()
    {
        var promised = _promised.Distinct().ToArray();
        _promised.Clear();
        return promised;
    }

    /// <summary>A value for a column.</summary>
    public string Value(ColumnType type)
    {
        if (type.Min == 0 && (HasNoTarget(type.Key) || (type.Value is not null && HasNoTarget(type.Value))) && (IsExact(type) || random.Next(100) > 0))
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

        var isExact = IsExact(type);
        if (isExact && IsForLater && least == 0)
        {
            return "[\"map\",[]]";
        }

        var keys = Distinct(type.Key, random.Next(least, most + 1), isExact);
        return $"[\"map\",[{string.Join(',', keys.Select(key => $"[{key},{Atom(type.Value!, isExact)}]"))}]]";
    }

    /// <summary>A set of so many members or, where they are alike, fewer.</summary>
    public string Set(BaseType type, int count) => $"[\"set\",[{string.Join(',', Distinct(type, count, false))}]]";

    /// <summary>One atom, or a value that is none.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="isExact">Whether a reference must be to a row that exists.</param>
    public string Atom(BaseType type, bool isExact = false)
    {
        if (type.Enum is { } permitted)
        {
            return rows.Text(permitted.Key(random.Next(permitted.Count)));
        }

        switch (type.Type)
        {
            case AtomType.Integer:
                return Integer(type);
            case AtomType.Real when type.MinReal > double.MinValue || type.MaxReal < double.MaxValue:
                string[] bounds = [Text(type.MinReal), Text(type.MaxReal), type.MaxReal == 0 ? "1e-300" : Text(Math.BitIncrement(type.MaxReal))]; // What comes after 0 is no number to ovsdb-server.
                return random.Next(20) == 0 ? bounds[random.Next(bounds.Length)] : Reals[random.Next(9)];
            case AtomType.Real:
                return Reals[random.Next(Reals.Length)];
            case AtomType.Boolean:
                return random.Next(2) == 0 ? "true" : "false";
            case AtomType.String:
                string[] fit = type.MinLength > 0 ? ["ab", "abc", "héé", "\\ud83d\\ude00日"] : type.MaxLength < 10 ? ["", "a", "b", "abc", "héé", "😀é\\u65e5"] : Strings;
                return type.MaxLength > 10 && random.Next(2) == 0 ? $"\"s{random.Next(1000)}\""
                    : random.Next(300) == 0 ? $"\"{LongString}\"" : $"\"{fit[random.Next(fit.Length)]}\"";
            default:
                return Reference(type.RefTable, isExact);
        }
    }

    /// <summary>Whether a reference has nothing to refer to.</summary>
    public bool HasNoTarget(BaseType type) =>
        type.RefTable is not null && !rows.HasRows(type.RefTable) && !_named.Exists(entry => entry.Table == type.RefTable);

    /// <summary>
    /// Whether the references in a map must be to rows that exist: where a pair is dropped because its weak half refers to nothing,
    /// ovsdb-server goes on counting the other half. See OvsdbServerDefectTests.
    /// </summary>
    public static bool IsExact(ColumnType type) =>
        type.Value is { RefTable: not null } value && type.Key.RefTable is not null && (value.IsWeak || type.Key.IsWeak);

    private static string Text(double real) => double.IsFinite(real) ? real.ToString("R", CultureInfo.InvariantCulture) : "0.5";

    private string Integer(BaseType type)
    {
        var isBounded = type.MinInteger > long.MinValue || type.MaxInteger < long.MaxValue;
        if (random.Next(25) == 0)
        {
            long[] bounds =
            [
                type.MinInteger, type.MaxInteger, type.MinInteger == long.MinValue ? 0 : type.MinInteger - 1, type.MaxInteger == long.MaxValue ? 0 : type.MaxInteger + 1,
            ];
            return isBounded ? bounds[random.Next(bounds.Length)].ToString(CultureInfo.InvariantCulture) : LargeIntegers[random.Next(LargeIntegers.Length)];
        }

        var least = Math.Max(type.MinInteger, Math.Min(-20, type.MaxInteger - (type.MaxInteger < -1000 ? 40 : 0)));
        var span = random.Next(2) == 0 ? 40 : 4000;
        var most = least > type.MaxInteger - span ? type.MaxInteger : least + span;
        return (most == long.MaxValue ? random.NextInt64(least, most) : random.NextInt64(least, most + 1)).ToString(CultureInfo.InvariantCulture);
    }

    private List<string> Distinct(BaseType type, int count, bool isExact)
    {
        var atoms = Enumerable.Range(0, count).Select(_ => Atom(type, isExact)).ToList();
        return random.Next(100) == 0 ? atoms : [.. atoms.Distinct()];
    }

    private string Reference(string? table, bool isExact)
    {
        if (MayNameLater && !isExact && table is not null && random.Next(150) == 0)
        {
            if (random.Next(4) == 0)
            {
                return $"[\"named-uuid\",\"n{random.Next(6)}\"]"; // Of an insertion to come, of one into another table, or of none.
            }

            var later = $"later{random.Next(3)}";
            if (!_promised.Exists(promised => promised.Name == later && promised.Table != table))
            {
                _promised.Add((later, table));
                return $"[\"named-uuid\",\"{later}\"]";
            }
        }

        var named = _named.FindAll(entry => entry.Table == table);
        if (named.Count > 0 && (random.Next(2) == 0 || !rows.HasRows(table!)))
        {
            return $"[\"named-uuid\",\"{named[random.Next(named.Count)].Name}\"]";
        }

        if (isExact)
        {
            return $"[\"uuid\",\"{rows.Existing(table!, random)}\"]";
        }

        return $"[\"uuid\",\"{(random.Next(200) == 0 ? "00000000-0000-0000-0000-000000000000" : rows.Target(table, random))}\"]";
    }
}
