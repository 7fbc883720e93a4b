using VtepLab.Results;

namespace VtepLab.Gherkin;

/// <summary>Something that happened while a scenario ran.</summary>
/// <param name="Pickle">The scenario.</param>
/// <param name="At">Since its start, on the world's clock.</param>
public abstract record ExecutionEvent(Pickle Pickle, TimeSpan At);

/// <summary>A scenario began.</summary>
public sealed record ScenarioStarted(Pickle Pickle, TimeSpan At) : ExecutionEvent(Pickle, At);

/// <summary>A step began.</summary>
public sealed record StepStarted(Pickle Pickle, TimeSpan At, PickleStep Step) : ExecutionEvent(Pickle, At);

/// <summary>A step, or a hook that went wrong, ended.</summary>
public sealed record StepFinished(Pickle Pickle, TimeSpan At, ScenarioStep Result) : ExecutionEvent(Pickle, At);

/// <summary>A scenario ended.</summary>
public sealed record ScenarioFinished(Pickle Pickle, TimeSpan At, ScenarioResult Result) : ExecutionEvent(Pickle, At);
