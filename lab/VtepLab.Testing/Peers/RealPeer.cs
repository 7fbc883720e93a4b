using NUnit.Framework;

namespace VtepLab.Testing.Peers;

/// <summary>Programs we did not write, and what a test does when one is missing.</summary>
public static class RealPeer
{
    /// <summary>The NUnit category of every test that needs one.</summary>
    public const string Category = "real-peer";

    private static readonly string[] Directories =
        [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'), "/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/share/openvswitch/scripts"];

    /// <summary>The absolute path of a program, or null when this machine has none of that name.</summary>
    public static string? Find(string program) =>
        Directories.Where(d => d.Length > 0).Select(d => Path.Combine(d, program)).FirstOrDefault(File.Exists);

    /// <summary>The absolute path of a program. Without it the test is skipped, or, where <c>CI=true</c> declares it present, fails.</summary>
    public static string Require(string program)
    {
        if (Find(program) is { } path)
        {
            return path;
        }

        Missing($"this machine has no {program}; './vteplab test' installs what the tests need");
        return "";
    }

    /// <summary>Skips the test, or fails it where <c>CI=true</c> declares that nothing may be missing.</summary>
    public static void Missing(string reason)
    {
        if (string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase))
        {
            Assert.Fail(reason);
        }

        Assert.Ignore(reason);
    }
}
