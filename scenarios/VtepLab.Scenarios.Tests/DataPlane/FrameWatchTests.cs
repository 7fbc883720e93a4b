using VtepLab.Gherkin;
using VtepLab.Results;
using VtepLab.Simulation;

namespace VtepLab.Scenarios.Tests.DataPlane;

/// <summary>Each invariant of the data plane is broken by a switch that breaks it, and says where.</summary>
public class FrameWatchTests
{
    private const string Fabric = """
        Feature: F
          Scenario: One switch of two is broken
            Given a switch "leaf1" in the fabric with tunnel address 192.0.2.11 and ports "eth1" and "eth2"
            And a switch "leaf2" in the fabric with tunnel address 192.0.2.12 and ports "eth1" and "eth2" and quirk "QUIRK"
            And a hypervisor "kvm1" with tunnel address 192.0.2.21
            And a service node "sn1" with tunnel address 192.0.2.31
            And a service node "sn2" with tunnel address 192.0.2.32
            And a tenant network "blue" with VNI 5000 and replication mode MODE
            And a tenant network "red" with VNI 6000
            And "leaf1" port "eth1" carries network "blue" on VLAN 10
            And "leaf2" port "eth1" carries network "blue" on VLAN 10
            And "leaf2" port "eth2" carries network "red" on VLAN RED
            And a server "srv1" with address 10.0.0.1 on "leaf1" port "eth1" and VLAN 10
            And a server "srv2" with address 10.0.0.2 on "leaf2" port "eth1" and VLAN 10
            And a server "srv3" with address 10.0.0.3 on "leaf2" port "eth2" and VLAN RED
            And a server "stray" with address 10.0.0.4 on "leaf2" port "eth2" and VLAN 77
            And a VM "vm1" with address 10.0.0.21 of network "blue" on "kvm1"
            And a VM "vm2" with address 10.0.0.22 of network "red" on "kvm1"
            Then within 5 seconds a broadcast of "srv1" is seen by "srv2" and "vm1" and by nobody else
            And within 5 seconds a broadcast of "srv2" is seen by "srv1" and "vm1" and by nobody else
            And within 5 seconds a broadcast of "srv3" is seen by "vm2" and by nobody else
            And a broadcast of "stray" is seen by nobody
        """;

    [TestCase("floods-into-tunnels", "source_node", "split-horizon", "leaf2 towards 192.0.2.21, VNI 5000, carries a frame that came to leaf2 out of a tunnel", "sent by srv1 at leaf1 port eth1 VLAN 10")]
    [TestCase("copies-to-all-service-nodes", "service_node", "duplicate-delivery", "leaf1 port eth1 VLAN 10 put out 2 times what was sent once", "sent by srv2 at leaf2 port eth1 VLAN 10")]
    [TestCase("untagged-is-any", "source_node", "vni-of-its-network", "leaf2 towards 192.0.2.21, VNI 6000, carries a frame of no network", "sent by srv3 at leaf2 port eth2 VLAN 77")]
    [TestCase("wrong-vni", "source_node", "vni-of-its-network", "leaf2 towards 192.0.2.11, VNI 5001, carries a frame of network blue", "sent by srv2 at leaf2 port eth1 VLAN 10")]
    [TestCase("vlan-is-global", "source_node", "frame-crosses-vnis", "leaf2 port eth2 VLAN 10 of network red (VNI 6000) put out a frame of network blue", "sent by srv1 at leaf1 port eth1 VLAN 10", 10)]
    [TestCase("strips-egress-tag", "source_node", "wrong-port", "leaf2 port eth1 untagged, which belongs to no network, put out a frame of network blue", "sent by srv1 at leaf1 port eth1 VLAN 10")]
    [TestCase("keeps-inner-tag", "source_node", "frame-from-nowhere", "carries a frame that nobody sent", "leaf2 towards")]
    public void A_broken_switch_breaks_an_invariant_that_names_it_the_frame_and_the_place(
        string quirk, string mode, string invariant, string place, string sender, int vlanOfRed = 0)
    {
        var outcome = Explorer.Run(ScenarioExperiment.Of(Scenario(quirk, mode, vlanOfRed), []), 1);

        Assert.That(outcome.Failure, Is.EqualTo($"invariant {invariant}"), outcome.Message);
        Assert.That(outcome.Message, Does.Contain(place).And.Contain(sender).And.Contain("Seed 1, virtual time "));
    }

