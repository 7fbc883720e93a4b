using System.Globalization;
using VtepLab.OpenFlow.Tables;

namespace VtepLab.OpenFlow.Text;

/// <summary>Reads flows in ovs-ofctl's words.</summary>
/// <remarks>
/// The version matters as it does for <c>ovs-ofctl -O</c>: the same words become other actions. A flow that ovs-ofctl refuses is refused
/// here; fields without their prerequisite (<c>nw_src</c> without <c>ip</c>), which ovs-ofctl drops with a remark, are refused too.
/// </remarks>
public static class FlowParser
{
    /// <summary>Reads a flow to add: <c>table=…,priority=…,match…,actions=…</c>.</summary>
    /// <exception cref="FlowFormatException">The text is no flow.</exception>
    public static Flow Parse(string text, OpenFlowVersion version = OpenFlowVersion.OpenFlow10)
    {
        var at = ActionsAt(text);
        if (at < 0)
        {
            throw new FlowFormatException($"flow '{text}': expected actions=…, found none (a flow that drops says actions=drop)");
        }

        var head = new FlowHead(text, version);
        head.Read(text[..at]);
        var match = head.Match();
        var actions = new ActionParser(text, version, head.TableId, match).Parse(text[(text.IndexOf('=', at) + 1)..]);
        return new Flow
        {
            TableId = head.TableId, Priority = head.Priority, Match = match, Actions = actions, Cookie = head.Cookie,
            IdleTimeout = head.IdleTimeout, HardTimeout = head.HardTimeout,
            Flags = head.Flags | (version == OpenFlowVersion.OpenFlow10 ? FlowFlags.ResetCounts : FlowFlags.None),
        };
    }

    /// <summary>Reads which flows are meant: what <c>dump-flows</c> and <c>del-flows</c> take.</summary>
    /// <exception cref="FlowFormatException">The text is no selection.</exception>
    public static FlowSelection ParseSelection(string text, OpenFlowVersion version = OpenFlowVersion.OpenFlow10)
    {
        if (ActionsAt(text) >= 0)
        {
            throw new FlowFormatException($"selection '{text}': expected a match only, found actions");
        }

        var head = new FlowHead(text, version) { IsSelection = true };
        head.Read(text);
        return new FlowSelection
        {
            TableId = head.HasTable ? head.TableId : null, Priority = head.Priority, Match = head.Match(), Cookie = head.Cookie,
            CookieMask = head.CookieMask, OutPort = head.OutPort,
        };
    }

    /// <summary>Reads a number in a range.</summary>
    internal static int Number(string flow, string name, string value, int max) =>
        FieldText.TryParseNumber(value, out var number) && number <= (ulong)max
            ? (int)number
            : throw new FlowFormatException(string.Create(CultureInfo.InvariantCulture, $"flow '{flow}': {name}: expected 0 to {max}, found '{value}'"));

    private static int ActionsAt(string text)
    {
        for (var at = text.IndexOf("action", StringComparison.Ordinal); at >= 0; at = text.IndexOf("action", at + 1, StringComparison.Ordinal))
        {
            var rest = text.AsSpan(at);
            if ((at == 0 || text[at - 1] is ',' or ' ' or '\t') && (rest.StartsWith("actions=") || rest.StartsWith("action=")))
            {
                return at;
            }
        }

        return -1;
    }
}
