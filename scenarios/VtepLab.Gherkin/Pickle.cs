using System.Collections.Immutable;

namespace VtepLab.Gherkin;

/// <summary>What a step is for; And, But and * take the kind of the step before them.</summary>
public enum StepKind
{
    /// <summary>A known state.</summary>
    Given,

    /// <summary>What is done.</summary>
    When,

    /// <summary>What must be seen.</summary>
    Then,
}

/// <summary>One executable step, with the values of its example row filled in.</summary>
/// <param name="Keyword">The keyword as written, without the space after it.</param>
/// <param name="Kind">What it is for.</param>
/// <param name="Text">The text after the keyword.</param>
/// <param name="Line">Its line in the feature file, from 1.</param>
/// <param name="Table">The table below it, if there is one.</param>
/// <param name="DocString">The doc string below it, if there is one.</param>
public sealed record PickleStep(string Keyword, StepKind Kind, string Text, int Line, DataTable? Table, string? DocString);

/// <summary>One executable scenario: backgrounds in front, example values filled in, tags inherited.</summary>
/// <param name="Uri">The feature file.</param>
/// <param name="Feature">The feature's name.</param>
/// <param name="Rule">The rule's name, or null.</param>
/// <param name="Name">
/// The scenario's name; for a row of an outline whose name holds no placeholder, the row's values follow: <c>... (vlan: 4096)</c>.
/// </param>
/// <param name="Line">Line of the scenario, or of the example row.</param>
/// <param name="Tags">Of feature, rule, scenario and examples, in that order, with <c>@</c>, each once.</param>
/// <param name="Steps">What is run, in order.</param>
public sealed record Pickle(
    string Uri, string Feature, string? Rule, string Name, int Line, ImmutableArray<string> Tags, ImmutableArray<PickleStep> Steps)
{
    /// <summary>Where it stands: <c>features/binding.feature:12</c>.</summary>
    public string Location => $"{Uri}:{Line}";
}

/// <summary>A feature file, ready to run.</summary>
/// <param name="Uri">The file's name as the reader knows it.</param>
/// <param name="Name">The feature's name.</param>
/// <param name="Description">The free text below it.</param>
/// <param name="Tags">The feature's own tags.</param>
/// <param name="Pickles">Its scenarios in the order of the file.</param>
public sealed record FeatureFile(string Uri, string Name, string Description, ImmutableArray<string> Tags, ImmutableArray<Pickle> Pickles);
