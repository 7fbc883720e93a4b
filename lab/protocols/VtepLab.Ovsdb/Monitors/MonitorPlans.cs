namespace VtepLab.Ovsdb;

/// <summary>The plans in use; equal ones are one, so that a change is put into JSON once however many sessions watch it.</summary>
internal sealed class MonitorPlans
{
    private readonly Dictionary<(Database, string), Entry> _entries = [];
    private readonly Dictionary<MonitorPlan, (Database, string)> _keys = [];

    /// <summary>The plan for some tables of a database.</summary>
    public MonitorPlan Acquire(Database database, bool isPlain, IReadOnlyList<MonitorTable> tables)
    {
        var key = (database, $"{(isPlain ? 1 : 2)}|{string.Join('|', tables.Select(table => table.Key))}");
        if (!_entries.TryGetValue(key, out var entry))
        {
            entry = new Entry(new MonitorPlan(database, isPlain, tables));
            _entries.Add(key, entry);
            _keys.Add(entry.Plan, key);
        }

        entry.Users++;
        return entry.Plan;
    }

    /// <summary>A monitor does not use a plan any more.</summary>
    public void Release(MonitorPlan plan)
    {
        var key = _keys[plan];
        if (--_entries[key].Users == 0)
        {
            _entries.Remove(key);
            _keys.Remove(plan);
        }
    }

    private sealed class Entry(MonitorPlan plan)
    {
        public MonitorPlan Plan { get; } = plan;

        public int Users { get; set; }
    }
}
