using VtepLab.Testing.Peers;

namespace VtepLab.Cli.Tests;

/// <summary>Tests that each have a folder of their own, gone with the test.</summary>
public abstract class FolderFixture
{
    /// <summary>The folder of the running test.</summary>
    protected TempDirectory Folder { get; private set; } = null!;

    [SetUp]
    public void MakeFolder() => Folder = new TempDirectory();

    [TearDown]
    public void RemoveFolder() => Folder.Dispose();
}
