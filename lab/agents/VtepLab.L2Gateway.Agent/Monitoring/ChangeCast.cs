using System.Text.Json;
using System.Text.Json.Nodes;
using VtepLab.Ovsdb;

namespace VtepLab.L2Gateway.Agent;

/// <summary>Writes the arguments of <c>update_ovsdb_changes</c>: the whole content of a switch, or what one transaction changed.</summary>
/// <remarks>
/// The plugin walks the lists in the order they come and does nothing for one that is absent, so empty ones are left out, and the
/// deleted ports come before the deleted switches: the other way round the original cannot find the ports' switch any more.
/// </remarks>
internal sealed class ChangeCast
{
    // The original's names of the tables, in its order.
    private static readonly (string Table, string List)[] Lists =
    [
        ("Logical_Switch", "logical_switches"), ("Physical_Switch", "physical_switches"), ("Physical_Port", "physical_ports"),
        ("Physical_Locator", "physical_locators"), ("Ucast_Macs_Local", "local_macs"), ("Ucast_Macs_Remote", "remote_macs"),
        ("Mcast_Macs_Local", "mlocal_macs"), ("Physical_Locator_Set", "locator_sets"), ("Mcast_Macs_Remote", OursOnly),
    ];

    // In no original, and told only to a plugin that numbers its elections: it is ours.
    private const string OursOnly = "mremote_macs";

    private static readonly string[] Unicast = ["local_macs", "remote_macs"];

    private static readonly string[] DeletionOrder =
        ["Physical_Port", .. Lists.Select(l => l.Table).Where(t => t != "Physical_Port")];

    // A plugin of ours loses nothing by several messages, and neither side has to hold all of a switch as text.
    private const int MostToOurs = 2000;

    private readonly string _identifier;
    private readonly Replica _replica;

    private readonly bool _isToOurs;
    private readonly int _mostRows;

    /// <summary>Writes casts about a switch.</summary>
    /// <param name="identifier">The name the plugin knows it by.</param>
    /// <param name="replica">The copy of what it holds.</param>
    /// <param name="isToOurs">True for a plugin that is ours: it is told more.</param>
    /// <param name="mostRows">The most addresses in one cast.</param>
    public ChangeCast(string identifier, Replica replica, bool isToOurs, int mostRows) =>
        (_identifier, _replica, _isToOurs, _mostRows) = (identifier, replica, isToOurs, isToOurs ? Math.Min(mostRows, MostToOurs) : mostRows);

    /// <summary>The tables and columns that the casts are made of; other columns change without a word.</summary>
    public static IReadOnlyList<MonitoredTable> Monitored { get; } =
    [
        new("Logical_Switch", ["name", "tunnel_key", "description"]),
        new("Physical_Switch", ["name", "tunnel_ips", "switch_fault_status", "ports"]),
        new("Physical_Port", ["name", "vlan_bindings", "port_fault_status"]),
        new("Physical_Locator", ["dst_ip", "encapsulation_type", "tunnel_key"]), // The last two for the mirror.
        new("Ucast_Macs_Local", ["MAC", "logical_switch", "locator", "ipaddr"]),
        new("Ucast_Macs_Remote", ["MAC", "logical_switch", "locator", "ipaddr"]),
        new("Mcast_Macs_Local", ["MAC", "logical_switch", "locator_set", "ipaddr"]),
        new("Physical_Locator_Set", ["locators"]),
        new("Mcast_Macs_Remote", ["MAC", "logical_switch", "locator_set", "ipaddr"]),
    ];

    /// <summary>All that the switch holds: activity 0, and what is too much for one message in further ones, each made when it is called.</summary>
    public IReadOnlyList<Func<JsonObject>> Whole()
    {
        var lists = new List<CastList>();
        foreach (var (table, list) in Lists.Where(l => _replica.Has(l.Table)))
        {
            Add(lists, "new_", list, _replica.Table(table).Rows, Item, isDeleted: false);
        }

        return CastParts.Cut(_identifier, lists, 0, _mostRows, hasRanges: _isToOurs);
    }

    /// <summary>What changed: activity 1, mostly one message; none when it is nothing the plugin keeps.</summary>
    public IReadOnlyList<Func<JsonObject>> Change(ReplicaChange change)
    {
        var lists = new List<CastList>();
        foreach (var (table, list) in Lists)
        {
            Add(lists, "new_", list, Rows(table, c => c.IsInsert).Select(c => c.New!), Item, isDeleted: false);
        }

        foreach (var table in DeletionOrder)
        {
            Add(lists, "deleted_", ListOf(table), Rows(table, c => c.IsDelete).Select(c => c.Old!), DeletedItem, isDeleted: true);
        }

        foreach (var (table, list) in Lists)
        {
            Add(lists, "modified_", list, Rows(table, IsWorthTelling).Select(c => c.New!), Item, isDeleted: false);
        }

        return lists.Count == 0 ? [] : CastParts.Cut(_identifier, lists, 1, _mostRows, hasRanges: false);

        IEnumerable<ReplicaRowChange> Rows(string table, Func<ReplicaRowChange, bool> which) => change.Rows.Where(r => r.Table == table && which(r));
    }

    // A port that comes or goes changes its switch's row too; that row's own cast would say nothing new.
    private static bool IsWorthTelling(ReplicaRowChange change) =>
        change is { IsInsert: false, IsDelete: false }
        && (change.Table != "Physical_Switch" || change.Affects("name") || change.Affects("tunnel_ips") || change.Affects("switch_fault_status"))
        && (change.Table != "Physical_Locator" || change.Affects("dst_ip"));

    private static string ListOf(string table) => Lists.First(l => l.Table == table).List;

