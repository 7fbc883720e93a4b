using System.Text.Json.Nodes;
using VtepLab.Conformance.Harness;
using VtepLab.Conformance.Wire;

namespace VtepLab.Conformance.Checks;

/// <summary>Tunnel rows and what BFD shows in them (vtep(5), Tunnel).</summary>
public static class TunnelChecks
{
    /// <summary>Without the row no controller can switch BFD on.</summary>
    [Check("VTEP-TUN-001", Catches = "no-tunnel-rows")]
    public static async Task A_locator_in_use_has_a_tunnel(CheckContext c)
    {
        var (bench, ip, _, _) = await TunnelAsync(c);
        await bench.ExpectTunnelsAsync(1, ip, "wait for the switch to make a tunnel");
        var local = (await bench.TunnelsToAsync(ip))[0].Uuids("local").FirstOrDefault("");
        var address = (await c.SelectAsync("Physical_Locator", Ovs.WhereUuid(local), "dst_ip")).Select(l => l.Text("dst_ip")).FirstOrDefault("none");
        c.Expect(bench.Device.Texts("tunnel_ips").Contains(address), $"local end {string.Join(" or ", bench.Device.Texts("tunnel_ips"))}", address);
    }

    /// <summary>One row a pair of end points.</summary>
    [Check("VTEP-TUN-002", Catches = "tunnel-row-per-network")]
    public static async Task A_second_network_uses_the_same_tunnel(CheckContext c)
    {
        var (bench, ip, locator, _) = await TunnelAsync(c);
        await NeedTunnelAsync(c, bench, ip);
        await bench.BindNewAsync(c.Name("second"), c.Vni(), Given.RemoteMac(c.Mac(), Ovs.Named("net"), Ovs.Uuid(locator)));
        await c.Tester.Host.DelayAsync(c.Timing.Hardware / 2, c.Cancel);
        await bench.ExpectTunnelsAsync(1, ip, "count the tunnels when the switch has had time");
    }

    /// <summary>A row that stays keeps its locator alive for ever.</summary>
    [Check("VTEP-TUN-003", Catches = "keeps-tunnel-rows")]
    public static async Task A_tunnel_goes_with_its_last_user(CheckContext c)
    {
        var (bench, ip, _, mac) = await TunnelAsync(c);
        await NeedTunnelAsync(c, bench, ip);
        await c.CommitAsync("delete the last remote MAC", Ovs.Delete("Ucast_Macs_Remote", Ovs.Where("MAC", "==", mac)));
        await bench.ExpectTunnelsAsync(0, ip, "wait for the tunnel to go");
        await c.EventuallyAsync(
            "wait for the locator to go", $"no Physical_Locator {ip}", c.Timing.Hardware,
            async () =>
            {
                var rows = await c.PeekAsync("Physical_Locator", Ovs.Where("dst_ip", "==", ip), "dst_ip");
                return (rows.Count == 0, CheckContext.Rows(rows.Count, "Physical_Locator"));
            });
    }

    /// <summary>vtep(5), Tunnel.bfd_status: "The bfd_status is empty when BFD is not enabled."</summary>
    [Check("VTEP-TUN-007", Catches = "keeps-bfd-status", Partly = "bfd_status only")]
    public static async Task The_status_of_BFD_goes_with_BFD(CheckContext c)
    {
        var (bench, ip, _, _) = await TunnelAsync(c);
        await NeedTunnelAsync(c, bench, ip);
        var tunnel = (await bench.TunnelsToAsync(ip))[0].Uuid;
        await SetBfdAsync(c, tunnel, "true");
        c.Did("give the switch time to show a status");
        var start = c.Tester.Transcript.Now;
        while (c.Tester.Transcript.Now - start < c.Timing.Hardware && !(await StatusAsync(c, tunnel)).Contains("state"))
        {
            await c.Tester.Host.DelayAsync(TimeSpan.FromMilliseconds(100), c.Cancel);
        }

        await SetBfdAsync(c, tunnel, "false");
        await c.EventuallyAsync(
            "wait for the status to go", "bfd_status without any key", c.Timing.Hardware,
            async () =>
            {
                var status = await StatusAsync(c, tunnel);
                return (status.Count == 0, status.Count == 0 ? "empty" : $"keys {string.Join(", ", status)}");
            });
    }

    /// <summary>vtep(5), Tunnel.bfd_status:enabled and info; how many sessions there are comes from the device file.</summary>
    [Check("VTEP-TUN-008", Catches = "silent-bfd-limit")]
    public static async Task A_BFD_session_too_many_is_told(CheckContext c)
    {
        c.Needs("Tunnel");
        CheckContext.Applies(c.Tester.Device.BfdLimit is >= 0 and <= 200, "no device file says how many BFD sessions the switch runs");
        var bench = await Bench.FindAsync(c);
        var ips = Enumerable.Range(0, c.Tester.Device.BfdLimit!.Value + 1).Select(_ => c.Ip()).ToList();
        await bench.BindNewAsync(
            c.Name("many-tunnels"), c.Vni(),
            [.. ips.SelectMany((ip, i) => new[] { Given.Locator(ip, $"far{i}"), Given.RemoteMac(c.Mac(), Ovs.Named("net"), Ovs.Named($"far{i}")) })]);
        foreach (var ip in ips)
        {
            await NeedTunnelAsync(c, bench, ip);
            await SetBfdAsync(c, (await bench.TunnelsToAsync(ip))[0].Uuid, "true");
        }

        await c.EventuallyAsync(
            "read the status of all of them", "enabled=false and an info on the one that is too many", c.Timing.Hardware,
            async () =>
            {
                var refused = 0;
                foreach (var ip in ips)
                {
                    var status = (await bench.TunnelsToAsync(ip)).SelectMany(t => t.Map("bfd_status")).ToDictionary(p => p.Key.Text() ?? "", p => p.Value.Text());
                    refused += status.GetValueOrDefault("enabled") == "false" && status.GetValueOrDefault("info")?.Length > 0 ? 1 : 0;
                }

                return (refused > 0, $"{refused} of {ips.Count} with enabled=false and an info");
            });
    }