    [Test]
    public void A_service_node_that_sends_back_makes_a_loop()
    {
        var scenario = FeatureReader.Read("f.feature", """
            Feature: F
              Scenario: Whoever floods gets its own frame back
                Given a service node "sn1" with tunnel address 192.0.2.31 that sends back what it gets
                And a switch "leaf1" in the fabric with tunnel address 192.0.2.11 and ports "eth1" and "eth2"
                And a hypervisor "kvm1" with tunnel address 192.0.2.21
                And a tenant network "blue" with VNI 5000 and replication mode service_node
                And "leaf1" port "eth1" carries network "blue" on VLAN 10
                And a server "srv1" with address 10.0.0.1 on "leaf1" port "eth1" and VLAN 10
                And a VM "vm1" with address 10.0.0.21 of network "blue" on "kvm1"
                Then within 5 seconds a broadcast of "srv1" is seen by "vm1" and by nobody else
            """).Pickles[0];

        var outcome = Explorer.Run(ScenarioExperiment.Of(scenario, []), 1);

        Assert.That(outcome.Failure, Is.EqualTo("invariant loop"), outcome.Message);
        Assert.That(outcome.Message, Does.Contain("leaf1 port eth1 VLAN 10 gave srv1 back its own frame").And.Contain("sent by srv1 at leaf1 port eth1 VLAN 10"));
    }

    [TestCase(" that gives every network the same local VLAN", "invariant local-vlan-vni-bijection")]
    [TestCase("", null)]
    public void A_hypervisor_that_uses_a_local_VLAN_twice_breaks_the_bijection_before_any_frame_is_sent(string defect, string? invariant)
    {
        var scenario = FeatureReader.Read("f.feature", $$"""
            Feature: F
              Scenario: Two networks on one hypervisor
                Given a hypervisor "kvm1" with tunnel address 192.0.2.21{{defect}}
                And a tenant network "blue" with VNI 5000
                And a tenant network "red" with VNI 6000
                And a VM "vm1" with address 10.0.0.21 of network "blue" on "kvm1"
                And a VM "vm2" with address 10.0.0.22 of network "red" on "kvm1"
                Then within 10 seconds nothing but signs of life is seen for 3 seconds
            """).Pickles[0];

        var outcome = Explorer.Run(ScenarioExperiment.Of(scenario, []), 1);

        Assert.That(outcome.Failure, Is.EqualTo(invariant), outcome.Message);
        Assert.That(outcome.Message ?? "", invariant is null ? Is.Empty : Does.Contain("kvm1 gives local VLAN 1 to VNI 6000 and to VNI 5000"));
    }

    [Test]
    public void A_scenario_that_breaks_an_invariant_fails_with_its_message()
    {
        var result = ScenarioRunner.RunSimulated(Scenario("floods-into-tunnels", "source_node"), new ScenarioRunOptions { Seed = 1 });

        Assert.That(result.Status, Is.EqualTo(ScenarioStatus.Failed));
        Assert.That(ScenarioReport.Describe(result), Does.Contain("split-horizon: leaf2 towards "));
    }

    [TestCase("source_node")]
    [TestCase("service_node")]
    public void An_honest_switch_breaks_none(string mode)
    {
        var result = ScenarioRunner.RunSimulated(Scenario("", mode), new ScenarioRunOptions { Seed = 1 });

        Assert.That(result.Status, Is.EqualTo(ScenarioStatus.Passed), () => ScenarioReport.Describe(result));
    }

    private static Pickle Scenario(string quirk, string mode, int vlanOfRed = 0) => FeatureReader.Read(
        "f.feature",
        Fabric.Replace("QUIRK", quirk, StringComparison.Ordinal).Replace("MODE", mode, StringComparison.Ordinal)
            .Replace("RED", $"{vlanOfRed}", StringComparison.Ordinal)).Pickles[0];
}
