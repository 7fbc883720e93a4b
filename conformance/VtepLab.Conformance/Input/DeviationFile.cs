using System.Collections.Immutable;
using VtepLab.Conformance.Catalogue;
using VtepLab.Results;
using VtepLab.Topology;

namespace VtepLab.Conformance.Input;

/// <summary>What a vendor declares not to support, for one model.</summary>
/// <param name="Vendor">Whose.</param>
/// <param name="Model">Of what.</param>
/// <param name="Deviations">The declarations in the order of the file.</param>
public sealed record DeviationFile(string Vendor, string Model, ImmutableArray<DeclaredDeviation> Deviations)
{
    private const string Prefix = "VtepLab.Conformance.deviations.";

    /// <summary>No declaration at all.</summary>
    public static DeviationFile None { get; } = new("", "", []);

    /// <summary>Names of the declarations that are shipped with the suite, for devices that everybody can get.</summary>
    public static ImmutableArray<string> Shipped { get; } =
    [
        .. typeof(DeviationFile).Assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(n => n[Prefix.Length..^".yaml".Length]).Order(StringComparer.Ordinal),
    ];

    /// <summary>The shipped declaration of that name, or null.</summary>
    public static DeviationFile? FindShipped(string name)
    {
        using var stream = typeof(DeviationFile).Assembly.GetManifestResourceStream($"{Prefix}{name}.yaml");
        if (stream is null)
        {
            return null;
        }

        using var reader = new StreamReader(stream);
        return Parse($"deviations/{name}.yaml", reader.ReadToEnd());
    }

    /// <summary>Reads a deviations file.</summary>
    /// <exception cref="InputException">It is malformed, names an unknown requirement or one twice, or gives no reason.</exception>
    public static DeviationFile Parse(string file, string text)
    {
        var root = YamlValue.Parse(file, text);
        root.AllowOnly("vendor", "model", "deviations");
        var seen = new HashSet<string>();
        var deviations = ImmutableArray.CreateBuilder<DeclaredDeviation>();
        foreach (var entry in root.Need("deviations").AsList())
        {
            entry.AllowOnly("id", "reason", "issue", "until");
            var id = entry.Need("id").AsString();
            if (RequirementBook.BuiltIn.Find(id) is null)
            {
                var hint = RequirementBook.BuiltIn.Nearest(id) is { } near ? $"; did you mean {near}?" : "";
                throw entry.Need("id").Complaint($"requirement {id} is not in the catalogue{hint}");
            }

            if (!seen.Add(id))
            {
                throw entry.Need("id").Complaint($"requirement {id} is declared twice");
            }

            var reason = entry.Need("reason").AsString();
            if (string.IsNullOrWhiteSpace(reason))
            {
                throw entry.Need("reason").Complaint($"the deviation from {id} needs a reason");
            }

            deviations.Add(new DeclaredDeviation(id, reason, entry["issue"]?.AsString() ?? "", entry["until"]?.AsDate()));
        }

        return new DeviationFile(root.Need("vendor").AsString(), root.Need("model").AsString(), deviations.ToImmutable());
    }

    /// <summary>The declaration that covers a requirement on a day, or null; one whose last day has passed does not count.</summary>
    public DeclaredDeviation? Covering(string id, DateOnly today) =>
        Deviations.FirstOrDefault(d => d.Id == id && (d.Until is not { } until || today <= until));
}