    /// <summary>vtep(5), Tunnel.bfd_config_local: what the switch expects of its peer.</summary>
    [Check("VTEP-TUN-012", Catches = "no-bfd-config-local", Partly = "that the keys are there, not whether they are true")]
    public static async Task The_switch_says_what_BFD_packets_it_expects(CheckContext c)
    {
        var (bench, ip, _, _) = await TunnelAsync(c);
        await NeedTunnelAsync(c, bench, ip);
        await c.EventuallyAsync(
            "read bfd_config_local", "bfd_dst_mac and bfd_dst_ip", c.Timing.Hardware,
            async () =>
            {
                var keys = (await bench.TunnelsToAsync(ip)) is [var tunnel, ..] ? Bench.Keys(tunnel, "bfd_config_local") : [];
                return (keys.Contains("bfd_dst_mac") && keys.Contains("bfd_dst_ip"), keys.Count == 0 ? "nothing" : string.Join(", ", keys));
            });
    }

    /// <summary>OpenDaylight makes Tunnel rows itself.</summary>
    [Check("VTEP-TUN-014", Catches = "doubles-tunnel-rows", Partly = "the number of rows only, not the BFD parameters")]
    public static async Task A_tunnel_that_the_controller_makes_is_not_doubled(CheckContext c)
    {
        c.Needs("Tunnel");
        var bench = await Bench.FindAsync(c);
        CheckContext.Applies(bench.Device.Texts("tunnel_ips").Count > 0, "the switch has no tunnel address");
        var (ip, own) = (c.Ip(), bench.Device.Texts("tunnel_ips")[0]);
        var there = await c.SelectAsync("Physical_Locator", Ovs.Where("dst_ip", "==", own), "_uuid");
        JsonObject[] local = there.Count > 0 ? [] : [Given.Locator(own, "near")];
        var near = there.Count > 0 ? Ovs.Uuid(there[0].Uuid) : Ovs.Named("near");
        await c.CommitAsync("insert a locator and a Tunnel to it", [.. local, Given.Locator(ip, "far"),
            Ovs.Insert("Tunnel", new JsonObject { ["local"] = near, ["remote"] = Ovs.Named("far") }, "tunnel"),
            Ovs.Mutate("Physical_Switch", Ovs.WhereUuid(bench.Device.Uuid), Ovs.Mutation("tunnels", "insert", Ovs.Set(Ovs.Named("tunnel"))))]);
        var locators = await c.SelectAsync("Physical_Locator", Ovs.Where("dst_ip", "==", ip), "_uuid");
        var far = locators.Count > 0 ? Ovs.Uuid(locators[0].Uuid) : Ovs.Named("far");
        JsonObject[] again = locators.Count > 0 ? [] : [Given.Locator(ip, "far")];
        await bench.BindNewAsync(c.Name("over-it"), c.Vni(), [.. again, Given.RemoteMac(c.Mac(), Ovs.Named("net"), far)]);
        await c.Tester.Host.DelayAsync(c.Timing.Hardware / 2, c.Cancel);
        await bench.ExpectTunnelsAsync(1, ip, "count the tunnels when the switch has had time");
    }

    private static async Task<(Bench Bench, string Ip, string Locator, string Mac)> TunnelAsync(CheckContext c)
    {
        c.Needs("Tunnel");
        var bench = await Bench.FindAsync(c);
        var (ip, mac, vlan) = (c.Ip(), c.Mac(), bench.FreeVlan());
        var reply = await c.CommitAsync(
            $"insert a network on VLAN {vlan} with a remote MAC behind {ip}", Given.Network(c.Name("tunnelled"), c.Vni(), "net"), Given.Locator(ip, "far"),
            bench.Binding("insert", vlan, Ovs.Named("net")), Given.RemoteMac(mac, Ovs.Named("net"), Ovs.Named("far")));
        return (bench, ip, reply.UuidAt(1)!, mac);
    }

    // A switch that makes no rows has failed the requirement that says so; the others speak of the rows there are.
    private static async Task NeedTunnelAsync(CheckContext c, Bench bench, string ip)
    {
        c.Did("wait for the switch to make a tunnel");
        var start = c.Tester.Transcript.Now;
        while ((await bench.TunnelsToAsync(ip)).Count == 0)
        {
            CheckContext.Applies(c.Tester.Transcript.Now - start < c.Timing.Hardware, "the switch makes no Tunnel rows");
            await c.Tester.Host.DelayAsync(TimeSpan.FromMilliseconds(100), c.Cancel);
        }
    }

    private static Task<TransactReply> SetBfdAsync(CheckContext c, string tunnel, string enable) => c.CommitAsync(
        $"set bfd_params:enable={enable}",
        Ovs.Update("Tunnel", Ovs.WhereUuid(tunnel), new JsonObject { ["bfd_params"] = Ovs.Map(("enable", enable)) }));

    private static async Task<IReadOnlyList<string>> StatusAsync(CheckContext c, string tunnel) =>
        await c.PeekAsync("Tunnel", Ovs.WhereUuid(tunnel), "bfd_status") is [var row, ..] ? Bench.Keys(row, "bfd_status") : [];
}
