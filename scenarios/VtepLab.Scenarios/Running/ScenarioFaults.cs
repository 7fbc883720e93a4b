using VtepLab.Simulation;
using VtepLab.Topology;

namespace VtepLab.Scenarios;

/// <summary>What goes wrong in one simulated run of a scenario: drawn from the seed when it begins, or given to repeat a run.</summary>
/// <remarks>
/// A scenario may say in a step what may break, and when. In others, while kinds are asked for, everything but the broker may break
/// from the first step that is no Given; such a scenario has not agreed to it, and may rightly fail.
/// </remarks>
public sealed class ScenarioFaults
{
    /// <summary>How long faults go on in a scenario that does not say so itself.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly List<FaultCommand> _released = [];

    /// <summary>The kinds to draw from, or by which a given plan is carried out.</summary>
    public IReadOnlyList<FaultKind> Kinds { get; init; } = FaultCatalogue.Standard;

    /// <summary>The faults, by virtual time since the start of the world; null to draw them from the seed.</summary>
    public FaultPlan? Given { get; init; }

    /// <summary>True: faults also come into a scenario none of whose steps asks for them.</summary>
    public bool Uninvited { get; init; }

    /// <summary>The faults that were drawn or given, so far.</summary>
    public IReadOnlyList<FaultCommand> Released => _released;

    /// <summary>True when a step of the scenario says what may break.</summary>
    public static bool AreInvitedBy(Pickle pickle) => ScenarioBook.Bindings.MethodsOf(pickle).Any(m =>
        m.DeclaringType!.GetConstructors().Any(c => c.GetParameters().Any(p => p.ParameterType == typeof(ScenarioFaults))));

    /// <summary>Lets faults happen in a part of the run.</summary>
    /// <param name="world">The world.</param>
    /// <param name="options">The part, from and until, and what may be hit; of a given plan, only what lies in that part happens.</param>
    internal Nemesis Release(SimulatedWorld world, NemesisOptions options)
    {
        var plan = Given is { } given
            ? new FaultPlan([.. given.Commands.Where(c => c.At >= options.From && c.At < options.Until)])
            : Nemesis.Draw(world.Seed, options with { Kinds = Kinds });
        _released.AddRange(plan.Commands);
        return Nemesis.Release(world, plan);
    }

    internal Action<ExecutionEvent>? Watch(SimulatedLab lab, Pickle pickle, Action<ExecutionEvent>? next)
    {
        if (!Uninvited || AreInvitedBy(pickle))
        {
            return next;
        }

        var isReleased = false;
        return happened =>
        {
            if (!isReleased && happened is StepStarted { Step.Kind: not StepKind.Given })
            {
                isReleased = true;
                var (now, machines) = (lab.World.Now, lab.Machines.Keys.ToList());
                Release(lab.World, new NemesisOptions
                {
                    Targets = new FaultTargets
                    {
                        Hosts = machines, Network = [.. machines, lab.Driver.Name], Links = [.. lab.World.Links.Keys],
                        Bus = lab.World.Bus.IsUsed ? BusHarm.Delay : BusHarm.None,
                    },
                    From = now,
                    Until = now + Window,
                    QuietMost = TimeSpan.FromSeconds(10),
                });
            }

            next?.Invoke(happened);
        };
    }
}
