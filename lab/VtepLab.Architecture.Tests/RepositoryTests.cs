namespace VtepLab.Architecture.Tests;

/// <summary>Where things live.</summary>
public class RepositoryTests
{
    private static readonly string[] Folders = ["conformance", "emulators", "lab", "reports", "scenarios"];

    private static readonly string[] Files =
        ["Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", "README.md", "VtepLab.sln", "vteplab"];

    [Test]
    public void The_root_holds_the_five_folders_and_what_a_build_needs()
    {
        // What git ignores is not the repository's.
        string[] ignored = ["artifacts", "out"];
        var found = Directory.EnumerateFileSystemEntries(Repository.Root).Select(e => Path.GetFileName(e)!)
            .Where(e => e[0] != '.' && !ignored.Contains(e)).Order(StringComparer.Ordinal);

        Assert.That(found, Is.EqualTo(Folders.Concat(Files).Order(StringComparer.Ordinal)));
    }

    [Test]
    public void A_folder_is_called_like_its_project() =>
        Assert.That(Repository.Projects.Where(p => Path.GetFileName(p.Folder) != p.Name).Select(p => p.Folder), Is.Empty);

    [Test]
    public void The_solution_names_every_project()
    {
        var solution = File.ReadAllText(Path.Combine(Repository.Root, "VtepLab.sln"));

        Assert.That(Repository.Projects.Where(p => !solution.Contains($"\\{p.Name}.csproj", StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public void One_package_is_referenced_by_one_project() =>
        Assert.That(
            from project in Repository.Projects
            where !project.IsTest
            from package in project.Packages
            group project.Name by package into users
            where users.Count() > 1
            select $"{users.Key}: {string.Join(", ", users)}",
            Is.Empty);
}
