using System.CommandLine;
using VtepLab.Cli.Output;
using VtepLab.Conformance.Catalogue;
using VtepLab.Conformance.Harness;
using VtepLab.Emulators.HardwareVtep;
using VtepLab.Results;
using VtepLab.Scenarios;

namespace VtepLab.Cli.Commands;

/// <summary><c>vteplab list</c>: what there is to choose from.</summary>
internal static class ListCommand
{
    /// <summary>The command with one subcommand a list.</summary>
    public static Command Create() => new("list", "List what there is")
    {
        Of("checks", "Requirements of the catalogue that have a check", Checks),
        Of("requirements", "Every requirement of the catalogue, with a check or without", Requirements),
        Of("profiles", "Named selections of checks", Profiles),
        Of("scenarios", "Gherkin scenarios", Scenarios),
        Of("quirks", "Ways in which the emulated switch can misbehave, and the requirement each violates", Quirks),
    };

    private static Command Of(string name, string description, Func<Table> fill)
    {
        var format = Options.Format();
        var command = new Command(name, description) { format };
        command.SetAction(parsed => fill().Write(parsed.GetValue(format)!));
        return command;
    }

    private static Table Checks()
    {
        var table = new Table("id", "level", "needs", "title", "partly", "group", "source", "do", "see")
        {
            InJsonOnly = ["partly", "group", "source", "do", "see"],
        };
        foreach (var c in CheckBook.All)
        {
            var r = c.Requirement;
            table.Add(r.Id, Words.Of(r.Level), r.Needs, c.Name, c.Partly, r.Group, r.Source, r.Do, r.See);
        }

        return table;
    }

    private static Table Requirements()
    {
        var table = new Table("id", "level", "check", "needs", "group", "source", "do", "see") { InJsonOnly = ["group", "source", "see"] };
        var covered = CheckBook.All.Select(c => c.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var r in RequirementBook.BuiltIn.All)
        {
            table.Add(r.Id, Words.Of(r.Level), covered.Contains(r.Id) ? "yes" : "no", r.Needs, r.Group, r.Source, r.Do, r.See);
        }

        return table;
    }

    private static Table Quirks()
    {
        var table = new Table("id", "requirement", "summary");
        foreach (var quirk in SwitchQuirkBook.All)
        {
            table.Add(quirk.Id, quirk.Requirement, quirk.Summary);
        }

        return table;
    }

    private static Table Scenarios()
    {
        var table = new Table("name", "tags", "feature", "place");
        foreach (var pickle in ScenarioBook.Pickles)
        {
            table.Add(pickle.Name, string.Join(' ', pickle.Tags), pickle.Feature, $"{pickle.Uri}:{pickle.Line}");
        }

        return table;
    }

    private static Table Profiles()
    {
        var table = new Table("name", "checks", "title");
        foreach (var profile in Profile.BuiltIn)
        {
            var count = CheckBook.All.Count(c => profile.Includes(c.Requirement) && !c.Requirement.IsDangerous);
            table.Add(profile.Name, $"{count}", profile.Title);
        }

        return table;
    }
}
