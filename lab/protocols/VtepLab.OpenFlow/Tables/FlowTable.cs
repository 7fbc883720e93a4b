using System.Runtime.InteropServices;
using VtepLab.OpenFlow.Fields;

namespace VtepLab.OpenFlow.Tables;

/// <summary>The flows of one table, found by their masks: one hash table for every mask in use, the most important mask first.</summary>
/// <remarks>
/// Of two flows with one priority that both fit a frame, OpenFlow leaves open which wins; here it is the one whose mask came into use first,
/// so that two runs agree. A look-up allocates nothing.
/// </remarks>
internal sealed class FlowTable
{
    private readonly List<FlowTuple> _tuples = [];
    private readonly List<Flow> _flows = [];

    /// <summary>The flows in the order they were added.</summary>
    public IReadOnlyList<Flow> Flows => _flows;

    /// <summary>The flow of the highest priority that fits, or null.</summary>
    public Flow? Find(ref FlowKey key)
    {
        Flow? best = null;
        var tuples = CollectionsMarshal.AsSpan(_tuples);
        foreach (var tuple in tuples)
        {
            if (best is not null && best.Priority >= tuple.MaxPriority)
            {
                break;
            }

            if (tuple.Find(ref key) is { } found && (best is null || found.Priority > best.Priority))
            {
                best = found;
            }
        }

        return best;
    }

    /// <summary>The flow with exactly this match and priority, or null.</summary>
    public Flow? FindExact(FlowMatch match, int priority)
    {
        var value = match.Value;
        return FindExact(ref value, match.Mask, priority);
    }

    /// <summary>The flow with exactly these bits, this mask and priority, or null.</summary>
    public Flow? FindExact(ref FlowKey value, in FlowKey mask, int priority) => TupleOf(mask)?.FindExact(ref value, priority);

    public void Add(Flow flow)
    {
        var tuple = TupleOf(flow.Match.Mask);
        if (tuple is null)
        {
            tuple = new FlowTuple(flow.Match.Mask);
            _tuples.Add(tuple);
        }

        tuple.Add(flow);
        _flows.Add(flow);
        flow.IsInTable = true;
        Sort();
    }

    public void Remove(Flow flow)
    {
        var tuple = TupleOf(flow.Match.Mask)!;
        tuple.Remove(flow);
        _flows.Remove(flow);
        flow.IsInTable = false;
        if (tuple.Count == 0)
        {
            _tuples.Remove(tuple);
        }

        Sort();
    }

    private FlowTuple? TupleOf(in FlowKey mask)
    {
        foreach (var tuple in _tuples)
        {
            if (tuple.Mask == mask)
            {
                return tuple;
            }
        }

        return null;
    }

    // Insertion sort: stable, and the list is nearly always in order already.
    private void Sort()
    {
        for (var i = 1; i < _tuples.Count; i++)
        {
            for (var j = i; j > 0 && _tuples[j].MaxPriority > _tuples[j - 1].MaxPriority; j--)
            {
                (_tuples[j], _tuples[j - 1]) = (_tuples[j - 1], _tuples[j]);
            }
        }
    }
}
