using System.Collections.Immutable;
using System.Globalization;
using VtepLab.Results;

namespace VtepLab.Reports.Tests;

/// <summary>A run of the size of a real one: many groups, a long conversation, one reply with a whole schema.</summary>
internal static class LargeRun
{
    private static readonly string[] Groups =
        ["Protocol (RFC 7047)", "Schema", "Transport and security", "Inventory and discovery", "VLAN binding", "Unicast MAC programming", "Faults and status"];

    public static CertificationRun Create(int checksEach = 8, int messagesEach = 12, int messagesOfFirst = 450)
    {
        var checks = ImmutableArray.CreateBuilder<CheckResult>();
        var conversation = ImmutableArray.CreateBuilder<WireMessage>();
        var sample = SampleRun.Create();
        void Say(WireDirection direction, string text, string? check) => conversation.Add(new WireMessage(
            conversation.Count + 1, TimeSpan.FromMilliseconds(1.37 * conversation.Count), "ctl", direction, text, check));

        Say(WireDirection.Event, "connected to tcp:192.0.2.11:6640", null);
        for (var group = 0; group < Groups.Length; group++)
        {
            for (var number = 1; number <= checksEach; number++)
            {
                var id = string.Create(CultureInfo.InvariantCulture, $"VTEP-{"PRO SCH SEC INV VLN MAC FLT".Split(' ')[group]}-{number:000}");
                var first = conversation.Count + 1L;
                var count = checks.Count == 0 ? messagesOfFirst : messagesEach;
                for (var i = 0; i < count; i += 2)
                {
                    var call = conversation.Count;
                    Say(WireDirection.Sent, i % 8 == 0
                        ? $$"""{"method":"transact","params":["hardware_vtep",{"op":"insert","table":"Logical_Switch","row":{"name":"vteplab-blue","tunnel_key":5000},"uuid-name":"blue"},{"op":"mutate","table":"Physical_Port","where":[["name","==","eth1"]],"mutations":[["vlan_bindings","insert",["map",[[10,["named-uuid","blue"]]]]]]}],"id":{{call}}}"""
                        : $$"""{"method":"echo","params":["{{call}}"],"id":{{call}}}""", id);
                    Say(WireDirection.Received, i % 8 == 0
                        ? $$"""{"id":{{call}},"result":[{"uuid":["uuid","7ad1c7f0-9c1e-4b0e-8c2a-0d9a3f1f2b11"]},{"count":1}],"error":null}"""
                        : $$"""{"id":{{call}},"result":["{{call}}"],"error":null}""", id);
                }

                if (number == 2)
                {
                    Say(WireDirection.Received, """{"id":9,"result":[null,{"error":"referential integrity violation","details":"cannot delete Logical_Switch row 3f2a91c4-5d1e-4f7a-9a57-1b0c2f7f7a10 because of 2 remaining reference(s)"}],"error":null}""", id);
                }

                var verdict = number switch { 2 when group is 0 or 4 => Verdict.Fail, 5 when group == 1 => Verdict.PassWithDeviation, 7 => Verdict.NotApplicable, 6 when group == 2 => Verdict.Inconclusive, _ => Verdict.Pass };
                checks.Add(Check(id, Groups[group], number, verdict, first, conversation.Count, sample));
            }
        }

        Say(WireDirection.Event, "closed", null);
        return sample with
        {
            Checks = checks.ToImmutable(), Conversation = conversation.ToImmutable(), LeftBehind = [],
            Deviations = [SampleRun.UsedDeviation with { Id = "VTEP-SCH-005" }, SampleRun.UnusedDeviation, SampleRun.ExpiredDeviation],
        };
    }

    private static CheckResult Check(string id, string group, int number, Verdict verdict, long first, long last, CertificationRun sample) => new(
        new Requirement(
            id, group, (RequirementLevel)(number % 5 / 2 % 3), "spec", "RFC 7047 section 5.2.1", "O",
            "insert Logical_Switch with uuid-name, reference it by named-uuid in the same transaction, reference before definition too",
            "committed, UUIDs consistent", "named-uuid only backwards, or stored as text"),
        verdict,
        verdict switch
        {
            Verdict.Pass => "Both transactions committed and the binding names the new row.",
            Verdict.Fail => "leaf1 stored the binding although no Logical_Switch row 3f2a91c4 exists.",
            Verdict.NotApplicable => "The schema has no ACL table.",
            Verdict.Inconclusive => "The device closed the connection before the check could begin.",
            _ => "The name is cut to 31 characters, as declared.",
        },
        TimeSpan.FromMilliseconds(first * 1.37), TimeSpan.FromMilliseconds((last - first) * 1.37),
        [
            new CheckStep("read the tables that the check needs", "", "1 switch, 2 ports", null, first, first + 1),
            new CheckStep("insert Logical_Switch vteplab-blue and bind VLAN 10 of eth1 to it", "one uuid and a count of 1", "one uuid and a count of 1", true, first + 2, first + 3),
            new CheckStep("bind VLAN 11 to a row that does not exist", "referential integrity violation", verdict == Verdict.Fail ? "a count of 1" : "referential integrity violation", verdict != Verdict.Fail, last - 1, last),
        ],
        [.. Enumerable.Range((int)first, (int)(last - first) + 1).Select(n => (long)n)],
        verdict == Verdict.PassWithDeviation ? sample.Deviations[0] with { Id = "VTEP-SCH-005" } : null);
}
