using System.Collections.Immutable;
using VtepLab.Results;
using VtepLab.Topology;

namespace VtepLab.Conformance.Catalogue;

/// <summary>A named selection of requirements.</summary>
/// <param name="Name">The name on the command line.</param>
/// <param name="Title">What it is for, one line.</param>
/// <param name="Groups">Middle parts of the ids, <c>PRO</c>; empty for all.</param>
/// <param name="Levels">Levels; empty for all.</param>
/// <param name="Needs">What may be needed: a requirement is in when it needs nothing else. Empty for anything.</param>
/// <param name="Ids">Single requirements; empty for all that the other members let through.</param>
public sealed record Profile(
    string Name, string Title, ImmutableArray<string> Groups, ImmutableArray<RequirementLevel> Levels, ImmutableArray<string> Needs,
    ImmutableArray<string> Ids)
{
    private const string Prefix = "VtepLab.Conformance.profiles.";

    /// <summary>The one that is taken when none is named.</summary>
    public const string DefaultName = "database";

    /// <summary>The profiles that are built in, by name.</summary>
    public static ImmutableArray<Profile> BuiltIn { get; } = Load();

    /// <summary>The profile of that name, or null.</summary>
    public static Profile? Find(string name) => BuiltIn.FirstOrDefault(p => p.Name == name);

    /// <summary>True when a requirement belongs to the selection.</summary>
    public bool Includes(Requirement requirement) =>
        (Groups.IsEmpty || Groups.Contains(requirement.Id.Split('-')[1]))
        && (Levels.IsEmpty || Levels.Contains(requirement.Level))
        && (Needs.IsEmpty || requirement.Needs.Split(',').All(Needs.Contains))
        && (Ids.IsEmpty || Ids.Contains(requirement.Id));

    /// <summary>Reads one profile.</summary>
    /// <exception cref="InputException">It breaks the form, or names a requirement that is not in the catalogue.</exception>
    public static Profile Parse(string file, string text)
    {
        var root = YamlValue.Parse(file, text);
        root.AllowOnly("name", "title", "groups", "levels", "needs", "ids");
        foreach (var id in root["ids"]?.AsList() ?? [])
        {
            if (RequirementBook.BuiltIn.Find(id.AsString()) is null)
            {
                var hint = RequirementBook.BuiltIn.Nearest(id.AsString()) is { } near ? $"; did you mean {near}?" : "";
                throw id.Complaint($"requirement {id.AsString()} is not in the catalogue{hint}");
            }
        }

        return new Profile(
            root.Need("name").AsString(), root.Need("title").AsString(), Words(root["groups"]),
            [.. Words(root["levels"]).Select(l => Enum.Parse<RequirementLevel>(l, ignoreCase: true))], Words(root["needs"]),
            Words(root["ids"]));
    }

    private static ImmutableArray<string> Words(YamlValue? list) => list is null ? [] : [.. list.AsList().Select(v => v.AsString())];

    private static ImmutableArray<Profile> Load()
    {
        var assembly = typeof(Profile).Assembly;
        var all = ImmutableArray.CreateBuilder<Profile>();
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            using var reader = new StreamReader(stream);
            all.Add(Parse($"profiles/{name[Prefix.Length..]}", reader.ReadToEnd()));
        }

        return all.ToImmutable();
    }
}
