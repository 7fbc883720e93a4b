using System.Text.Json.Nodes;
using VtepLab.Ovsdb;
using JsonValue = VtepLab.Ovsdb.JsonValue;

namespace VtepLab.Emulators.HardwareVtep;

/// <content>Operations of a transaction, as their turn comes.</content>
internal sealed partial class SwitchServerQuirks
{
    private readonly HashSet<string> _namesDefined = new(StringComparer.Ordinal);
    private Transaction? _namesOf;

    /// <inheritdoc/>
    public override OperationVerdict BeforeOperation(Transaction transaction, string name, JsonValue operation, JsonWriter result)
    {
        if (transaction.Database == _tables.Database && _mishaps?.BeforeOperation(name) is { } refusal)
        {
            throw refusal.AsException();
        }

        if (_quirks.IsEmpty)
        {
            return OperationVerdict.Execute;
        }

        var isSkipped = (name == "wait" && _quirks.Has(SwitchQuirkBook.IgnoresWait))
            || (name == "abort" && _quirks.Has(SwitchQuirkBook.IgnoresAbort))
            || (name == "assert" && _quirks.Has(SwitchQuirkBook.AssertAlwaysHolds));
        if (isSkipped)
        {
            result.Raw("{}"u8);
            return OperationVerdict.Skip;
        }

        if (name == "comment" && _quirks.Has(SwitchQuirkBook.RefusesComment))
        {
            throw OvsdbError.BadSyntax(operation, "No operation \"comment\"").AsException();
        }

        if (JsonNode.Parse(operation.ToString(), documentOptions: Deep) is JsonObject parsed)
        {
            RefuseByQuirk(transaction, name, parsed, operation);
        }

        return OperationVerdict.Execute;
    }

    private void RefuseByQuirk(Transaction transaction, string name, JsonObject operation, JsonValue text)
    {
        var values = operation["row"] as JsonObject;
        var isNetwork = Is(operation["table"], "Logical_Switch");
        if (_quirks.Has(SwitchQuirkBook.RefusesWrappedSets) && name is "insert" or "update"
            && (values ?? []).Any(v => v.Value is JsonArray { Count: 2 } set && Is(set[0], "set") && set[1] is JsonArray { Count: 1 }))
        {
            throw OvsdbError.BadSyntax(text, "set of one member must be given as the member").AsException();
        }

        if (_quirks.Has(SwitchQuirkBook.HiddenMandatoryColumn) && name == "insert" && isNetwork && values?["tunnel_key"] is null)
        {
            throw OvsdbError.Constraint("a Logical_Switch needs a tunnel_key").AsException();
        }

        if (_quirks.Has(SwitchQuirkBook.RefusesOtherConfig) && (values?["other_config"] is JsonArray { Count: 2 } map && map[1] is JsonArray { Count: > 0 }
            || (operation["mutations"] as JsonArray ?? []).OfType<JsonArray>().Any(m => Is(m[0], "other_config") && Is(m[1], "insert"))))
        {
            throw OvsdbError.Constraint("other_config holds a key that is not known").AsException();
        }

        if (_quirks.Has(SwitchQuirkBook.NamedUuidBackwardsOnly))
        {
            RefuseForwardReference(transaction, operation, text);
        }

        if (_quirks.Has(SwitchQuirkBook.NotifiesUnchanged) && name == "update" && values is not null)
        {
            Touch(transaction, operation);
        }
    }

    private void RefuseForwardReference(Transaction transaction, JsonObject operation, JsonValue text)
    {
        if (_namesOf != transaction)
        {
            _namesOf = transaction;
            _namesDefined.Clear();
        }

        var unknown = NamesUsed(operation).FirstOrDefault(n => !_namesDefined.Contains(n));
        if (unknown is not null)
        {
            throw OvsdbError.BadSyntax(text, $"named-uuid {unknown} is not defined yet").AsException();
        }

        if (operation["uuid-name"] is { } defined)
        {
            _namesDefined.Add(defined.ToString());
        }
    }

    private static IEnumerable<string> NamesUsed(JsonNode? node) => node switch
    {
        JsonArray { Count: 2 } pair when Is(pair[0], "named-uuid") => [pair[1]!.ToString()],
        JsonArray items => items.SelectMany(NamesUsed),
        JsonObject members => members.SelectMany(m => NamesUsed(m.Value)),
        _ => [],
    };

    /// <summary>Writes rows that an update names by UUID or by one text, so that they count as written whatever the update gives.</summary>
    private void Touch(Transaction transaction, JsonObject operation)
    {
        if (_tables.Database.Schema.Find(operation["table"]?.ToString() ?? "") is not { } schema || schema.Find("description") is null)
        {
            return;
        }

        foreach (var row in _tables.Database.Table(schema.Name).All.ToList())
        {
            var isNamed = (operation["where"] as JsonArray ?? []).OfType<JsonArray>().All(c => c.Count == 3 && Names(row, schema, c));
            if (isNamed)
            {
                var description = row["description"];
                transaction.Set(row, "description", description.String + " ");
                transaction.Set(row, "description", description);
            }
        }
    }

    private static bool Names(Row row, TableSchema schema, JsonArray condition) =>
        schema.Find(condition[0]!.ToString()) is { } column && row[column] is { Count: 1, HasValues: false } value
        && value.ToString() == (condition[2] is JsonArray { Count: 2 } uuid ? uuid[1]!.ToString() : condition[2]!.ToString());
}
