using VtepLab.Testing.Peers;

namespace VtepLab.Cli.Tests;

/// <summary>The frames that <c>vteplab scenario --out</c> and <c>vteplab replay</c> keep, read by tshark.</summary>
public class FrameFileTests : FolderFixture
{
    private const string Scenario = "VT-DATA-001";

    // What tshark says of a checksum.
    private const string Wrong = "0";
    private const string Right = "1";

    [Test]
    [Category(RealPeer.Category)]
    public async Task Tshark_finds_every_link_with_well_formed_frames_and_the_steps_beside_them()
    {
        (await Vteplab.RunAsync("scenario", "--filter", Scenario, "--seed", "7", "--out", Folder["run"])).Success();

        var frames = await TsharkAsync(
            Folder[$"run/{Scenario}.pcapng"], "frame.interface_name", "frame.comment", "vxlan.vni", "_ws.malformed", "ip.checksum.status", "udp.checksum.status");

        Assert.That(frames.Select(f => f[0]).Distinct(), Is.EquivalentTo(new[]
        {
            "leaf1.ul0-spine.leaf1", "leaf2.ul0-spine.leaf2", "kvm1.ul0-spine.kvm1", "kvm2.ul0-spine.kvm2", "srv1.eth0-leaf1.eth1", "vm1.eth0-kvm1.tap-vm1",
        }));
        Assert.That(frames.Select(f => f[1]), Has.All.Match("^[^;]+[.][^;]+(; line [0-9]+: .+)?$").And.Some.EndsWith("\"srv1\" and \"vm1\" reach each other"));
        Assert.That(frames.Select(f => f[3]), Has.All.Empty);
        Assert.That(frames.SelectMany(f => new[] { f[4], f[5] }), Has.None.Contains(Wrong).And.Some.Contains(Right));

        // Every frame of a tunnel is there twice: on its way to the middle of the underlay, and from there.
        var tunnelled = frames.Where(f => f[2] == "5000").ToLookup(f => f[1].StartsWith("spine.", StringComparison.Ordinal));
        Assert.That(tunnelled[true].Count(), Is.EqualTo(tunnelled[false].Count()).And.GreaterThan(0));
    }

    [Test]
    public async Task The_same_seed_gives_the_same_frames_and_a_replay_too()
    {
        (await Vteplab.RunAsync("scenario", "--filter", Scenario, "--seed", "7", "--out", Folder["run"])).Success();
        (await Vteplab.RunAsync("scenario", "--filter", Scenario, "--seed", "7", "--out", Folder["again"])).Success();
        (await Vteplab.RunAsync("replay", "7", "--scenario", Scenario, "--out", Folder["replay"])).Success();

        var frames = await File.ReadAllBytesAsync(Folder[$"run/{Scenario}.pcapng"]);

        Assert.That(frames, Has.Length.GreaterThan(1000));
        Assert.That(await File.ReadAllBytesAsync(Folder[$"again/{Scenario}.pcapng"]), Is.EqualTo(frames));
        Assert.That(await File.ReadAllBytesAsync(Folder[$"replay/{Scenario}.pcapng"]), Is.EqualTo(frames));
    }

    [Test]
    [Category(RealPeer.Category)]
    public async Task Tshark_reads_the_frames_of_a_failing_run_that_explore_kept()
    {
        await File.WriteAllTextAsync(Folder["own.feature"], """
            Feature: A user's own
              @VT-OWN-002
              Scenario: Somebody expects nothing where a frame comes
                Given a switch "leaf1" in the fabric with tunnel address 192.0.2.11 and ports "eth1" and "eth2"
                And a tenant network "blue" with VNI 5000
                And "leaf1" port "eth1" carries network "blue" on VLAN 10
                And "leaf1" port "eth2" carries network "blue" on VLAN 20
                And a server "srv1" with address 10.0.0.1 on "leaf1" port "eth1" and VLAN 10
                And a server "srv2" with address 10.0.0.2 on "leaf1" port "eth2" and VLAN 20
                Then within 5 seconds a broadcast of "srv1" is seen by "srv2" and by nobody else
                And a broadcast of "srv1" is seen by nobody
            """);

        var explored = await Vteplab.RunAsync(
            new Dictionary<string, string> { ["VTEPLAB_SCENARIOS"] = Folder["own.feature"] },
            "explore", "VT-OWN-002", "--seeds", "1..1", "--faults", "delay", "--out", Folder["runs"]);
        Assert.That((ExitCode)explored.ExitCode, Is.EqualTo(ExitCode.Failed), explored.Output + explored.Errors);
        var kept = Directory.GetDirectories(Folder["runs"], "*-shrunk").Single();
        var frames = await TsharkAsync(Path.Combine(kept, "VT-OWN-002.pcapng"), "frame.interface_name", "frame.comment", "_ws.malformed", "vlan.id");

        Assert.That(frames.Select(f => f[0]), Has.Some.EqualTo("srv1.eth0-leaf1.eth1").And.Some.EqualTo("srv2.eth0-leaf1.eth2"));
        Assert.That(frames.Select(f => f[1]), Has.Some.EndsWith("And a broadcast of \"srv1\" is seen by nobody"));
        Assert.That(frames.Select(f => f[2]), Has.All.Empty);
        Assert.That(frames.Select(f => f[3]).Distinct(), Is.EquivalentTo(new[] { "10", "20" }));
    }

    [Test]
    public async Task A_scenario_without_links_leaves_no_such_file()
    {
        (await Vteplab.RunAsync("scenario", "--filter", "VT-L2GW-001", "--out", Folder["run"])).Success();

        Assert.That(Directory.GetFiles(Folder["run"]).Select(Path.GetFileName), Is.EqualTo(new[] { "junit.xml" }));
    }

    private static async Task<List<string[]>> TsharkAsync(string file, params string[] fields)
    {
        var table = (await PeerProcess.RunAsync(
            RealPeer.Require("tshark"),
            [
                "-r", file, "-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-T", "fields",
                .. fields.SelectMany(f => new[] { "-e", f }),
            ])).Success();
        return [.. table.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('\t'))];
    }
}
