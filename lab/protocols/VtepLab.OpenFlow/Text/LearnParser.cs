using System.Globalization;
using VtepLab.OpenFlow.Actions;
using VtepLab.OpenFlow.Fields;
using VtepLab.OpenFlow.Tables;

namespace VtepLab.OpenFlow.Text;

/// <summary>Reads what stands between the parentheses of <c>learn(…)</c>.</summary>
internal sealed class LearnParser(ActionParser actions, string flow)
{
    private readonly List<LearnSpec> _specs = [];
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal)
    {
        ["table"] = 1, ["priority"] = Flow.DefaultPriority, ["idle_timeout"] = 0, ["hard_timeout"] = 0, ["fin_idle_timeout"] = 0,
        ["fin_hard_timeout"] = 0,
    };

    public LearnAction Parse(string text)
    {
        ulong cookie = 0;
        foreach (var item in ActionParser.Split(text))
        {
            if (item.StartsWith("cookie=", StringComparison.Ordinal))
            {
                cookie = FieldText.TryParseNumber(item[7..], out var c) ? c : throw Wrong("a cookie of 64 bits", item);
            }
            else if (item.IndexOf('=', StringComparison.Ordinal) is > 0 and var at && _numbers.ContainsKey(item[..at]))
            {
                _numbers[item[..at]] = actions.Number("learn", item[(at + 1)..], item[..at] == "table" ? 254 : 65535);
            }
            else
            {
                _specs.Add(Spec(item));
            }
        }

        return new LearnAction
        {
            TableId = _numbers["table"], Priority = _numbers["priority"], IdleTimeout = _numbers["idle_timeout"],
            HardTimeout = _numbers["hard_timeout"], FinIdleTimeout = _numbers["fin_idle_timeout"],
            FinHardTimeout = _numbers["fin_hard_timeout"], Cookie = cookie, Specs = _specs,
        };
    }

    private LearnSpec Spec(string item)
    {
        if (item.StartsWith("output:", StringComparison.Ordinal))
        {
            return new LearnSpec(LearnTarget.Output, null, actions.Subfield("learn", item[7..]));
        }

        if (item.StartsWith("load:", StringComparison.Ordinal))
        {
            var arrow = item.IndexOf("->", StringComparison.Ordinal);
            return arrow < 0
                ? throw Wrong("load:value->field", item)
                : Column(LearnTarget.Load, actions.Subfield("learn", item[(arrow + 2)..]), item[5..arrow], item);
        }

        var equals = item.IndexOf('=', StringComparison.Ordinal);
        var destination = actions.Subfield("learn", equals < 0 ? item : item[..equals]);
        return equals < 0
            ? new LearnSpec(LearnTarget.Match, destination, destination)
            : Column(LearnTarget.Match, destination, item[(equals + 1)..], item);
    }

    private LearnSpec Column(LearnTarget target, Subfield destination, string source, string item)
    {
        if (FlowFields.Find(source.Split('[')[0]) is not null)
        {
            var from = actions.Subfield("learn", source);
            return from.Bits == destination.Bits
                ? new LearnSpec(target, destination, from)
                : throw Wrong(string.Create(CultureInfo.InvariantCulture, $"{destination.Bits} bits on both sides"), item);
        }

        return FieldText.Parse(destination.Field, source) is { } constant && constant.Value <= destination.Mask
            ? new LearnSpec(target, destination, null, (ulong)constant.Value)
            : throw Wrong(FieldText.Expectation(destination.Field), item);
    }

    private FlowFormatException Wrong(string expected, string found) =>
        new($"flow '{flow}': learn: expected {expected}, found '{found}'");
}
