using System.Collections.Immutable;
using VtepLab.Conformance.Catalogue;
using VtepLab.Conformance.Harness;

namespace VtepLab.Conformance.Running;

/// <summary>Which checks a run consists of, and in which order.</summary>
public static class CheckSelection
{
    /// <summary>The checks of a run; dangerous ones come last.</summary>
    /// <exception cref="CertificationException">An id or the profile is unknown, or nothing is left.</exception>
    public static ImmutableArray<CheckDefinition> Of(CertificationOptions options)
    {
        var profile = Profile.Find(options.Profile) ?? throw new CertificationException(
            CertificationFault.Usage,
            $"there is no profile '{options.Profile}'; expected one of {string.Join(", ", Profile.BuiltIn.Select(p => p.Name))}");
        foreach (var id in options.Only)
        {
            CheckKnown(id, options.Dangerous);
        }

        var wanted = CheckBook.All.Where(
            c => options.Only.IsEmpty
                ? profile.Includes(c.Requirement) && (options.Dangerous || !c.Requirement.IsDangerous)
                : options.Only.Contains(c.Id));
        ImmutableArray<CheckDefinition> selected = [.. wanted.OrderBy(c => c.Requirement.IsDangerous)];
        return !selected.IsEmpty ? selected : throw new CertificationException(
            CertificationFault.NothingSelected, $"profile '{options.Profile}' holds no check that may run here");
    }

    private static void CheckKnown(string id, bool dangerous)
    {
        if (RequirementBook.BuiltIn.Find(id) is not { } requirement)
        {
            var hint = RequirementBook.BuiltIn.Nearest(id) is { } near ? $"; did you mean {near}?" : "";
            throw new CertificationException(CertificationFault.Usage, $"requirement {id} is not in the catalogue{hint}");
        }

        if (!CheckBook.All.Any(c => c.Id == id))
        {
            throw new CertificationException(CertificationFault.NothingSelected, $"requirement {id} has no check yet");
        }

        if (requirement.IsDangerous && !dangerous)
        {
            throw new CertificationException(
                CertificationFault.Usage, $"requirement {id} is known to crash real products; it runs only with dangerous checks switched on");
        }
    }
}
