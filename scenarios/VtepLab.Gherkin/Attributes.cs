namespace VtepLab.Gherkin;

/// <summary>Marks a class whose methods are steps, hooks or transformations; one object a scenario.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class BindingAttribute : Attribute;

/// <summary>What the step attributes share.</summary>
/// <param name="expression">
/// A cucumber expression, or a regular expression that must match the whole text of the step. It is the latter when it begins
/// with <c>^</c>, ends with <c>$</c>, or holds no <c>{parameter}</c> but a group with a quantifier, <c>.*</c>, <c>\.</c> or <c>\d+</c>.
/// </param>
public abstract class StepDefinitionBaseAttribute(string expression) : Attribute
{
    /// <summary>The expression as written.</summary>
    public string Expression { get; } = expression;

    internal abstract bool IsFor(StepKind kind);
}

/// <summary>A method that makes a known state.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class GivenAttribute(string expression) : StepDefinitionBaseAttribute(expression)
{
    internal override bool IsFor(StepKind kind) => kind == StepKind.Given;
}

/// <summary>A method that does something.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class WhenAttribute(string expression) : StepDefinitionBaseAttribute(expression)
{
    internal override bool IsFor(StepKind kind) => kind == StepKind.When;
}

/// <summary>A method that looks whether something is so.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class ThenAttribute(string expression) : StepDefinitionBaseAttribute(expression)
{
    internal override bool IsFor(StepKind kind) => kind == StepKind.Then;
}

/// <summary>A method for steps of every kind.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class StepDefinitionAttribute(string expression) : StepDefinitionBaseAttribute(expression)
{
    internal override bool IsFor(StepKind kind) => true;
}

/// <summary>What the hook attributes share.</summary>
/// <param name="tags">Tags, with or without <c>@</c>, of which the scenario must have one; none: every scenario.</param>
public abstract class HookAttribute(string[] tags) : Attribute
{
    /// <summary>The tags of which one is enough.</summary>
    public IReadOnlyList<string> Tags { get; } = tags;

    /// <summary>Lower runs first; hooks of one order run in the order of their classes' and methods' names.</summary>
    public int Order { get; set; } = 10000;
}

/// <summary>Runs before the first step.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class BeforeScenarioAttribute(params string[] tags) : HookAttribute(tags);

/// <summary>Runs after the last step, also when one failed.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class AfterScenarioAttribute(params string[] tags) : HookAttribute(tags);

/// <summary>Narrows a binding class or method to scenarios; all that is given must hold, and one of several scopes is enough.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true)]
public sealed class ScopeAttribute : Attribute
{
    /// <summary>A tag the scenario has, with or without <c>@</c>.</summary>
    public string? Tag { get; set; }

    /// <summary>The feature's name.</summary>
    public string? Feature { get; set; }

    /// <summary>The scenario's name.</summary>
    public string? Scenario { get; set; }

    internal bool IsFor(Pickle pickle) =>
        (Tag is null || pickle.Tags.Contains("@" + Tag.TrimStart('@')))
        && (Feature is null || Feature == pickle.Feature)
        && (Scenario is null || Scenario == pickle.Name);
}

/// <summary>A method that makes a value of a step's argument: of its text, or of a <see cref="DataTable"/>.</summary>
/// <param name="regex">What the whole text must look like; its groups are the method's arguments. None: any text.</param>
/// <param name="order">Lower is tried first.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class StepArgumentTransformationAttribute(string? regex = null, int order = StepArgumentTransformationAttribute.DefaultOrder)
    : Attribute
{
    /// <summary>The order of a transformation that states none.</summary>
    public const int DefaultOrder = 10000;

    /// <summary>What the whole text must look like, or null.</summary>
    public string? Regex { get; } = regex;

    /// <summary>Lower is tried first.</summary>
    public int Order { get; } = order;

    /// <summary>Name of the parameter in cucumber expressions: <c>vni</c> for <c>{vni}</c>.</summary>
    public string? Name { get; set; }
}
