using System.Globalization;
using VtepLab.Simulation;

namespace VtepLab.Kernel.Tests.Exploration;

/// <summary>The same seed gives the same run in every process, build configuration and runtime setting.</summary>
public class GoldenRunTests
{
    // What any process must find, Debug or Release, on one core or many. A change of the simulation's behaviour changes them, and says so.
    [TestCase(1UL, 0x9CFB06F5772D4D67UL, 7875L)]
    [TestCase(5UL, 0x39AF5344F18A4F4EUL, 7212L)]
    public void A_fail_over_run_has_the_digest_it_has_always_had(ulong seed, ulong digest, long events)
    {
        var outcome = Explorer.Run(WrongAgents.Experiment(Wrong.Nothing), seed);

        Assert.That(
            (outcome.Digest, outcome.Events), Is.EqualTo((digest, events)),
            $"found 0x{outcome.Digest:X16}UL, {outcome.Events.ToString(CultureInfo.InvariantCulture)}");
    }
}
