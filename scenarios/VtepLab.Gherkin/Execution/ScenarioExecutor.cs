using System.Collections.Immutable;
using VtepLab.Results;

namespace VtepLab.Gherkin;

/// <summary>Runs scenarios, one at a time for each call, with plain <c>await</c>: in whatever world the caller is in.</summary>
/// <param name="registry">The bindings.</param>
/// <param name="time">The world's clock, for durations.</param>
/// <param name="listener">Told of every event as it happens; may be null.</param>
public sealed class ScenarioExecutor(BindingRegistry registry, TimeProvider time, Action<ExecutionEvent>? listener = null)
{
    /// <summary>Runs a scenario to its end; what goes wrong in it is in the result and is not thrown.</summary>
    /// <param name="pickle">The scenario.</param>
    /// <param name="prepare">Registers the objects that steps may ask for, such as the world.</param>
    public async Task<ScenarioResult> RunAsync(Pickle pickle, Action<ObjectContainer>? prepare = null)
    {
        var run = new ScenarioRun(registry, pickle, time, listener);
        prepare?.Invoke(run.Container);
        return await run.RunAsync();
    }

    /// <summary>Every step of these scenarios that has no definition, or several, one message each.</summary>
    public static ImmutableArray<string> Check(BindingRegistry registry, IEnumerable<Pickle> pickles) =>
    [
        .. pickles
            .SelectMany(p => p.Steps.Select(s => (Pickle: p, Step: s, Match: StepMatcher.Find(registry, p, s))))
            .Where(s => s.Match.Binding is null)
            .Select(s => $"{s.Pickle.Uri}:{s.Step.Line}: {s.Match.Problem}")
            .Distinct(),
    ];
}
