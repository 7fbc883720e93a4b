using VtepLab.Contrast.Tests.OvsdbTools;
using VtepLab.Emulators.HardwareVtep;
using VtepLab.Hosting;
using VtepLab.Ovsdb;
using VtepLab.Packets;
using VtepLab.Runtime;
using VtepLab.Testing.Peers;

namespace VtepLab.Contrast.Tests.HardwareVtep;

/// <summary>Debian's ovn-controller-vtep drives the emulated switch: what it writes reaches the hardware, and the switch answers with rows of its own.</summary>
[Category(RealPeer.Category)]
public class EmulatorOvnTests
{
    [Test]
    public Task Its_networks_and_far_ends_reach_the_hardware() => LiveHost.RunAsync("leaf1", null, async host =>
    {
        var program = RealPeer.Require("ovn-controller-vtep");
        await using var leaf = await HardwareVtepEmulator.StartAsync(host, new HardwareVtepOptions { Listen = [Endpoint.Parse("ptcp:0:127.0.0.1")] });
        var database = $"tcp:127.0.0.1:{leaf.ListeningOn[0].Port}";
        await using var southbound = await OurServer.StartAsync(DatabaseSchema.Parse(OvnControllerVtepTests.Southbound));
        using var directory = new TempDirectory();
        (await PeerProcess.RunAsync(
            RealPeer.Require("vtep-ctl"), [$"--db={database}", "--timeout=60", "add-ls", "blue", "--", "bind-ls", "leaf1", "eth1", "10", "blue"])).Success();
        (await PeerProcess.RunAsync(RealPeer.Require("ovsdb-client"), ["transact", southbound.Endpoint, """
            ["OVN_Southbound",{"op":"insert","table":"SB_Global","row":{}},
            {"op":"insert","table":"Encap","uuid-name":"en","row":{"type":"vxlan","ip":"192.0.2.12","chassis_name":"hv1"}},
            {"op":"insert","table":"Chassis","uuid-name":"hv","row":{"name":"hv1","encaps":["named-uuid","en"]}},
            {"op":"insert","table":"Datapath_Binding","uuid-name":"dp","row":{"tunnel_key":5000}},
            {"op":"insert","table":"Port_Binding","row":{"logical_port":"vm1","tunnel_key":2,"datapath":["named-uuid","dp"],"chassis":["named-uuid","hv"],
             "mac":"02:1a:c6:33:64:01 198.51.100.1"}},
            {"op":"insert","table":"Port_Binding","row":{"logical_port":"vtep1","type":"vtep","tunnel_key":1,"datapath":["named-uuid","dp"],
             "options":["map",[["vtep-physical-switch","leaf1"],["vtep-logical-switch","blue"]]]}}]
            """.ReplaceLineEndings("")])).Success();

        await using var controller = PeerProcess.Start(
            program, ["--vtep-db=" + database, "--ovnsb-db=" + southbound.Endpoint, "--no-chdir", "-vconsole:warn"],
            new Dictionary<string, string> { ["OVN_RUNDIR"] = directory.Path, ["OVS_RUNDIR"] = directory.Path });

        await controller.WaitUntilAsync(
            "the hardware to follow",
            () => Task.FromResult(
                leaf.Hardware.Networks.Values.Any(n => n is { Name: "blue", ReplicatesAtSource: true } && n.Vni == new Vni(5000))
                && leaf.Hardware.RemoteMacs.Any(m => m.Key.Mac == MacAddress.Parse("02:1a:c6:33:64:01") && m.Value.Address == IpAddress.Parse("192.0.2.12"))
                && leaf.Hardware.Floods.Values.Any(f => f.Any(l => l.Address == IpAddress.Parse("192.0.2.12")))));
        Assert.That(leaf.Hardware.Tunnels.Keys, Is.EqualTo(new[] { IpAddress.Parse("192.0.2.12") }));
        Assert.That(leaf.Database.Table("Physical_Switch").All.Single()["switch_fault_status"].Keys, Is.Empty);
        Assert.That(leaf.Database.Table("Tunnel").All.Count(), Is.EqualTo(1));
    });
}
