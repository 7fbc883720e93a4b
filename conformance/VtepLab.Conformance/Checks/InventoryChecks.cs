using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using VtepLab.Conformance.Harness;
using VtepLab.Conformance.Wire;

namespace VtepLab.Conformance.Checks;

/// <summary>What the switch says of itself before anybody asks anything of it.</summary>
public static class InventoryChecks
{
    /// <summary>vtep(5), Global: exactly one row, and the switch makes it.</summary>
    [Check("VTEP-INV-001", Catches = "announces-late", Partly = "the switch is not fresh; read as it was found")]
    public static async Task A_switch_announces_itself_unasked(CheckContext c)
    {
        // A database in which no switch has announced itself yet looks like one that has none behind it; what tells them apart is
        // whether one appears once a controller has written something.
        if (!c.Tester.First.Rows("Global").Any(g => g.Uuids("switches").Count > 0))
        {
            await c.CommitAsync("write something, as a controller does", Given.Network(c.Name("wake-up")));
            await c.Tester.Host.DelayAsync(c.Timing.Quiet, c.Cancel);
            var later = await c.SelectAsync("Global", Ovs.All, "switches");
            CheckContext.Applies(
                later.Any(g => g.Uuids("switches").Count > 0), "a database without a switch behind it: Global names no Physical_Switch");
            c.Fail("Global with its switches before anything was written", "Global with its switches after it");
        }

        var rows = await c.SelectAsync("Global", Ovs.All, "switches");
        c.Expect(rows.Count == 1, "one row of Global", CheckContext.Rows(rows.Count, "Global"));
    }

    /// <summary>vtep(5), Physical_Switch.name: the identity that every controller selects by.</summary>
    [Check("VTEP-INV-002", Partly = "read once, without a reboot")]
    public static async Task Every_switch_has_a_name_of_its_own(CheckContext c)
    {
        await Bench.FindAsync(c);
        var names = (await c.SelectAsync("Physical_Switch", Ovs.All, "_uuid", "name")).Select(r => r.Text("name")).ToList();
        c.Expect(names.All(n => !string.IsNullOrWhiteSpace(n)), "names that are not empty", string.Join(", ", names.Select(n => $"'{n}'")));
        c.Expect(names.Distinct().Count() == names.Count, "different names", string.Join(", ", names));
    }

    /// <summary>vtep(5), Physical_Switch.tunnel_ips: controllers tell by it whose locator is whose.</summary>
    [Check("VTEP-INV-003", Catches = "no-tunnel-ips",
        Partly = "at least one unicast address, not compared with the configured ones")]
    public static async Task The_switch_names_its_tunnel_addresses(CheckContext c)
    {
        var ips = (await Bench.FindAsync(c)).Device.Texts("tunnel_ips");
        c.Expect(ips.Count > 0, "at least one address in tunnel_ips", "none");
        c.Expect(ips.All(IsUsable), "IPv4 unicast addresses", string.Join(", ", ips));
    }

    /// <summary>vtep(5), Physical_Switch.ports; the list to compare with comes from the device file.</summary>
    [Check("VTEP-INV-004", Partly = "ports of the device file are there; ports that must not be there are not looked for")]
    public static async Task Every_wired_port_is_announced(CheckContext c)
    {
        await Bench.FindAsync(c);
        var wired = c.Tester.Device.Ports.Select(p => p.Name).ToList();
        CheckContext.Applies(wired.Count > 0, "no device file says which ports the switch has");
        var ports = (await c.SelectAsync("Physical_Port", Ovs.All, "_uuid", "name")).Select(p => p.Text("name")).ToList();
        var missing = wired.Except(ports).ToList();
        c.Expect(missing.Count == 0, $"ports {string.Join(", ", wired)}", $"no {string.Join(", no ", missing)}");
    }

    /// <summary>vtep(5), Physical_Port.name: unique within the switch.</summary>
    [Check("VTEP-INV-005", Catches = "duplicate-port-names", Partly = "read once, not compared with the CLI")]
    public static async Task Port_names_are_unique_within_a_switch(CheckContext c)
    {
        await Bench.FindAsync(c);
        var ports = await c.SelectAsync("Physical_Port", Ovs.All, "_uuid", "name");
        foreach (var device in await c.SelectAsync("Physical_Switch", Ovs.All, "name", "ports"))
        {
            var uuids = device.Uuids("ports");
            var names = ports.Where(p => uuids.Contains(p.Uuid)).Select(p => p.Text("name")).ToList();
            var twice = names.GroupBy(n => n, StringComparer.Ordinal).Where(g => g.Count() > 1).Select(g => g.Key).ToList();
            c.Expect(twice.Count == 0, $"each port name of {device.Text("name")} once", $"{string.Join(", ", twice)} more than once");
            c.Expect(names.All(n => n.Length > 0), "port names that are not empty", string.Join(", ", names.Select(n => $"'{n}'")));
        }
    }

    /// <summary>vtep(5), Physical_Switch.management_ips.</summary>
    [Check("VTEP-INV-009", Catches = "no-management-ips", Partly = "addresses are there; none was called")]
    public static async Task The_switch_names_its_management_addresses(CheckContext c)
    {
        var ips = (await Bench.FindAsync(c)).Device.Texts("management_ips");
        c.Expect(ips.Count > 0 && ips.All(ip => IPAddress.TryParse(ip, out _)), "at least one address in management_ips", ips.Count == 0 ? "none" : string.Join(", ", ips));
    }

    /// <summary>Columns of the switch that a controller overwrites have to become true again.</summary>
    [Check("VTEP-INV-012", Catches = "keeps-overwritten-columns", Partly = "tunnel_ips only")]
    public static async Task Overwritten_columns_of_the_switch_become_true_again(CheckContext c)
    {
        var device = (await Bench.FindAsync(c)).Device;
        var foreign = c.Ip();
        c.Tester.Journal.Writing("Physical_Switch", device.Uuid, "tunnel_ips", device["tunnel_ips"]!.Value);
        var reply = await c.TransactAsync(
            "add a foreign address to tunnel_ips",
            Ovs.Mutate("Physical_Switch", Ovs.WhereUuid(device.Uuid), Ovs.Mutation("tunnel_ips", "insert", Ovs.Set((JsonNode)foreign))));
        if (!reply.IsCommitted)
        {
            return; // Refused: that is an answer, too.
        }

        await c.EventuallyAsync(
            "wait for the switch to put it right", $"tunnel_ips {string.Join(", ", device.Texts("tunnel_ips"))}", c.Timing.Hardware,
            async () =>
            {
                var now = (await c.PeekAsync("Physical_Switch", Ovs.WhereUuid(device.Uuid), "tunnel_ips"))[0].Texts("tunnel_ips");
                return (!now.Contains(foreign), string.Join(", ", now));
            });
    }

    private static bool IsUsable(string text) =>
        IPAddress.TryParse(text, out var ip) && ip.AddressFamily == AddressFamily.InterNetwork && ip.GetAddressBytes() is { } b
        && b[0] is > 0 and < 224 and not 127;
}
