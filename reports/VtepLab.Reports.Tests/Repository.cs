namespace VtepLab.Reports.Tests;

/// <summary>Where things are in the working copy that the tests run from.</summary>
internal static class Repository
{
    /// <summary>The folder that holds VtepLab.sln.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>A path under artifacts/test-output, whose folder exists; what is put there is kept by CI.</summary>
    public static string TestOutput(string fileName)
    {
        var folder = Path.Combine(Root, "artifacts", "test-output");
        Directory.CreateDirectory(folder);
        return Path.Combine(folder, fileName);
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(TestContext.CurrentContext.TestDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "VtepLab.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("the tests do not run below a folder with VtepLab.sln");
    }
}
