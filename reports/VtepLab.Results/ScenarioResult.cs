using System.Collections.Immutable;

namespace VtepLab.Results;

/// <summary>How a step or a whole scenario ended; the worst of a scenario's steps is the scenario's.</summary>
public enum ScenarioStatus
{
    /// <summary>All went as written.</summary>
    Passed,

    /// <summary>Not run, because something before it went wrong.</summary>
    Skipped,

    /// <summary>The step says of itself that it is not written yet.</summary>
    Pending,

    /// <summary>No step definition matches.</summary>
    Undefined,

    /// <summary>Several step definitions match.</summary>
    Ambiguous,

    /// <summary>What was seen is not what the step says.</summary>
    Failed,
}

/// <summary>One step of a scenario, or a hook that went wrong.</summary>
/// <param name="Keyword">Given, When, Then, And, But, *; <c>Before</c> or <c>After</c> for a hook.</param>
/// <param name="Text">The step's text, or the hook's method.</param>
/// <param name="Line">Its line in the feature file; 0 for a hook.</param>
/// <param name="Status">How it ended.</param>
/// <param name="StartedAt">Since the start of the scenario, on the world's clock.</param>
/// <param name="Duration">How long it took, on the world's clock.</param>
/// <param name="Message">What went wrong, or empty.</param>
/// <param name="Output">Lines that the step wrote.</param>
/// <param name="Attachments">Files that the step named.</param>
/// <param name="Trace">Where in the code it went wrong, for a developer; empty when the message says all.</param>
public sealed record ScenarioStep(
    string Keyword, string Text, int Line, ScenarioStatus Status, TimeSpan StartedAt, TimeSpan Duration, string Message,
    ImmutableArray<string> Output, ImmutableArray<string> Attachments, string Trace = "");

/// <summary>The result of one scenario.</summary>
/// <param name="Uri">The feature file.</param>
/// <param name="Line">The scenario's or the example row's line in it.</param>
/// <param name="Feature">The feature's name.</param>
/// <param name="Name">The scenario's name, with the values of its example row.</param>
/// <param name="Tags">Its tags with <c>@</c>, those of the feature included.</param>
/// <param name="Status">How it ended.</param>
/// <param name="Duration">How long it took, on the world's clock.</param>
/// <param name="Steps">Its steps in order, and the hooks that went wrong.</param>
public sealed record ScenarioResult(
    string Uri, int Line, string Feature, string Name, ImmutableArray<string> Tags, ScenarioStatus Status, TimeSpan Duration,
    ImmutableArray<ScenarioStep> Steps)
{
    /// <summary>The seed of a simulated run; null for a live one.</summary>
    public ulong? Seed { get; init; }

    /// <summary>Hash of a simulated run's trace, or empty.</summary>
    public string TraceHash { get; init; } = "";

    /// <summary>The command that runs it again in the same way, or empty.</summary>
    public string ReplayCommand { get; init; } = "";
}
