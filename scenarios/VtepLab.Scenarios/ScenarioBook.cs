using System.Collections.Immutable;
using System.Reflection;

namespace VtepLab.Scenarios;

/// <summary>Every scenario of this repository, and the steps they are written in; and those of others that were added.</summary>
public static class ScenarioBook
{
    private static readonly Assembly Here = typeof(ScenarioBook).Assembly;

    /// <summary>The feature files, by path.</summary>
    /// <exception cref="FeatureSyntaxException">One of them is no Gherkin.</exception>
    public static ImmutableArray<FeatureFile> Features { get; private set; } =
    [
        .. Here.GetManifestResourceNames()
            .Where(n => n.EndsWith(".feature", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(n => FeatureReader.Read("scenarios/" + n.Replace('\\', '/'), Text(n))),
    ];

    /// <summary>The scenarios in the order of the files.</summary>
    public static IEnumerable<Pickle> Pickles => Features.SelectMany(f => f.Pickles);

    /// <summary>The step definitions.</summary>
    public static BindingRegistry Bindings { get; private set; } = BindingRegistry.Of(Here);

    /// <summary>Adds the scenarios and steps of others; before the first run.</summary>
    /// <param name="features">Their scenarios.</param>
    /// <param name="steps">Assemblies with their steps, which may use those of this repository.</param>
    /// <exception cref="BindingException">A binding can never work.</exception>
    public static void Add(IEnumerable<FeatureFile> features, IEnumerable<Assembly> steps)
    {
        Bindings = BindingRegistry.Of(steps.Prepend(Here));
        Features = [.. Features, .. features];
    }

    /// <summary>Scenarios whose name or id holds a text and whose tags an expression allows.</summary>
    /// <param name="filter">Part of a name or tag, in any case; empty for all.</param>
    /// <param name="tags">A tag expression; empty for all.</param>
    /// <exception cref="FormatException">The tag expression is malformed.</exception>
    public static ImmutableArray<Pickle> Select(string filter = "", string tags = "")
    {
        var expression = TagExpression.Parse(tags);
        return
        [
            .. Pickles.Where(p => expression.Matches(p.Tags)
                && (p.Name.Contains(filter, StringComparison.OrdinalIgnoreCase) || p.Tags.Any(t => t.Contains(filter, StringComparison.OrdinalIgnoreCase)))),
        ];
    }

    private static string Text(string resource)
    {
        using var stream = Here.GetManifestResourceStream(resource)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
