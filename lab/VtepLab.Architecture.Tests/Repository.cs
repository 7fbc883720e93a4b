using System.Xml.Linq;

namespace VtepLab.Architecture.Tests;

/// <summary>The repository's project files, read from the checkout the tests were built from.</summary>
internal static class Repository
{
    /// <summary>The folder that holds <c>VtepLab.sln</c>.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Every project, in the order of its name.</summary>
    public static IReadOnlyList<Project> Projects { get; } =
    [
        .. Directory.EnumerateFiles(Root, "*.csproj", SearchOption.AllDirectories)
            .Where(f => !Path.GetRelativePath(Root, f).StartsWith("artifacts", StringComparison.Ordinal))
            .Select(Project.Read)
            .OrderBy(p => p.Name, StringComparer.Ordinal),
    ];

    private static string FindRoot()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "VtepLab.sln")))
            {
                return at.FullName;
            }
        }

        throw new InvalidOperationException("the tests do not run inside a checkout: no VtepLab.sln above " + AppContext.BaseDirectory);
    }
}

/// <summary>One project file.</summary>
/// <param name="Name">The project's name.</param>
/// <param name="Folder">Its folder, relative to the root.</param>
/// <param name="References">The projects it names.</param>
/// <param name="Packages">The packages it names.</param>
/// <param name="MayTouchTheWorld">True when the banned symbols do not hold in it.</param>
internal sealed record Project(
    string Name, string Folder, IReadOnlyList<string> References, IReadOnlyList<string> Packages, bool MayTouchTheWorld)
{
    public bool IsTest => Name.EndsWith(".Tests", StringComparison.Ordinal);

    public static Project Read(string path)
    {
        var xml = XDocument.Load(path);
        string[] Items(string kind) => [.. xml.Descendants(kind).Select(e => (string)e.Attribute("Include")!)];
        return new Project(
            Path.GetFileNameWithoutExtension(path),
            Path.GetRelativePath(Repository.Root, Path.GetDirectoryName(path)!),
            [.. Items("ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r.Replace('\\', '/')))],
            [.. Items("PackageReference"), .. Items("PackageDownload")],
            xml.Descendants("MayTouchTheWorld").Any(e => e.Value == "true"));
    }
}
