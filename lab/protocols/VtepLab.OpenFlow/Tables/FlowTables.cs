using VtepLab.OpenFlow.Fields;
using VtepLab.OpenFlow.Text;

namespace VtepLab.OpenFlow.Tables;

/// <summary>The flow tables of a bridge and what ovs-ofctl does with them.</summary>
public sealed class FlowTables
{
    private const int TableCount = 255;

    private readonly TimeProvider _time;
    private readonly FlowTable?[] _tables = new FlowTable?[TableCount];
    private long _lastSweep;

    internal FlowTables(TimeProvider time)
    {
        _time = time;
        _lastSweep = time.GetTimestamp();
    }

    /// <summary>Called for a flow whose end was to be reported: the flow and whether time ended it.</summary>
    public Action<Flow, bool>? Removed { get; set; }

    /// <summary>How many flows there are.</summary>
    public int Count
    {
        get
        {
            Sweep(_time.GetTimestamp());
            return _tables.Sum(t => t?.Flows.Count ?? 0);
        }
    }

    /// <summary><c>add-flow</c>: one with the same table, priority and match is replaced.</summary>
    /// <exception cref="FlowFormatException">The text is no flow.</exception>
    public Flow Add(string flow, OpenFlowVersion version = OpenFlowVersion.OpenFlow10)
    {
        var parsed = FlowParser.Parse(flow, version);
        Add(parsed);
        return parsed;
    }

    /// <summary><c>add-flow</c> with a flow that is already read.</summary>
    public void Add(Flow flow)
    {
        var table = _tables[flow.TableId] ??= new FlowTable();
        var now = _time.GetTimestamp();
        if (table.FindExact(flow.Match, flow.Priority) is { } old)
        {
            if (!flow.Flags.HasFlag(FlowFlags.ResetCounts))
            {
                flow.PacketCount = old.PacketCount;
                flow.ByteCount = old.ByteCount;
            }

            table.Remove(old);
        }

        Start(flow, now);
        table.Add(flow);
    }

    /// <summary><c>add-flows</c>: one flow a line; empty lines and lines that start with # are skipped.</summary>
    public void AddAll(string flows, OpenFlowVersion version = OpenFlowVersion.OpenFlow10)
    {
        var parsed = flows.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Where(l => l[0] != '#').Select(l => FlowParser.Parse(l, version)).ToArray();
        foreach (var flow in parsed)
        {
            Add(flow);
        }
    }

    /// <summary><c>mod-flows</c>: gives every flow that is meant, or, when there is none, a new one, these actions.</summary>
    public void Modify(string flow, bool isStrict = false, OpenFlowVersion version = OpenFlowVersion.OpenFlow10)
    {
        var wanted = FlowParser.Parse(flow, version);
        var selection = new FlowSelection { TableId = wanted.TableId, Priority = wanted.Priority, Match = wanted.Match };
        var found = Meant(selection, isStrict);
        var now = _time.GetTimestamp();
        foreach (var old in found)
        {
            old.Steps = wanted.Steps;
            old.Cookie = wanted.Cookie == 0 ? old.Cookie : wanted.Cookie;
            old.LearntBy = null;
            old.Modified = now;
        }

        if (found.Count == 0)
        {
            Add(wanted);
        }
    }

    /// <summary><c>del-flows</c>; all flows when the text is empty.</summary>
    /// <returns>How many went.</returns>
    public int Delete(string selection = "", bool isStrict = false, OpenFlowVersion version = OpenFlowVersion.OpenFlow10) =>
        Delete(FlowParser.ParseSelection(selection, version), isStrict);

    /// <summary><c>del-flows</c> with a selection that is already read.</summary>
    public int Delete(FlowSelection selection, bool isStrict = false)
    {
        var found = Meant(selection, isStrict);
        foreach (var flow in found)
        {
            Remove(flow, isTimeout: false);
        }

        return found.Count;
    }

    /// <summary>The flows in the order of table, falling priority, and age.</summary>
    public IReadOnlyList<Flow> List(string selection = "")
    {
        var meant = FlowParser.ParseSelection(selection);
        return [.. Meant(meant, isStrict: false)];
    }

