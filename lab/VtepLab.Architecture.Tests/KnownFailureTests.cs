using System.Globalization;
using System.Text.RegularExpressions;

namespace VtepLab.Architecture.Tests;

/// <summary>The failures of the original L2 gateway, F1 to F32 of the reference: each is asked for by a scenario's tag or a test's name.</summary>
public partial class KnownFailureTests
{
    private const int Known = 32;

    [Test]
    public void Every_known_failure_of_the_original_has_a_scenario_or_a_test()
    {
        var named = Files("*.feature").SelectMany(text => Tag().Matches(text))
            .Concat(Files("*Tests.cs").SelectMany(text => TestName().Matches(text)).SelectMany(name => Number().Matches(name.Value)))
            .Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)).ToHashSet();

        Assert.That(Enumerable.Range(1, Known).Except(named).Select(n => $"F{n}"), Is.Empty);
        Assert.That(named.Where(n => n is < 1 or > Known), Is.Empty, "the reference does not know these");
    }

    private static IEnumerable<string> Files(string pattern) => ((string[])["scenarios", "lab", "conformance"])
        .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), pattern, SearchOption.AllDirectories)).Select(File.ReadAllText);

    [GeneratedRegex(@"(?<=\s)@F(\d+)\b")]
    private static partial Regex Tag();

    // F16_F17_all_tunnel_addresses_…: the numbers come first.
    [GeneratedRegex(@"public (?:async )?(?:void|Task) ((?:F\d+_)+)\w+\(")]
    private static partial Regex TestName();

    [GeneratedRegex(@"F(\d+)_")]
    private static partial Regex Number();
}
