using VtepLab.Runtime;
using VtepLab.Simulation;

namespace VtepLab.Cli.Exploring;

/// <summary>Reads which kinds of faults may happen: <c>none</c>, <c>all</c>, names, and names taken away with a minus.</summary>
internal static class FaultSelection
{
    /// <summary>What the option takes, for its help.</summary>
    public static string Help { get; } =
        "faults drawn from each seed: none, all, or names separated by commas, -NAME switching one off ("
        + string.Join(", ", FaultCatalogue.Standard.Select(k => k.Name)) + "); without it, what the scenario itself says may break";

    /// <summary>The kinds, in the order of the catalogue; null when nothing was said.</summary>
    /// <exception cref="CommandException">A name is not in the catalogue.</exception>
    public static IReadOnlyList<FaultKind>? Parse(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var words = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (words.Length == 0)
        {
            throw new CommandException(ExitCode.Usage, "--faults names nothing; expected none, all, or names separated by commas");
        }

        // What is only taken away is taken away from all.
        var chosen = new SortedSet<string>(words.All(w => w[0] == '-') ? Names : [], StringComparer.Ordinal);
        foreach (var word in words)
        {
            switch (word)
            {
                case "all":
                    chosen.UnionWith(Names);
                    break;
                case "none":
                    chosen.Clear();
                    break;
                case ['-', .. var off]:
                    chosen.Remove(Known(off));
                    break;
                default:
                    chosen.Add(Known(word));
                    break;
            }
        }

        return [.. FaultCatalogue.Standard.Where(k => chosen.Contains(k.Name))];
    }

    private static IEnumerable<string> Names => FaultCatalogue.Standard.Select(k => k.Name);

    private static string Known(string name) => Names.Contains(name, StringComparer.Ordinal) ? name : throw new CommandException(
        ExitCode.Usage,
        $"--faults: there is no fault '{name}'"
        + (Spelling.Nearest(name, Names) is { } near ? $"; did you mean '{near}'?" : $"; expected none, all, or some of {string.Join(", ", Names)}"));
}
