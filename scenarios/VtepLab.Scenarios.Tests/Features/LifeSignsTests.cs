using System.Text;
using VtepLab.Gherkin;
using VtepLab.Results;

namespace VtepLab.Scenarios.Tests.Features;

/// <summary>What a scenario takes for silence.</summary>
public class LifeSignsTests
{
    [TestCase("""{"id":"echo","method":"echo","params":[]}""", true)]
    [TestCase("""{"error":null,"id":"echo","result":[]}{"id":"echo","method":"echo","params":[]}""", true)]
    [TestCase("""{"op":"ping"}""" + "\n", true)]
    [TestCase("""{"op":"publish","id":3,"message":{"method":"report_state","args":{}}}""" + "\n" + """{"op":"ack","id":1,"tag":2}""", true)]
    [TestCase("""{"op":"deliver","id":0,"tag":1,"message":{"_msg_id":"1","result":null,"failure":null}}""", true)]
    [TestCase("""{"op":"publish","id":3,"message":{"method":"update_ovsdb_changes","args":{}}}""", false)]
    [TestCase("""{"op":"ping"}{"op":"consume","id":1,"queues":[]}""", false)]
    [TestCase("""{"op":"publish","id":3,"message":"nonsense"}""", false)]
    [TestCase("""{"id":7,"method":"transact","params":["hardware_vtep"]}""", false)]
    [TestCase("""{"id":"echo","meth""", false)]
    [TestCase("[]", false)]
    public void Only_signs_of_life_are_silence(string segment, bool isSilence) => Assert.That(LifeSigns.AreAll(Encoding.UTF8.GetBytes(segment)), Is.EqualTo(isSilence));

    [TestCase(20, ScenarioStatus.Passed)]
    [TestCase(200, ScenarioStatus.Failed)]
    public void Who_waits_for_silence_is_told_when_there_is_none(int flapping, ScenarioStatus expected)
    {
        var scenario = FeatureReader.Read("f.feature", $"""
            Feature: F
              Scenario: A cable flaps
                Given a hypervisor "kvm1" with tunnel address 192.0.2.21
                When fault "link-flap" by 1 hits "kvm1.ul0-spine.kvm1" for {flapping} seconds
                Then within 100 seconds nothing but signs of life is seen for 30 seconds
            """).Pickles[0];

        var result = ScenarioRunner.RunSimulated(scenario, new ScenarioRunOptions { Seed = 1 });

        Assert.That(result.Status, Is.EqualTo(expected), () => ScenarioReport.Describe(result));
        Assert.That(ScenarioReport.Describe(result), expected == ScenarioStatus.Passed ? Does.Not.Contain("not quiet") : Does.Contain("not quiet for 00:00:30 within 00:01:40"));
    }

    [TestCase("fault \"link-flop\" by 1 hits \"kvm1\" for 3 seconds", "there is no fault \"link-flop\"; expected one of ")]
    [TestCase("fault \"crash\" hits \"kvm2\" for 3 seconds", "the scenario has no machine or cable \"kvm2\"")]
    public void A_fault_that_cannot_be_is_refused(string step, string problem)
    {
        var scenario = FeatureReader.Read("f.feature", $"""
            Feature: F
              Scenario: S
                Given a hypervisor "kvm1" with tunnel address 192.0.2.21
                When {step}
            """).Pickles[0];

        Assert.That(ScenarioReport.Describe(ScenarioRunner.RunSimulated(scenario, new ScenarioRunOptions { Seed = 1 })), Does.Contain(problem));
    }
}
