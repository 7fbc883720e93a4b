namespace VtepLab.Reports.Tests;

/// <summary>Programs of others that a test needs.</summary>
internal static class RealPeer
{
    /// <summary>Ends the test: skipped on a developer's machine, failed in CI, where everything has to be there.</summary>
    public static void Missing(string package)
    {
        if (Environment.GetEnvironmentVariable("CI") == "true")
        {
            Assert.Fail($"{package} is not installed");
        }

        Assert.Ignore($"{package} is not installed");
    }
}
