using System.Reflection;
using VtepLab.Gherkin;
using VtepLab.Scenarios;

namespace VtepLab.Cli.Exploring;

/// <summary>Scenarios and steps of the user's own, beside those that come with the command.</summary>
internal static class OwnScenarios
{
    /// <summary>The environment variable that names them: feature files, and assemblies of step definitions, parted by colons.</summary>
    public const string Variable = "VTEPLAB_SCENARIOS";

    /// <summary>Adds what the variable names.</summary>
    /// <exception cref="CommandException">One of them is not there, or is neither.</exception>
    public static void Load()
    {
        var paths = Environment.GetEnvironmentVariable(Variable)?.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries) ?? [];
        if (paths.Length == 0)
        {
            return;
        }

        var isSteps = paths.ToLookup(p => Path.GetExtension(p) == ".dll");
        try
        {
            ScenarioBook.Add(
                [.. isSteps[false].Select(p => FeatureReader.Read(p, InputFile.Read(p, "feature file")))],
                [.. isSteps[true].Select(p => Assembly.LoadFrom(Path.GetFullPath(p)))]);
        }
        catch (Exception e) when (e is CommandException or FeatureSyntaxException or BindingException or IOException or BadImageFormatException or ReflectionTypeLoadException)
        {
            throw new CommandException(ExitCode.Usage, $"{Variable}: {e.Message}", e);
        }
    }
}