    private void Add(
        List<CastList> lists, string prefix, string list, IEnumerable<ReplicaRow> rows, Func<ReplicaRow, JsonObject> item, bool isDeleted)
    {
        if (!_isToOurs && list == OursOnly)
        {
            return;
        }

        IReadOnlyList<ReplicaRow> told = rows as IReadOnlyList<ReplicaRow> ?? [.. rows];
        if (told.Count > 0)
        {
            lists.Add(Unicast.Contains(list)
                ? new CastList(prefix + list, told, (json, row) => WriteAddress(json, row, isDeleted))
                : new CastList(prefix + list, told, item));
        }
    }

    private static void WriteAddress(Utf8JsonWriter json, ReplicaRow row, bool isDeleted)
    {
        json.WriteStartObject();
        Write(json, "uuid"u8, row.Uuid);
        json.WriteString("mac"u8, row["MAC"].String);
        Write(json, "logical_switch_id"u8, row["logical_switch"].Uuid);
        if (isDeleted)
        {
            json.WriteNull("physical_locator_id"u8);
            json.WriteNull("ip_address"u8);
        }
        else
        {
            Write(json, "physical_locator_id"u8, row["locator"].Uuid);
            json.WriteString("ip_address"u8, row["ipaddr"].String);
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ReadOnlySpan<byte> name, Uuid uuid)
    {
        Span<byte> text = stackalloc byte[Uuid.TextLength];
        uuid.Format(text);
        json.WriteString(name, text);
    }

    private JsonObject Item(ReplicaRow row) => row.Table switch
    {
        "Logical_Switch" => new()
        {
            ["uuid"] = Text(row.Uuid), ["name"] = row["name"].String, ["key"] = Raw(row["tunnel_key"]),
            ["description"] = row["description"].String,
        },
        "Physical_Switch" => new()
        {
            ["uuid"] = Text(row.Uuid), ["name"] = row["name"].String, ["tunnel_ip"] = Raw(row["tunnel_ips"]),
            ["switch_fault_status"] = FirstOf(row, "switch_fault_status"),
        },
        "Physical_Port" => Port(row, OwnerOf(row.Uuid), row["vlan_bindings"]),
        "Physical_Locator" => new() { ["uuid"] = Text(row.Uuid), ["dst_ip"] = row["dst_ip"].String },
        "Mcast_Macs_Local" => new()
        {
            ["uuid"] = Text(row.Uuid), ["mac"] = row["MAC"].String, ["logical_switch_id"] = Text(row["logical_switch"].Uuid),
            ["locator_set"] = Text(row["locator_set"].Uuid), ["ip_address"] = row["ipaddr"].String,
        },
        "Mcast_Macs_Remote" => new()
        {
            ["uuid"] = Text(row.Uuid), ["mac"] = row["MAC"].String, ["logical_switch_id"] = Text(row["logical_switch"].Uuid),
            ["dst_ips"] = new JsonArray([.. AddressesOf(row["locator_set"].Uuid).Order(StringComparer.Ordinal).Select(a => (JsonNode)a)]),
        },
        "Physical_Locator_Set" => new()
        {
            ["uuid"] = Text(row.Uuid), ["locators"] = new JsonArray([.. row["locators"].Keys.Select(l => (JsonNode)Text(l.Uuid))]),
        },
        var other => throw new ArgumentException($"rows of {other} are told otherwise", nameof(row)),
    };

    private IEnumerable<string> AddressesOf(Uuid set) =>
        (_replica.Table("Physical_Locator_Set").Find(set)?["locators"].Keys ?? []).Select(l => _replica.Table("Physical_Locator").Find(l.Uuid)?["dst_ip"].String).OfType<string>();

    // What has gone is told with what it was, but for what it referred to: that may be gone as well.
    private JsonObject DeletedItem(ReplicaRow row)
    {
        if (row.Table == "Physical_Port")
        {
            return Port(row, null, Datum.Empty);
        }

        var item = Item(row);
        foreach (var reference in (string[])["locator_set", "ip_address"])
        {
            if (item.ContainsKey(reference))
            {
                item[reference] = null;
            }
        }

        return item;
    }

    private static JsonObject Port(ReplicaRow row, Uuid? owner, Datum bindings) => new()
    {
        ["uuid"] = Text(row.Uuid),
        ["name"] = row["name"].String,
        ["physical_switch_id"] = owner is { } uuid ? Text(uuid) : null,
        ["vlan_bindings"] = new JsonArray(
            [.. bindings.Pairs.Select(b => new JsonObject { ["vlan"] = b.Key.Integer, ["logical_switch_uuid"] = Text(b.Value.Uuid) })]),
        ["port_fault_status"] = FirstOf(row, "port_fault_status"),
    };

    private Uuid? OwnerOf(Uuid port) =>
        _replica.Has("Physical_Switch") && _replica.Table("Physical_Switch").Rows.FirstOrDefault(s => s["ports"].IndexOf(port) >= 0) is { } owner
            ? owner.Uuid
            : null;

    // The plugin has room for one fault; the original says none when there are several, which hides them all.
    private static string? FirstOf(ReplicaRow row, string column) =>
        row.Has(column) && !row[column].IsEmpty ? row[column].Key(0).String : null;

    private static string Text(Uuid uuid) => uuid.ToString();

    // OVSDB's own notation, which the plugin expects: one value alone, none or several as a set.
    private static JsonNode Raw(Datum value) => value.Count == 1
        ? Scalar(value.Key(0))
        : new JsonArray("set", new JsonArray([.. value.Keys.Select(Scalar)]));

    private static JsonNode Scalar(Atom atom) => atom.Type == AtomType.Integer ? atom.Integer : atom.String;
}