    /// <summary>The lines of <c>dump-flows</c> without the header that names the reply.</summary>
    /// <param name="selection">Which flows; all when empty.</param>
    /// <param name="version">In which protocol's words.</param>
    /// <param name="withStatistics">False is <c>--no-stats</c>.</param>
    public IReadOnlyList<string> Dump(string selection = "", OpenFlowVersion version = OpenFlowVersion.OpenFlow10, bool withStatistics = true)
    {
        var now = _time.GetTimestamp();
        return
        [
            .. List(selection).Select(f => withStatistics
                ? FlowText.Format(f, version, Since(f.Created, now), Since(f.Used, now), Since(f.Modified, now))
                : FlowText.FormatWithoutStatistics(f, version)),
        ];
    }

    /// <summary>The flow of a table that a key meets, or null.</summary>
    internal Flow? Find(int tableId, ref FlowKey key, long now)
    {
        var table = tableId < TableCount ? _tables[tableId] : null;
        if (table is null)
        {
            return null;
        }

        while (table.Find(ref key) is { } flow)
        {
            if ((flow.IdleSeconds | flow.HardSeconds) == 0 || !IsOver(flow, now))
            {
                return flow;
            }

            Remove(flow, isTimeout: true);
        }

        return null;
    }

    /// <summary>Writes a flow that a frame taught; an equal one gets the new actions and starts its time anew.</summary>
    internal void Learn(Flow flow, long now)
    {
        Sweep(now);
        var table = _tables[flow.TableId] ??= new FlowTable();
        if (table.FindExact(flow.Match, flow.Priority) is { } old)
        {
            old.Steps = flow.Steps;
            old.Cookie = flow.Cookie;
            old.LearntBy = flow.LearntBy;
            old.Taught = flow.Taught;
            old.Modified = now;
            return;
        }

        Start(flow, now);
        table.Add(flow);
    }

    /// <summary>The flow with exactly this key, mask and priority, or null.</summary>
    internal Flow? FindExact(int tableId, ref FlowKey value, in FlowKey mask, int priority) =>
        _tables[tableId]?.FindExact(ref value, mask, priority);

    private static void Start(Flow flow, long now)
    {
        flow.Created = now;
        flow.Modified = now;
        flow.Used = now;
        flow.IdleSeconds = flow.IdleTimeout;
        flow.HardSeconds = flow.HardTimeout;
    }

    private TimeSpan Since(long then, long now) => _time.GetElapsedTime(then, now);

    private bool IsOver(Flow flow, long now) =>
        (flow.HardSeconds != 0 && Since(flow.Modified, now).TotalSeconds >= flow.HardSeconds)
        || (flow.IdleSeconds != 0 && Since(flow.Used, now).TotalSeconds >= flow.IdleSeconds);

    private List<Flow> Meant(FlowSelection selection, bool isStrict)
    {
        Sweep(_time.GetTimestamp());
        return
        [
            .. _tables.SelectMany(t => t?.Flows ?? []).Where(f => selection.Means(f, isStrict))
                .OrderBy(f => f.TableId).ThenByDescending(f => f.Priority),
        ];
    }

    // Flows whose time is over are found when a frame meets them; the others go here, at most once a second.
    private void Sweep(long now)
    {
        if (Since(_lastSweep, now) < TimeSpan.FromSeconds(1))
        {
            return;
        }

        _lastSweep = now;
        foreach (var table in _tables)
        {
            if (table is null)
            {
                continue;
            }

            for (var i = table.Flows.Count - 1; i >= 0; i--)
            {
                if ((table.Flows[i].IdleSeconds | table.Flows[i].HardSeconds) != 0 && IsOver(table.Flows[i], now))
                {
                    Remove(table.Flows[i], isTimeout: true);
                }
            }
        }
    }

    private void Remove(Flow flow, bool isTimeout)
    {
        _tables[flow.TableId]!.Remove(flow);
        if (flow.Flags.HasFlag(FlowFlags.SendFlowRemoved))
        {
            Removed?.Invoke(flow, isTimeout);
        }
    }
}
