using VtepLab.Results;
using VtepLab.Simulation;

namespace VtepLab.Scenarios;

/// <summary>A scenario as something to explore under many seeds.</summary>
public static class ScenarioExperiment
{
    /// <summary>Makes the experiment; runs share nothing and may be side by side.</summary>
    /// <param name="pickle">The scenario.</param>
    /// <param name="kinds">The kinds of faults; none for faults switched off; null for all those that the scenario itself asks for.</param>
    /// <param name="listener">Told of every event of every run, on the run's thread; may be null.</param>
    /// <returns>
    /// The plan of an outcome holds the faults that were drawn. A failure is a step, with its line, or what broke the world: a crash, a
    /// deadlock, an invariant.
    /// </returns>
    public static Experiment Of(Pickle pickle, IReadOnlyList<FaultKind>? kinds, Action<ExecutionEvent>? listener = null)
    {
        ArgumentNullException.ThrowIfNull(pickle);
        // What can be hit is known when the scenario has built it, so a seed's plan is empty at first and filled during its run.
        return new Experiment(pickle.Name, _ => new FaultPlan(new Undrawn()), Body) { Options = ScenarioRunner.Worlds };

        void Body(SimulatedWorld world, FaultPlan plan)
        {
            var undrawn = plan.Commands is Undrawn { IsDrawn: false } empty ? empty : null; // Filled by the first run; a later one repeats it.
            var faults = new ScenarioFaults { Kinds = kinds ?? FaultCatalogue.Standard, Given = undrawn is null ? plan : null, Uninvited = kinds is not null };
            ScenarioResult result;
            try
            {
                result = ScenarioRunner.RunIn(world, pickle, new ScenarioRunOptions { Seed = world.Seed, Faults = faults, Listener = listener });
            }
            finally
            {
                undrawn?.Draw(faults.Released);
            }

            if (result.Status != ScenarioStatus.Passed)
            {
                var step = result.Steps.First(s => s.Status is not (ScenarioStatus.Passed or ScenarioStatus.Skipped));
                throw new SimulationException(step.Message.Split('\n')[0], $"step in line {step.Line}: {step.Keyword} {step.Text}");
            }
        }
    }

    private sealed class Undrawn : List<FaultCommand>
    {
        public bool IsDrawn { get; private set; }

        public void Draw(IEnumerable<FaultCommand> commands)
        {
            AddRange(commands);
            IsDrawn = true;
        }
    }
}
