using VtepLab.Simulation;
using VtepLab.Topology;

namespace VtepLab.Scenarios;

/// <summary>Faults of the catalogue that a scenario states, and the peace after them; only in virtual time.</summary>
[Binding]
public sealed class FaultSteps(LabWorld lab)
{
    private SimulatedWorld World => (lab as SimulatedLab ?? throw new LabExpectationException("only a simulated lab can be broken by faults of the catalogue")).World;

    /// <summary>The fault begins now; the next step follows at once.</summary>
    [When("fault {switch} hits {names} for {seconds}")]
    public void Hit(string kind, string[] subjects, TimeSpan time) => Begin(kind, subjects, time, 0);

    [When("fault {switch} by {float} hits {names} for {seconds}")]
    public void Hit(string kind, double amount, string[] subjects, TimeSpan time) => Begin(kind, subjects, time, amount);

    [When("fault {switch} hits the bus for {seconds}")]
    public void HitBus(string kind, TimeSpan time) => Begin(kind, [], time, 0);

    [When("fault {switch} by {float} hits the bus for {seconds}")]
    public void HitBus(string kind, double amount, TimeSpan time) => Begin(kind, [], time, amount);

    [Then("within {seconds} nothing but signs of life is seen for {seconds}")]
    public Task BecomesQuiet(TimeSpan within, TimeSpan quiet) => World.UntilQuietAsync(quiet, within);

    private void Begin(string kind, string[] subjects, TimeSpan time, double amount)
    {
        var known = FaultCatalogue.Standard.Select(k => k.Name).ToList();
        Expect.That(known.Contains(kind), $"there is no fault \"{kind}\"; expected one of {string.Join(", ", known)}");
        var strangers = subjects.Where(s => s != "|" && !World.Hosts.ContainsKey(s) && !World.Links.ContainsKey(s)).ToList();
        Expect.That(strangers.Count == 0, $"the scenario has no machine or cable {string.Join(", ", strangers.Select(s => $"\"{s}\""))}");
        Nemesis.Release(World, new FaultPlan([new FaultCommand(World.Now, kind, subjects, time, amount)]));
    }
}
