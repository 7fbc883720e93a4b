using System.Globalization;
using VtepLab.OpenFlow.Fields;
using VtepLab.OpenFlow.Switching;
using VtepLab.OpenFlow.Tables;
using VtepLab.OpenFlow.Text;

namespace VtepLab.OpenFlow.Actions;

/// <summary>What a learnt flow does with one subfield.</summary>
public enum LearnTarget
{
    /// <summary>It matches it.</summary>
    Match,

    /// <summary>It loads it.</summary>
    Load,

    /// <summary>It outputs to the port it names.</summary>
    Output,
}

/// <summary>One column of a learnt flow.</summary>
/// <param name="Target">What the flow does.</param>
/// <param name="Destination">The subfield it does it with; null for an output.</param>
/// <param name="Source">Where in the frame that teaches the value stands; null for a constant.</param>
/// <param name="Constant">The constant.</param>
public sealed record LearnSpec(LearnTarget Target, Subfield? Destination, Subfield? Source, ulong Constant = 0)
{
    /// <inheritdoc/>
    public override string ToString() => (Target, Source) switch
    {
        (LearnTarget.Output, _) => $"output:{Source}",
        (LearnTarget.Load, null) => $"load:{FieldText.Hex(Constant)}->{Destination}",
        (LearnTarget.Load, _) => $"load:{Source}->{Destination}",
        (_, null) when Destination!.Bits == Destination.Field.Bits =>
            $"{Destination.Field.Name}={FieldText.FormatLearnConstant(Destination.Field, Constant)}",
        (_, null) => $"{Destination}={FieldText.Hex(Constant)}",
        _ when Source == Destination => $"{Destination}",
        _ => $"{Destination}={Source}",
    };
}

/// <summary>Writes a flow that is made from the frame at hand: how Open vSwitch learns addresses in tables.</summary>
/// <remarks>The flow is there from the next frame on. An equal one that is there already gets the new actions and starts its time anew.</remarks>
public sealed class LearnAction : FlowAction
{
    private readonly LearnSpec[] _specs = [];

    /// <summary>The table the flow is written to.</summary>
    public required int TableId { get; init; }

    /// <summary>Its priority.</summary>
    public int Priority { get; init; } = Flow.DefaultPriority;

    /// <summary>Its idle time-out in seconds, 0 for none.</summary>
    public int IdleTimeout { get; init; }

    /// <summary>Its hard time-out in seconds, 0 for none.</summary>
    public int HardTimeout { get; init; }

    /// <summary>Its idle time-out after FIN or RST, 0 for no such rule.</summary>
    public int FinIdleTimeout { get; init; }

    /// <summary>Its hard time-out after FIN or RST, 0 for no such rule.</summary>
    public int FinHardTimeout { get; init; }

    /// <summary>Its cookie.</summary>
    public ulong Cookie { get; init; }

    /// <summary>What it matches and does, in the order given.</summary>
    public required IReadOnlyList<LearnSpec> Specs
    {
        get => _specs;
        init => _specs = [.. value];
    }

    internal override bool Run(PacketWalk walk)
    {
        walk.Learn(this);
        return true;
    }

    /// <summary>Learns from a frame. When the same was learnt before, only the flow's time starts anew.</summary>
    internal void LearnInto(FlowTables tables, in FlowKey frame, long now)
    {
        FlowKey value = default;
        FlowKey mask = default;
        foreach (var spec in _specs)
        {
            if (spec.Target == LearnTarget.Match)
            {
                spec.Destination!.Write(ref value, Taught(spec, frame));
                spec.Destination.Write(ref mask, UInt128.MaxValue);
            }
        }

        if (tables.FindExact(TableId, ref value, mask, Priority) is { } known && known.LearntBy == this && IsTaughtAgain(known, frame))
        {
            known.Modified = now;
            return;
        }

        tables.Learn(Make(value, mask, frame), now);
    }

    internal override void Write(ActionText text)
    {
        var parts = new List<string> { string.Create(CultureInfo.InvariantCulture, $"table={TableId}") };
        Add(parts, "idle_timeout", IdleTimeout, 0);
        Add(parts, "hard_timeout", HardTimeout, 0);
        Add(parts, "fin_idle_timeout", FinIdleTimeout, 0);
        Add(parts, "fin_hard_timeout", FinHardTimeout, 0);
        Add(parts, "priority", Priority, Flow.DefaultPriority);
        if (Cookie != 0)
        {
            parts.Add($"cookie={FieldText.Hex(Cookie)}");
        }

        parts.AddRange(Specs.Select(s => s.ToString()));
        text.Item($"learn({string.Join(',', parts)})");
    }

    private static UInt128 Taught(LearnSpec spec, in FlowKey frame) =>
        spec.Source is { } source ? source.Read(frame) : spec.Constant;

    private bool IsTaughtAgain(Flow known, in FlowKey frame)
    {
        for (var i = 0; i < _specs.Length; i++)
        {
            if (_specs[i].Target != LearnTarget.Match && known.Taught[i] != Taught(_specs[i], frame))
            {
                return false;
            }
        }

        return true;
    }

    private Flow Make(in FlowKey value, in FlowKey mask, in FlowKey frame)
    {
        var actions = new List<FlowAction>();
        var taught = new ulong[_specs.Length];
        for (var i = 0; i < _specs.Length; i++)
        {
            var spec = _specs[i];
            if (spec.Target == LearnTarget.Match)
            {
                continue;
            }

            var bits = Taught(spec, frame);
            taught[i] = (ulong)bits;
            if (spec.Target == LearnTarget.Load)
            {
                actions.Add(new LoadAction(spec.Destination!, taught[i]));
            }
            else if (bits <= 0xFFFF)
            {
                actions.Add(new OutputAction((int)bits));
            }
        }

        if (FinIdleTimeout != 0 || FinHardTimeout != 0)
        {
            actions.Insert(0, new FinTimeoutAction(FinIdleTimeout, FinHardTimeout));
        }

        return new Flow
        {
            TableId = TableId, Priority = Priority, Cookie = Cookie, IdleTimeout = IdleTimeout, HardTimeout = HardTimeout,
            Match = new FlowMatch(value, mask), Actions = actions, LearntBy = this, Taught = taught,
        };
    }

    private static void Add(List<string> parts, string name, int value, int usual)
    {
        if (value != usual)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{name}={value}"));
        }
    }
}
