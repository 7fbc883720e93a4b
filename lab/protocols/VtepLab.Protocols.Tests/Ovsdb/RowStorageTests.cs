using VtepLab.Ovsdb;

namespace VtepLab.Protocols.Tests.Ovsdb;

/// <summary>What rows hold after any history, whether they are stored as bytes or not.</summary>
public class RowStorageTests
{
    private const string Schema =
        """
        {"name":"db","tables":{"t":{"columns":{
          "n":{"type":"integer"}, "r":{"type":"real"}, "b":{"type":"boolean"}, "s":{"type":"string"}, "u":{"type":"uuid"},
          "o":{"type":{"key":"string","min":0,"max":1}}, "set":{"type":{"key":"integer","min":0,"max":"unlimited"}},
          "map":{"type":{"key":"string","value":"string","min":0,"max":"unlimited"}}}, "indexes":[["n","s"]]}}}
        """;

    private static readonly string[] Columns = ["n", "r", "b", "s", "u", "o", "set", "map"];

    [Test]
    public void Rows_hold_what_was_written_after_commits_and_aborts_alike([Range(1, 4)] int seed)
    {
        var random = new Random(seed);
        var database = new Database(DatabaseSchema.Parse(Schema), Guid.NewGuid);
        var table = database.Table("t");
        var model = new Dictionary<Uuid, Datum[]>();
        var seen = new List<(Datum Value, string Text)>(); // Values are immutable: what was read once stays what it was.
        for (var round = 0; round < 150; round++)
        {
            var wanted = new Dictionary<Uuid, Datum[]>(model);
            using (var transaction = database.Begin())
            {
                for (var operations = random.Next(1, 8); operations > 0; operations--)
                {
                    var rows = table.All.ToList();
                    if (rows.Count == 0 || random.Next(3) == 0)
                    {
                        var values = Columns.Select(c => Draw(random, c)).ToArray();
                        var inserted = transaction.Insert("t", Columns.Zip(values));
                        wanted.Add(inserted.Uuid, values);
                    }
                    else if (rows[random.Next(rows.Count)] is var row && random.Next(4) == 0)
                    {
                        transaction.Delete(row);
                        wanted.Remove(row.Uuid);
                    }
                    else
                    {
                        var at = random.Next(Columns.Length);
                        var values = wanted[row.Uuid].ToArray();
                        values[at] = Draw(random, Columns[at]);
                        transaction.Set(row, Columns[at], values[at]);
                        wanted[row.Uuid] = values;
                    }

                    ExpectAll(wanted);
                }

                if (random.Next(3) > 0 && transaction.Commit() is null)
                {
                    model = wanted;
                }
            }

            ExpectAll(model);
            seen.AddRange(table.All.Take(3).Select(row => (row["s"], row["s"].String)));
        }

        Assert.That(seen.Select(s => s.Value.String), Is.EqualTo(seen.Select(s => s.Text)));

        void ExpectAll(Dictionary<Uuid, Datum[]> expected)
        {
            Assert.That(table.All.Select(row => row.Uuid).ToHashSet().SetEquals(expected.Keys) && table.Count == expected.Count);
            foreach (var (uuid, values) in expected)
            {
                Assert.That(Columns.Select(c => table.Find(uuid)![c]).SequenceEqual(values));
            }
        }
    }

    [Test]
    public void All_objects_of_a_row_show_the_same_values()
    {
        var database = new Database(DatabaseSchema.Parse(Schema), Guid.NewGuid);
        var (first, second) = (Insert(database, "before"), database.Table("t").All.Single());
        using var transaction = database.Begin();

        transaction.Set(second, "s", "now");

        Assert.That((first["s"].String, second["s"].String, first.Equals(second)), Is.EqualTo(("now", "now", true)));
        transaction.Delete(first);
        Assert.That((first.Exists, second.Exists), Is.EqualTo((false, false)));
        transaction.Abort();
        Assert.That((first["s"].String, second["s"].String), Is.EqualTo(("before", "before")));
    }

    [Test]
    public void A_change_tells_the_last_values_of_a_row_that_is_gone()
    {
        var database = new Database(DatabaseSchema.Parse(Schema), Guid.NewGuid);
        var row = Insert(database, "last");
        RowChange? told = null;
        database.Committed += changes => told = changes.Changes.Single();

        using (var transaction = database.Begin())
        {
            transaction.Delete(database.Table("t").All.Single());
            transaction.Commit();
        }

        Assert.That((told!.Row["s"].String, told.OldValue(row.Table.Schema.Column("s"))!.Value.String), Is.EqualTo(("last", "last")));
    }

    private static Row Insert(Database database, string text)
    {
        using var transaction = database.Begin();
        var row = transaction.Insert("t", ("s", text));
        Assert.That(transaction.Commit(), Is.Null);
        return row;
    }

    private static Datum Draw(Random random, string column) => column switch
    {
        "n" => random.Next(5) switch { 0 => random.Next(256), 1 => random.Next(-3, 0), 2 => random.NextInt64(), 3 => long.MinValue, _ => random.Next() },
        "r" => random.Next(3) switch { 0 => -0.0, 1 => random.NextDouble(), _ => 1e300 },
        "b" => random.Next(2) == 0,
        "s" => Text(random),
        "u" => Uuid.FromGuid(Guid.NewGuid()),
        "o" => random.Next(2) == 0 ? Datum.Empty : Text(random),
        "set" => Datum.Set(Enumerable.Range(0, random.Next(3)).Select(n => (Atom)n)),
        _ => Datum.Map(Enumerable.Range(0, random.Next(2)).Select(n => new KeyValuePair<Atom, Atom>($"k{n}", "v"))),
    };

    // Around the longest text that a row as bytes may have, and far beyond.
    private static string Text(Random random) => new('ü', random.Next(6) switch { 0 => 0, 1 => 123, 2 => 124, 3 => 5_000, _ => random.Next(20) });
}
