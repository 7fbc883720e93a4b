using System.Globalization;
using System.Text;
using VtepLab.Ovsdb;

namespace VtepLab.Contrast.Tests.Ovsdb;

/// <summary>The rows that were ever inserted, and their versions that were shown: what both sides call them, and the name <c>§n§</c> that requests use.</summary>
internal sealed class RowBook
{
    private readonly List<(string Real, string Ours)> _uuids = [];
    private readonly Dictionary<string, List<int>> _byTable = [];
    private readonly Dictionary<string, int> _real = [];
    private readonly Dictionary<string, int> _ours = [];
    private readonly Func<string, Database?> _ourDatabase;
    private readonly List<int> _inserted = [];
    private readonly Dictionary<string, string> _versions = [];
    private int _fresh;

    /// <summary>Begins an empty book.</summary>
    /// <param name="ourDatabase">Our database with a name, where the book looks which rows are alive.</param>
    public RowBook(Func<string, Database?> ourDatabase) => _ourDatabase = ourDatabase;

    /// <summary>The database whose tables are meant.</summary>
    public string Database { get; private set; } = "";

    /// <summary>The database whose tables are meant from now on.</summary>
    public void Use(string database) => Database = database;

    /// <summary>Both sides inserted a row.</summary>
    public void Learn(string table, string real, string ours)
    {
        if (_real.TryGetValue(real, out var known))
        {
            Assert.That(_ours.GetValueOrDefault(ours, -1), Is.EqualTo(known), "the two sides disagree which row this is");
        }
        else
        {
            known = Add(real, ours);
            _inserted.Add(known);
        }

        if (!_byTable.TryGetValue(table, out var list))
        {
            _byTable.Add(table, list = []);
        }

        list.Add(known);
    }

    /// <summary>A UUID for an insert that chooses its own.</summary>
    public string Fresh() => new Uuid(0xfeed_0000_0000_4000, 0x8000_0000_0000_0000 + (ulong)++_fresh).ToString();

    /// <summary>Some row of any table.</summary>
    public string Any(Random random) => _inserted.Count == 0 ? Fresh() : Name(_inserted[random.Next(_inserted.Count)]);

    /// <summary>A row of a table, mostly a young one, which is likely to exist.</summary>
    public string OneOf(TableSchema table, Random random) => OneOf(table.Name, random);

    /// <inheritdoc cref="OneOf(TableSchema, Random)"/>
    public string OneOf(string? table, Random random)
    {
        if (table is not null && random.Next(20) > 0 && Alive(table, random) is { } alive)
        {
            return Name(alive)!;
        }

        if (table is null || !_byTable.TryGetValue($"{Database}/{table}", out var list) || random.Next(50) == 0)
        {
            return Any(random);
        }

        var age = Math.Min(list.Count, random.Next(3) == 0 ? 200 : 12);
        return Name(list[list.Count - 1 - random.Next(age)]);
    }

    /// <summary>A row to refer to: nearly always one that exists.</summary>
    public string Target(string? table, Random random) =>
        table is not null && random.Next(200) > 0 && Alive(table, random) is { } alive ? Name(alive)! : OneOf(table, random);

    /// <summary>A row that exists. The table must have one.</summary>
    public string Existing(string table, Random random)
    {
        for (var tries = 0; tries < 100; tries++)
        {
            if (Alive(table, random) is { } alive)
            {
                return Name(alive)!;
            }
        }

        return Fresh(); // Of none of the rows the real server's name is known.
    }

    /// <summary>Both sides showed this version of a row.</summary>
    public void LearnVersion(string row, string real, string ours)
    {
        if (!_real.TryGetValue(real, out var known))
        {
            known = Add(real, ours);
        }

        _versions[row] = Name(known);
    }

    /// <summary>A version of some row of a table, mostly its last one that was shown.</summary>
    public string Version(TableSchema table, Random random) =>
        Alive(table, random) is { } row && _versions.TryGetValue(Name(row)!, out var version) ? version : Any(random);

    /// <summary>A request as one side must see it.</summary>
    public string For(bool real, string request)
    {
        var text = new StringBuilder(request.Length + 64);
        var parts = request.Split('§');
        for (var i = 0; i < parts.Length; i++)
        {
            text.Append(i % 2 == 0 ? parts[i] : real ? _uuids[int.Parse(parts[i])].Real : _uuids[int.Parse(parts[i])].Ours);
        }

        return text.ToString();
    }

    /// <summary>The common name of a UUID that one side used, or null.</summary>
    public string? Find(bool real, string uuid) =>
        (real ? _real : _ours).TryGetValue(uuid, out var known) ? Name(known)
        : uuid.StartsWith("feed0000-0000-4000-8000", StringComparison.Ordinal) || uuid == "00000000-0000-0000-0000-000000000000" ? uuid : null;

    /// <summary>Whether a table of the database has any row.</summary>
    public bool HasRows(string table) => _ourDatabase(Database)?.Table(table) is { Count: > 0 };

    /// <summary>Whether a table of the database has as many rows as it may have.</summary>
    public bool IsFull(TableSchema table) => _ourDatabase(Database)?.Table(table.Name) is { } rows && rows.Count >= table.MaxRows;

    /// <summary>A row of our database that has a common name, or null.</summary>
    public Row? Alive(TableSchema table, Random random) => Alive(table.Name, random);

    /// <summary>The common name of a row of ours, or null.</summary>
    public string? Name(Row row) => Find(false, row.Uuid.ToString());

    /// <summary>A value of ours as JSON, with the common name of a row.</summary>
    public string Text(Atom atom) => atom.Type switch
    {
        AtomType.Integer => atom.Integer.ToString(CultureInfo.InvariantCulture),
        AtomType.Real => atom.Real.ToString("R", CultureInfo.InvariantCulture),
        AtomType.Boolean => atom.Boolean ? "true" : "false",
        AtomType.String => System.Text.Json.JsonSerializer.Serialize(atom.String),
        _ => $"[\"uuid\",\"{Find(false, atom.Uuid.ToString()) ?? atom.Uuid.ToString()}\"]",
    };

    /// <summary>A value of ours as JSON, with the common names of rows.</summary>
    public string Text(Datum datum, ColumnType type) =>
        type.IsMap ? $"[\"map\",[{string.Join(',', datum.Pairs.Select(pair => $"[{Text(pair.Key)},{Text(pair.Value)}]"))}]]"
        : datum.Count == 1 ? Text(datum.Key(0)) : $"[\"set\",[{string.Join(',', Enumerable.Range(0, datum.Count).Select(i => Text(datum.Key(i))))}]]";

    private int Add(string real, string ours)
    {
        _uuids.Add((real, ours));
        _real.Add(real, _uuids.Count - 1);
        _ours[ours] = _uuids.Count - 1;
        return _uuids.Count - 1;
    }

    private Row? Alive(string table, Random random)
    {
        if (_ourDatabase(Database)?.Table(table) is not { Count: > 0 } rows)
        {
            return null;
        }

        var row = rows.All.ElementAt(random.Next(rows.Count));
        return Name(row) is null ? null : row;
    }

    private static string Name(int row) => $"§{row}§";
}
