using System.Collections.Immutable;

namespace VtepLab.Gherkin;

/// <summary>What a scenario is called.</summary>
/// <param name="Title">Its name.</param>
/// <param name="Tags">Its tags without <c>@</c>, those of the feature included.</param>
public sealed record ScenarioInfo(string Title, ImmutableArray<string> Tags)
{
    /// <summary>The same tags; Reqnroll keeps a scenario's own apart from those it inherits.</summary>
    public ImmutableArray<string> CombinedTags => Tags;
}

/// <summary>What a feature is called.</summary>
/// <param name="Title">Its name.</param>
public sealed record FeatureInfo(string Title);

/// <summary>The scenario that is running, for hooks and steps that ask for it in their constructor.</summary>
public sealed class ScenarioContext(ScenarioInfo scenarioInfo, ObjectContainer scenarioContainer)
{
    /// <summary>What it is called.</summary>
    public ScenarioInfo ScenarioInfo { get; } = scenarioInfo;

    /// <summary>The scenario's objects.</summary>
    public ObjectContainer ScenarioContainer { get; } = scenarioContainer;

    /// <summary>What went wrong first; null while nothing has.</summary>
    public Exception? TestError { get; internal set; }
}

/// <summary>The feature of the scenario that is running.</summary>
public sealed class FeatureContext(FeatureInfo featureInfo)
{
    /// <summary>What it is called.</summary>
    public FeatureInfo FeatureInfo { get; } = featureInfo;
}

/// <summary>Thrown by a step that is not written yet.</summary>
public sealed class PendingStepException() : Exception("the step is not written yet");

/// <summary>Text and files that belong to the step that is running. The name is Reqnroll's.</summary>
public interface IReqnrollOutputHelper
{
    /// <summary>Adds a line to the step's output.</summary>
    void WriteLine(string message);

    /// <summary>Adds a formatted line to the step's output.</summary>
    void WriteLine(string format, params object[] args);

    /// <summary>Names a file that belongs to the step.</summary>
    void AddAttachment(string filePath);
}
