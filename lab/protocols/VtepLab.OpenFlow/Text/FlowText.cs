using System.Globalization;
using System.Text;
using VtepLab.OpenFlow.Tables;

namespace VtepLab.OpenFlow.Text;

/// <summary>Prints flows as <c>ovs-ofctl dump-flows</c> does.</summary>
public static class FlowText
{
    /// <summary>One flow without cookie, age and counters, as <c>--no-stats</c> prints it; the blank in front is theirs.</summary>
    public static string FormatWithoutStatistics(Flow flow, OpenFlowVersion version)
    {
        var text = new StringBuilder(" ");
        if (flow.Cookie != 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"cookie=0x{flow.Cookie:x}, ");
        }

        if (flow.TableId != 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"table={flow.TableId}, ");
        }

        return Finish(text, flow, version, ages: "");
    }

    /// <summary>One flow with everything.</summary>
    /// <param name="flow">The flow.</param>
    /// <param name="version">The protocol of the dump: 1.3 tells flags, 1.0 tells ages.</param>
    /// <param name="duration">Since it was added.</param>
    /// <param name="idle">Since its last frame.</param>
    /// <param name="hard">Since it was last written.</param>
    public static string Format(Flow flow, OpenFlowVersion version, TimeSpan duration, TimeSpan idle, TimeSpan hard)
    {
        var text = new StringBuilder(" ");
        text.Append(CultureInfo.InvariantCulture, $"cookie=0x{flow.Cookie:x}, ");
        text.Append(CultureInfo.InvariantCulture, $"duration={duration.TotalSeconds:0.000}s, table={flow.TableId}, ");
        text.Append(CultureInfo.InvariantCulture, $"n_packets={flow.PacketCount}, n_bytes={flow.ByteCount}, ");
        var ages = "";
        if (version == OpenFlowVersion.OpenFlow10)
        {
            ages = string.Create(CultureInfo.InvariantCulture, $"idle_age={(long)idle.TotalSeconds}, ");
            if ((long)hard.TotalSeconds != (long)duration.TotalSeconds)
            {
                ages += string.Create(CultureInfo.InvariantCulture, $"hard_age={(long)hard.TotalSeconds}, ");
            }
        }

        return Finish(text, flow, version, ages);
    }

    /// <summary>A flow's actions.</summary>
    public static string FormatActions(Flow flow, OpenFlowVersion version)
    {
        var text = new ActionText(version, flow.Match.HasVlan);
        foreach (var action in flow.Actions)
        {
            action.Write(text);
        }

        return text.ToString();
    }

    private static string Finish(StringBuilder text, Flow flow, OpenFlowVersion version, string ages)
    {
        if (flow.IdleSeconds != 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"idle_timeout={flow.IdleSeconds}, ");
        }

        if (flow.HardSeconds != 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"hard_timeout={flow.HardSeconds}, ");
        }

        if (version == OpenFlowVersion.OpenFlow13)
        {
            text.Append(flow.Flags.HasFlag(FlowFlags.SendFlowRemoved) ? "send_flow_rem " : "");
            text.Append(flow.Flags.HasFlag(FlowFlags.ResetCounts) ? "reset_counts " : "");
        }

        text.Append(ages);
        var match = MatchText.Format(flow.Match, version);
        if (flow.Priority != Flow.DefaultPriority)
        {
            text.Append(CultureInfo.InvariantCulture, $"priority={flow.Priority}{(match.Length > 0 ? "," : "")}");
        }

        text.Append(match);
        if (text[^1] != ' ')
        {
            text.Append(' ');
        }

        return text.Append("actions=").Append(FormatActions(flow, version)).ToString();
    }
}
