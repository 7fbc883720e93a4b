using VtepLab.Results;

namespace VtepLab.Reports.Tests;

/// <summary>A small run with one check of every verdict, for the writers' tests.</summary>
internal static class SampleRun
{
    public static readonly DeclaredDeviation UsedDeviation = new(
        "VTEP-SCH-008", "The chip keeps MAC addresses as they were written.", "https://bugs.example.net/17", new DateOnly(2027, 1, 31));

    public static readonly DeclaredDeviation UnusedDeviation = new("VTEP-PRO-018", "cancel is not implemented.", "", null);

    public static readonly DeclaredDeviation ExpiredDeviation = new(
        "VTEP-PRO-016", "wait is ignored until release 9.", "", new DateOnly(2025, 12, 31));

    public static CertificationRun Create() => new()
    {
        ToolVersion = "0.1.0",
        Command = "vteplab certify --ovsdb tcp:192.0.2.11:6640 --out out",
        StartedAt = new DateTimeOffset(2026, 3, 2, 9, 30, 0, TimeSpan.Zero),
        Duration = TimeSpan.FromSeconds(4.25),
        Seed = 7,
        Profile = "hwvtep-device-core",
        Device = new DeviceIdentity(
            "tcp:192.0.2.11:6640", ["leaf1"], "Example 9000", ["198.51.100.11"], ["192.0.2.11"], ["eth1", "eth2"], "1.7.0",
            "3537583872 44076", "Example Networks", "EX-9000", "9.1.2"),
        Versions = [new ComponentVersion(".NET runtime", "10.0.1"), new ComponentVersion("Catalogue", "218 requirements")],
        Checks = [Pass, Fail, Deviation, NotApplicable, Inconclusive],
        NotCovered =
        [
            new Requirement(
                "VTEP-VLN-001", "VLAN binding", RequirementLevel.Must, "loss", "schema vlan_bindings", "O,W,H",
                "bind VLAN 10 of eth1 to blue (VNI 5000); the host sends a tagged frame", "the peer receives it with VNI 5000, no inner tag",
                "tag left inside"),
        ],
        Deviations = [UsedDeviation, UnusedDeviation, ExpiredDeviation],
        Conversation =
        [
            new WireMessage(1, TimeSpan.Zero, "ctl", WireDirection.Event, "connected to tcp:192.0.2.11:6640", null),
            new WireMessage(2, Ms(1), "ctl", WireDirection.Sent, """{"method":"list_dbs","params":[],"id":1}""", "VTEP-PRO-001"),
            new WireMessage(3, Ms(2), "ctl", WireDirection.Received, """{"id":1,"result":["hardware_vtep"],"error":null}""", "VTEP-PRO-001"),
            new WireMessage(
                4, Ms(10), "ctl", WireDirection.Sent,
                """{"method":"transact","params":["hardware_vtep",{"op":"wait","table":"Global","where":[],"columns":["switches"],"until":"==","rows":[],"timeout":0}],"id":2}""",
                "VTEP-PRO-016"),
            new WireMessage(5, Ms(12), "ctl", WireDirection.Received, """{"id":2,"result":[{}],"error":null}""", "VTEP-PRO-016"),
            new WireMessage(6, Ms(20), "ctl2", WireDirection.Received, """{"method":"update","params":[null,{"Global":{}}],"id":null}""", "VTEP-SCH-008"),
        ],
        Ending = RunEnding.Completed,
        LeftBehind = ["The Logical_Switch vteplab-blue could not be deleted: referential integrity violation."],
        NegativeControl = new NegativeControl(
            [new NegativeControlEntry("ignores-wait", "VTEP-PRO-016", true), new NegativeControlEntry("forgets-binding", "VTEP-VLN-006", false)],
            60, ["VTEP-PRO-042"]),
    };

    private static readonly CheckResult Pass = new(
        new Requirement(
            "VTEP-PRO-001", "Protocol (RFC 7047)", RequirementLevel.Must, "spec", "RFC 7047 section 4.1.1", "O", "list_dbs",
            "array containing hardware_vtep", "server answers only get_schema, or hides the name"),
        Verdict.Pass, "hardware_vtep is listed.", Ms(1), Ms(1),
        [new CheckStep("send list_dbs", "an array containing hardware_vtep", "[\"hardware_vtep\"]", true, 2, 3)], [2, 3])
    {
        Partly = "asked once, not after a restart",
    };

    private static readonly CheckResult Fail = new(
        new Requirement(
            "VTEP-PRO-016", "Protocol (RFC 7047)", RequirementLevel.Must, "spec", "RFC 7047 section 5.2.6", "O",
            "wait timeout 0, true and false", "{} / timed out, immediately", "wait ignored: optimistic locking of all IDL clients is void"),
        Verdict.Fail, "wait for something that is false answered {} instead of \"timed out\".", Ms(10), Ms(2.5),
        [
            new CheckStep("read Global.switches", "", "one switch", null, 0, 0),
            new CheckStep("wait until Global.switches is empty, timeout 0", "error \"timed out\"", "{}", false, 4, 5),
        ],
        [4, 5]);

    private static readonly CheckResult Deviation = new(
        new Requirement(
            "VTEP-SCH-008", "Schema", RequirementLevel.Should, "interop", "schema", "O", "MAC upper case, with dashes, without leading zeros",
            "either normalised, or refused by fault, consistently on read-back", "two rows for one MAC"),
        Verdict.PassWithDeviation, "02:1A:C0:00:02:0B was kept beside 02:1a:c0:00:02:0b.", Ms(20), Ms(4),
        [new CheckStep("insert the MAC twice", "one row, or a fault", "two rows", false, 6, 6)], [6], UsedDeviation);

    private static readonly CheckResult NotApplicable = new(
        new Requirement(
            "VTEP-OPT-007", "Optional", RequirementLevel.May, "spec", "schema ACL", "O,H", "deny entry by MAC", "as written", "default deny"),
        Verdict.NotApplicable, "The schema has no ACL table.", Ms(25), TimeSpan.Zero, [], []);

    private static readonly CheckResult Inconclusive = new(
        new Requirement(
            "VTEP-RES-006", "Resynchronisation", RequirementLevel.Must, "spec", "RFC 7047 section 4.1.5", "O", "reconnect + monitor",
            "initial contents equal the database", "gap"),
        Verdict.Inconclusive, "The device did not accept a second connection within 5 s.", Ms(26), TimeSpan.FromSeconds(4.2), [], []);

    private static TimeSpan Ms(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
