using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.InteropServices;
using VtepLab.Results;

namespace VtepLab.Cli;

/// <summary>Which vteplab this is, and what it runs on.</summary>
internal static class ToolVersion
{
    /// <summary>The version, with the commit when the build knew it: <c>0.1.0+3f2a91c4</c>.</summary>
    public static string Text { get; } = Shorten(
        typeof(ToolVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0");

    /// <summary>Runtime and system on one line.</summary>
    public static string Surroundings => $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}";

    /// <summary>The same for the record of a run.</summary>
    public static ImmutableArray<ComponentVersion> Components =>
    [
        new ComponentVersion("Runtime", RuntimeInformation.FrameworkDescription),
        new ComponentVersion("System", $"{RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}"),
    ];

    private static string Shorten(string version)
    {
        var plus = version.IndexOf('+', StringComparison.Ordinal);
        return plus < 0 ? version : version[..Math.Min(version.Length, plus + 9)];
    }
}
