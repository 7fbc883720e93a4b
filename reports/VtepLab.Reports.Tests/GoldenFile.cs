using System.Text;

namespace VtepLab.Reports.Tests;

/// <summary>Compares what was written with a file that a person has reviewed.</summary>
/// <remarks>
/// What differs is kept as <c>artifacts/test-output/NAME.received</c>. With the environment variable VTEPLAB_ACCEPT=1 it replaces the
/// reviewed file instead, and the test fails once, so that nothing is accepted by accident.
/// </remarks>
internal static class GoldenFile
{
    public static void AssertEqual(string name, byte[] actual)
    {
        var path = Path.Combine(Repository.Root, "reports", "VtepLab.Reports.Tests", "Golden", name);
        if (Environment.GetEnvironmentVariable("VTEPLAB_ACCEPT") == "1")
        {
            File.WriteAllBytes(path, actual);
            Assert.Fail($"{name} was replaced by what was written; review the change and run again without VTEPLAB_ACCEPT");
        }

        var expected = File.Exists(path) ? File.ReadAllBytes(path) : [];
        if (expected.AsSpan().SequenceEqual(actual))
        {
            return;
        }

        var received = Repository.TestOutput(name + ".received");
        File.WriteAllBytes(received, actual);
        TestContext.AddTestAttachment(received);
        Assert.Fail($"{name} is not what was reviewed. {FirstDifference(Lines(expected), Lines(actual))}");
    }

    private static string[] Lines(byte[] content) => Encoding.UTF8.GetString(content).Split('\n');

    private static string FirstDifference(string[] expected, string[] actual)
    {
        for (var i = 0; i < Math.Max(expected.Length, actual.Length); i++)
        {
            var left = i < expected.Length ? expected[i] : "(end of file)";
            var right = i < actual.Length ? actual[i] : "(end of file)";
            if (left != right)
            {
                return $"Line {i + 1}:\n  reviewed: {left}\n  written:  {right}";
            }
        }

        return "They differ in bytes that are no text.";
    }
}
