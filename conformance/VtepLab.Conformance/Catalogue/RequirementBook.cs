using System.Collections.Immutable;
using VtepLab.Results;
using VtepLab.Runtime;
using VtepLab.Topology;

namespace VtepLab.Conformance.Catalogue;

/// <summary>The conformance catalogue: every requirement, with or without a check, in the catalogue's order.</summary>
public sealed class RequirementBook
{
    private const string Prefix = "VtepLab.Conformance.requirements.";

    // The catalogue's order; a file that is not named here is refused, so that none is forgotten.
    private static readonly string[] Files =
    [
        "protocol", "schema", "transport", "inventory", "vlan-binding", "unicast-mac", "multicast", "learning", "tunnels", "faults",
        "resynchronisation", "scale", "robustness", "data-plane", "optional",
    ];

    private static readonly string[] Reasons = ["spec", "loss", "leak", "stuck", "interop", "ops"];
    private static readonly string[] Needs = ["O", "W", "H"];

    private readonly Dictionary<string, Requirement> _byId;

    private RequirementBook(ImmutableArray<Requirement> all)
    {
        All = all;
        _byId = all.ToDictionary(r => r.Id);
    }

    /// <summary>The catalogue that is built in.</summary>
    public static RequirementBook BuiltIn { get; } = Load();

    /// <summary>All requirements.</summary>
    public ImmutableArray<Requirement> All { get; }

    /// <summary>The requirement of that id, or null.</summary>
    public Requirement? Find(string id) => _byId.GetValueOrDefault(id);

    /// <summary>The id that was probably meant, or null when none is near.</summary>
    public string? Nearest(string id) => Spelling.Nearest(id, All.Select(r => r.Id));

    /// <summary>Reads one file of the catalogue.</summary>
    /// <exception cref="InputException">It breaks the catalogue's form.</exception>
    public static ImmutableArray<Requirement> Read(string file, string text)
    {
        var root = YamlValue.Parse(file, text);
        root.AllowOnly("group", "requirements");
        var group = root.Need("group").AsString();
        return [.. root.Need("requirements").AsList().Select(r => ReadOne(group, r))];
    }

    private static RequirementBook Load()
    {
        var assembly = typeof(RequirementBook).Assembly;
        var found = assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(n => n[Prefix.Length..^".yaml".Length]).Order(StringComparer.Ordinal);
        if (!found.SequenceEqual(Files.Order(StringComparer.Ordinal)))
        {
            throw new InvalidOperationException($"the catalogue's files are {string.Join(", ", found)}, expected {string.Join(", ", Files)}");
        }

        var all = ImmutableArray.CreateBuilder<Requirement>();
        foreach (var file in Files)
        {
            using var stream = assembly.GetManifestResourceStream($"{Prefix}{file}.yaml")!;
            using var reader = new StreamReader(stream);
            all.AddRange(Read($"requirements/{file}.yaml", reader.ReadToEnd()));
        }

        return new RequirementBook(all.ToImmutable());
    }

    private static Requirement ReadOne(string group, YamlValue entry)
    {
        entry.AllowOnly("id", "level", "reason", "source", "needs", "do", "see", "catches", "dangerous");
        var needs = entry.Need("needs").AsString();
        if (needs.Split(',').Except(Needs).Any())
        {
            throw entry.Need("needs").Complaint($"'needs' has to name some of O, W, H, found '{needs}'");
        }

        var reason = entry.Need("reason").AsString();
        if (!Reasons.Contains(reason))
        {
            throw entry.Need("reason").Complaint($"'reason' has to be one of {string.Join(", ", Reasons)}, found '{reason}'");
        }

        var level = entry.Need("level").AsString() switch
        {
            "MUST" => RequirementLevel.Must,
            "SHOULD" => RequirementLevel.Should,
            "MAY" => RequirementLevel.May,
            var other => throw entry.Need("level").Complaint($"'level' has to be MUST, SHOULD or MAY, found '{other}'"),
        };
        return new Requirement(
            entry.Need("id").AsString(), group, level, reason, entry.Need("source").AsString(), needs, entry.Need("do").AsString(),
            entry.Need("see").AsString(), entry.Need("catches").AsString(), entry["dangerous"]?.AsBool() ?? false);
    }
}
