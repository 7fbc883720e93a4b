namespace VtepLab.Architecture.Tests;

/// <summary>Dependencies point down: a project sees what stands below it and nothing beside it.</summary>
public class LayerTests
{
    // From the bottom up. Projects of one row do not see each other, but for the few in ExceptionsInARow.
    private static readonly string[][] Rows =
    [
        ["VtepLab.Runtime", "VtepLab.Results", "VtepLab.Packets", "VtepLab.Ovsdb", "VtepLab.HardwareVtep", "VtepLab.OpenFlow",
            "VtepLab.OsloMessaging", "VtepLab.Neutron", "VtepLab.VSphere"],
        ["VtepLab.OvsdbPeers"],
        ["VtepLab.Simulation", "VtepLab.Hosting", "VtepLab.WebHosting"],
        ["VtepLab.L2Gateway.Agent", "VtepLab.L2Gateway.Plugin", "VtepLab.OvsvApp.Agent", "VtepLab.HwvtepController",
            "VtepLab.Emulators.HardwareVtep", "VtepLab.Emulators.ComputeNode", "VtepLab.Emulators.VSphere", "VtepLab.Emulators.Neutron",
            "VtepLab.Emulators.Endpoints"],
        ["VtepLab.Topology", "VtepLab.Gherkin", "VtepLab.Reports"],
        ["VtepLab.Conformance", "VtepLab.Scenarios"],
        ["VtepLab.Cli"],
        ["VtepLab.Testing"],
        ["VtepLab.Benchmarks"],
    ];

    private static readonly (string From, string To)[] ExceptionsInARow =
    [
        ("VtepLab.HardwareVtep", "VtepLab.Ovsdb"), // A schema is written in the words of OVSDB.
        ("VtepLab.OpenFlow", "VtepLab.Packets"),
    ];

    // Actors know ports and wire formats, never a world: that is what lets one binary be simulated and be real.
    private static readonly string[] Worlds = ["VtepLab.Simulation", "VtepLab.Hosting", "VtepLab.WebHosting"];

    private static IEnumerable<Project> Libraries => Repository.Projects.Where(p => !p.IsTest);

    [Test]
    public void Every_project_has_its_place_in_a_row() =>
        Assert.That(Libraries.Select(p => p.Name).Except(Rows.SelectMany(r => r)), Is.Empty);

    [Test]
    public void References_point_down() =>
        Assert.That(
            from project in Libraries
            from reference in project.References
            where RowOf(reference) >= RowOf(project.Name) && !ExceptionsInARow.Contains((project.Name, reference))
            select $"{project.Name} -> {reference}",
            Is.Empty);

    [Test]
    public void Only_composition_sees_a_world() =>
        Assert.That(
            from project in Libraries
            where RowOf(project.Name) < RowOf("VtepLab.Topology")
            from reference in project.References
            where Worlds.Contains(reference)
            select $"{project.Name} -> {reference}",
            Is.Empty);

    [TestCase("VtepLab.Runtime")]
    [TestCase("VtepLab.Results")]
    public void What_all_agree_on_sees_no_project(string name) =>
        Assert.That(Repository.Projects.Single(p => p.Name == name).References, Is.Empty);

    [Test]
    public void Report_writers_see_results_only() =>
        Assert.That(Repository.Projects.Single(p => p.Name == "VtepLab.Reports").References, Is.EqualTo(new[] { "VtepLab.Results" }));

    [Test]
    public void Only_these_may_touch_clock_threads_and_chance() =>
        Assert.That(
            Libraries.Where(p => p.MayTouchTheWorld).Select(p => p.Name),
            Is.EqualTo(new[] { "VtepLab.Benchmarks", "VtepLab.Cli", "VtepLab.Hosting", "VtepLab.Testing", "VtepLab.WebHosting" }));

    private static int RowOf(string name) => Array.FindIndex(Rows, row => row.Contains(name));
}
