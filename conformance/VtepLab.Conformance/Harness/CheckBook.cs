using System.Collections.Immutable;
using System.Reflection;
using VtepLab.Conformance.Catalogue;
using VtepLab.Results;

namespace VtepLab.Conformance.Harness;

/// <summary>One check and the requirement it stands for.</summary>
/// <param name="Requirement">The requirement.</param>
/// <param name="Name">The method's name as a sentence; two underscores in a row stand for one.</param>
/// <param name="Catches">Defects of the emulated switch that it has to catch.</param>
/// <param name="RunsBeside">See <see cref="CheckAttribute.RunsBeside"/>.</param>
/// <param name="DeviceMustSurvive">See <see cref="CheckAttribute.DeviceMustSurvive"/>.</param>
/// <param name="Partly">What it does less than the catalogue says; see <see cref="CheckAttribute.Partly"/>.</param>
/// <param name="Body">What it does.</param>
public sealed record CheckDefinition(
    Requirement Requirement, string Name, ImmutableArray<string> Catches, bool RunsBeside, bool DeviceMustSurvive,
    string Partly, Func<CheckContext, Task> Body)
{
    /// <summary>The requirement's id.</summary>
    public string Id => Requirement.Id;
}

/// <summary>Every check there is, in the catalogue's order.</summary>
public static class CheckBook
{
    /// <summary>All checks.</summary>
    public static ImmutableArray<CheckDefinition> All { get; } = Find();

    private static ImmutableArray<CheckDefinition> Find()
    {
        var book = RequirementBook.BuiltIn;
        var order = book.All.Select((r, i) => (r.Id, i)).ToDictionary(p => p.Id, p => p.i);
        var found = from type in typeof(CheckBook).Assembly.GetTypes()
                    from method in type.GetMethods(BindingFlags.Public | BindingFlags.Static)
                    let mark = method.GetCustomAttribute<CheckAttribute>()
                    where mark is not null
                    select new CheckDefinition(
                        book.Find(mark.Id) ?? throw new InvalidOperationException($"{type.Name}.{method.Name}: {mark.Id} is not in the catalogue"),
                        string.Join('_', method.Name.Split("__").Select(part => part.Replace('_', ' '))),
                        [.. mark.Catches.Split(' ', StringSplitOptions.RemoveEmptyEntries)],
                        mark.RunsBeside,
                        mark.DeviceMustSurvive,
                        mark.Partly,
                        method.CreateDelegate<Func<CheckContext, Task>>());
        return [.. found.OrderBy(c => order[c.Id])];
    }
}
