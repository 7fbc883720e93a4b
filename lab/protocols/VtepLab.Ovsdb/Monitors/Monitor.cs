namespace VtepLab.Ovsdb;

/// <summary>One monitor of a session.</summary>
internal sealed class Monitor(byte[] id, MonitorKind kind, MonitorPlan plan)
{
    private Dictionary<(int Table, Uuid Row), (Row Row, Datum[]? Old, Datum[]? New)>? _behind;

    /// <summary>The id that the client chose, as JSON.</summary>
    public byte[] Id { get; } = id;

    /// <summary>How the monitor was asked for, and so what its notifications are called.</summary>
    public MonitorKind Kind { get; } = kind;

    /// <summary>What it watches.</summary>
    public MonitorPlan Plan { get; } = plan;

    /// <summary>Whether changes wait to be told.</summary>
    public bool IsBehind => _behind is { Count: > 0 };

    /// <summary>Adds a transaction to what the client does not know yet; of a row only the oldest and the newest state are kept.</summary>
    public void Merge(ChangeSet changes)
    {
        foreach (var change in changes.Changes)
        {
            var index = change.Row.Table.Schema.Index;
            if (Plan.Of(change.Row.Table.Schema) is null)
            {
                continue;
            }

            _behind ??= [];
            var key = (index, change.Row.Uuid);
            var old = _behind.TryGetValue(key, out var before) ? before.Old : change.Old;
            if (old is null && change.New is null)
            {
                _behind.Remove(key);
            }
            else
            {
                _behind[key] = (change.Row, old, change.New);
            }
        }
    }

    /// <summary>Writes the table-updates for what has been merged, and forgets it.</summary>
    /// <returns>Whether there is anything to tell.</returns>
    public bool WriteMerged(JsonWriter writer)
    {
        var updates = new UpdateWriter(writer, Plan);
        foreach (var (_, (row, old, now)) in _behind!.OrderBy(entry => entry.Key.Table))
        {
            updates.Add(Plan.Of(row.Table.Schema)!, row, old, now);
        }

        _behind = null;
        return updates.Finish();
    }
}
