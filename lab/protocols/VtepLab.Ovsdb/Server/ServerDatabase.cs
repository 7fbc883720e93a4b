namespace VtepLab.Ovsdb;

/// <summary>The database <c>_Server</c>, which describes the others (ovsdb-server since 2.9).</summary>
internal sealed class ServerDatabase
{
    private const string Table = "Database";

    private readonly Dictionary<string, Row> _rows = new(StringComparer.Ordinal);

    private static readonly DatabaseSchema Schema = MakeSchema();

    public ServerDatabase(Func<Guid> newUuid) => Database = new Database(Schema, newUuid);

    public Database Database { get; }

    public void Add(Database database)
    {
        using var transaction = Database.Begin();
        _rows[database.Name] = transaction.Insert(
            Table,
            ("name", database.Name),
            ("model", "standalone"),
            ("connected", true),
            ("leader", true),
            ("schema", Atom.FromUtf8(database.Schema.SortedText)));
        transaction.Commit();
    }

    /// <summary>The database has another schema now.</summary>
    public void Update(Database database)
    {
        using var transaction = Database.Begin();
        transaction.Set(_rows[database.Name], "schema", Atom.FromUtf8(database.Schema.SortedText));
        transaction.Commit();
    }

    public void Remove(Database database)
    {
        if (_rows.Remove(database.Name, out var row))
        {
            using var transaction = Database.Begin();
            transaction.Delete(row);
            transaction.Commit();
        }
    }

    private static DatabaseSchema MakeSchema()
    {
        ColumnType Optional(AtomType type) => new(new BaseType(type), null, 0, 1);
        ColumnType One(AtomType type) => new(new BaseType(type));
        var model = new BaseType(AtomType.String) { Enum = Datum.Set("clustered", "relay", "standalone") };
        ColumnSchema Column(string name, ColumnType type) => new(name, type, isEphemeral: false, isMutable: true);
        var table = new TableSchema(Table,
        [
            Column("name", One(AtomType.String)),
            Column("model", new ColumnType(model)),
            Column("connected", One(AtomType.Boolean)),
            Column("leader", One(AtomType.Boolean)),
            Column("schema", Optional(AtomType.String)),
            Column("cid", Optional(AtomType.Uuid)),
            Column("sid", Optional(AtomType.Uuid)),
            Column("index", Optional(AtomType.Integer)),
        ])
        { IsRoot = true };
        return new DatabaseSchema("_Server", "1.2.0", "3009684573 744", [table]);
    }
}
