namespace VtepLab.Ovsdb;

/// <summary>Reads the table-updates of monitors, of both generations (RFC 7047 section 4.1.6; ovsdb-server(7), update2).</summary>
/// <param name="tables">The tables as they are before the update.</param>
/// <param name="isUpdate2">Rows are told by <c>initial</c>, <c>insert</c>, <c>delete</c>, <c>modify</c> rather than <c>old</c> and <c>new</c>.</param>
internal readonly struct TableUpdatesReader(IReadOnlyDictionary<string, ReplicaTable> tables, bool isUpdate2)
{
    /// <summary>Reads an initial answer: all rows there are.</summary>
    public SortedDictionary<(string Table, Uuid Uuid), ReplicaRow> ReadInitial(JsonValue updates)
    {
        var rows = new SortedDictionary<(string Table, Uuid Uuid), ReplicaRow>(TableThenUuid.Instance);
        foreach (var (table, uuid, update) in Walk(updates))
        {
            var content = isUpdate2 ? FirstOf(update, "initial"u8, "insert"u8) : update.Member("new"u8);
            if (content.Kind != JsonKind.Object)
            {
                throw Bad(table, uuid, $"expected the contents of a row, found {update}");
            }

            rows[(table.Name, uuid)] = Read(table, uuid, content, null);
        }

        return rows;
    }

    /// <summary>Reads what changed; rows that stay as they are leave no trace.</summary>
    public List<ReplicaRowChange> ReadChanges(JsonValue updates)
    {
        var changes = new List<ReplicaRowChange>();
        foreach (var (table, uuid, update) in Walk(updates))
        {
            var old = table.Find(uuid);
            var now = isUpdate2 ? ReadUpdate2(table, uuid, update, old) : ReadUpdate(table, uuid, update, old);
            if (old is null || now is null || !old.HasValuesOf(now))
            {
                changes.Add(new ReplicaRowChange(table.Name, old, now));
            }
        }

        return changes;
    }

    private static ReplicaRow? ReadUpdate(ReplicaTable table, Uuid uuid, JsonValue update, ReplicaRow? old)
    {
        var (before, after) = (update.Member("old"u8).Kind == JsonKind.Object, update.Member("new"u8));
        if (before && old is null)
        {
            throw Bad(table, uuid, "a row changes or goes that was never there");
        }

        if (!before && old is not null)
        {
            throw Bad(table, uuid, "a row appears that is there already");
        }

        return after.Kind == JsonKind.Object ? Read(table, uuid, after, old)
            : before ? null
            : throw Bad(table, uuid, $"expected \"old\" or \"new\", found {update}");
    }

    private static ReplicaRow? ReadUpdate2(ReplicaTable table, Uuid uuid, JsonValue update, ReplicaRow? old)
    {
        if (update.Member("modify"u8) is { Kind: JsonKind.Object } difference)
        {
            return Modify(table, difference, old ?? throw Bad(table, uuid, "a row changes that was never there"));
        }

        if (FirstOf(update, "insert"u8, "initial"u8) is { Kind: JsonKind.Object } content)
        {
            return old is null ? Read(table, uuid, content, null) : throw Bad(table, uuid, "a row appears that is there already");
        }

        if (!update.Member("delete"u8).Exists)
        {
            throw Bad(table, uuid, $"expected \"insert\", \"modify\" or \"delete\", found {update}");
        }

        return old is not null ? null : throw Bad(table, uuid, "a row goes that was never there");
    }

    /// <summary>A row from the columns given; the others as in the old row, or with their default values.</summary>
    private static ReplicaRow Read(ReplicaTable table, Uuid uuid, JsonValue content, ReplicaRow? old)
    {
        var fields = old?.CopyFields() ?? Defaults(table);
        foreach (var member in content.Members)
        {
            if (Place(table, member.Name) is { } place)
            {
                fields[place + 1] = ReceivedValues.Read(member.Value, table.Schema, table.Columns[place]);
            }
        }

        return new ReplicaRow(table, uuid, fields);
    }

    private static Datum[] Defaults(ReplicaTable table)
    {
        var fields = new Datum[table.Width];
        fields[0] = Uuid.Zero; // The version, which nobody tells.
        for (var i = 0; i < table.Columns.Count; i++)
        {
            fields[i + 1] = table.Columns[i].Type.Default;
        }

        return fields;
    }

    private static ReplicaRow Modify(ReplicaTable table, JsonValue difference, ReplicaRow old)
    {
        var fields = old.CopyFields();
        foreach (var member in difference.Members)
        {
            if (Place(table, member.Name) is { } place)
            {
                var column = table.Columns[place];
                var given = ReceivedValues.Read(member.Value, table.Schema, column);

                // Columns of at most one member come with their new value, all others with the difference.
                fields[place + 1] = column.Type.Max <= 1 ? given : DatumAlgebra.Apply(fields[place + 1], given, column.Type.IsMap);
            }
        }

        return new ReplicaRow(table, old.Uuid, fields);
    }

    /// <summary>The place of a column; null for one that was not asked for, which is skipped.</summary>
    private static int? Place(ReplicaTable table, JsonValue column) => table.TryPlaceOf(column.GetString(), out var place) ? place : null;

    private static JsonValue FirstOf(JsonValue update, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second) =>
        update.Member(first) is { Exists: true } found ? found : update.Member(second);

    private static OvsdbProtocolException Bad(ReplicaTable table, Uuid uuid, string what) =>
        new($"The updates do not fit the replica: row {uuid} of table {table.Name}: {what}.", isTransient: true);

    private List<(ReplicaTable Table, Uuid Uuid, JsonValue Update)> Walk(JsonValue updates)
    {
        if (updates.Kind != JsonKind.Object)
        {
            throw new OvsdbProtocolException($"Expected table updates, found {updates}.");
        }

        var rows = new List<(ReplicaTable, Uuid, JsonValue)>();
        foreach (var table in updates.Members)
        {
            var name = table.Name.GetString();
            if (!tables.TryGetValue(name, out var known) || table.Value.Kind != JsonKind.Object)
            {
                throw new OvsdbProtocolException($"Expected updates of monitored tables, found table {name} with {table.Value}.");
            }

            foreach (var row in table.Value.Members)
            {
                rows.Add(Uuid.TryParse(row.Name.Utf8, out var uuid)
                    ? (known, uuid, row.Value)
                    : throw new OvsdbProtocolException($"Expected the UUID of a row of table {name}, found {row.Name}."));
            }
        }

        return rows;
    }

    private sealed class TableThenUuid : IComparer<(string Table, Uuid Uuid)>
    {
        public static readonly TableThenUuid Instance = new();

        public int Compare((string Table, Uuid Uuid) x, (string Table, Uuid Uuid) y) =>
            string.CompareOrdinal(x.Table, y.Table) is var c and not 0 ? c : x.Uuid.CompareTo(y.Uuid);
    }
}
