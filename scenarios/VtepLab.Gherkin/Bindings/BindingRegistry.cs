using System.Reflection;
using System.Runtime.CompilerServices;

namespace VtepLab.Gherkin;

/// <summary>A binding that can never work: an unreadable expression, or two transformations of one name.</summary>
public sealed class BindingException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Every step, hook and transformation of some assemblies. Reading only; one registry serves any number of runs.</summary>
public sealed class BindingRegistry
{
    private readonly List<StepBinding> steps = [];
    private readonly ConditionalWeakTable<Pickle, ConditionalWeakTable<PickleStep, StepMatch>> matches = [];
    private readonly List<HookBinding> before = [];
    private readonly List<HookBinding> after = [];
    private readonly List<ArgumentTransformation> transformations = [];

    /// <summary>Finds the bindings of the classes marked <see cref="BindingAttribute"/>.</summary>
    /// <exception cref="BindingException">A binding can never work.</exception>
    public BindingRegistry(params IEnumerable<Type> types)
    {
        // Reflection promises no order, and order is behaviour: hooks and messages follow it.
        var methods = types.Where(t => t.IsDefined(typeof(BindingAttribute)))
            .OrderBy(t => t.FullName, StringComparer.Ordinal)
            .SelectMany(t => t.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static))
            .OrderBy(MethodNames.Display, StringComparer.Ordinal)
            .ToList();
        foreach (var method in methods)
        {
            if (method.GetCustomAttribute<StepArgumentTransformationAttribute>() is { } transformation)
            {
                Add(new ArgumentTransformation(method, transformation));
            }
        }

        transformations.Sort((a, b) => a.Order.CompareTo(b.Order));
        foreach (var method in methods)
        {
            Add(method);
        }
    }

    internal IReadOnlyList<StepBinding> Steps => steps;

    /// <summary>What was found for the steps of a scenario.</summary>
    internal ConditionalWeakTable<PickleStep, StepMatch> MatchesOf(Pickle pickle) => matches.GetOrCreateValue(pickle);

    internal IReadOnlyList<ArgumentTransformation> Transformations => transformations;

    /// <summary>Finds the bindings of whole assemblies.</summary>
    /// <exception cref="BindingException">A binding can never work.</exception>
    public static BindingRegistry Of(params IEnumerable<Assembly> assemblies) => new(assemblies.SelectMany(a => a.GetTypes()));

    /// <summary>The methods that carry out a scenario's steps, in the order of the steps; a step without one is left out.</summary>
    public IEnumerable<MethodInfo> MethodsOf(Pickle pickle)
    {
        ArgumentNullException.ThrowIfNull(pickle);
        return pickle.Steps.Select(s => StepMatcher.Find(this, pickle, s).Binding?.Method).OfType<MethodInfo>();
    }

    internal IEnumerable<HookBinding> Before(Pickle pickle) => before.Where(h => h.IsFor(pickle)).OrderBy(h => h.Attribute.Order);

    internal IEnumerable<HookBinding> After(Pickle pickle) => after.Where(h => h.IsFor(pickle)).OrderBy(h => h.Attribute.Order);

    internal ParameterType? FindType(string name)
    {
        var named = transformations.Find(t => t.Name == name);
        return named is not null
            ? new ParameterType(name, named.Pattern ?? ".*", null)
            : ParameterType.BuiltIn.FirstOrDefault(t => t.Name == name);
    }

    private void Add(ArgumentTransformation transformation)
    {
        if (transformation.Name is { } name && transformations.Find(t => t.Name == name) is { } other)
        {
            throw new BindingException(
                $"parameter type '{{{name}}}' is defined twice: {MethodNames.Display(other.Method)}, {MethodNames.Display(transformation.Method)}");
        }

        transformations.Add(transformation);
    }

    private void Add(MethodInfo method)
    {
        foreach (var attribute in method.GetCustomAttributes<StepDefinitionBaseAttribute>())
        {
            try
            {
                steps.Add(new StepBinding(method, attribute, StepExpression.Parse(attribute.Expression, FindType)));
            }
            catch (FormatException bad)
            {
                throw new BindingException($"{MethodNames.Display(method)}: {bad.Message}", bad);
            }
        }

        foreach (var hook in method.GetCustomAttributes<HookAttribute>())
        {
            (hook is BeforeScenarioAttribute ? before : after).Add(new HookBinding(method, hook));
        }
    }
}
