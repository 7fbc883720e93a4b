using VtepLab.Testing.Peers;

namespace VtepLab.Cli.Tests;

/// <summary>The built command, run as a process, as a script runs it.</summary>
internal static class Vteplab
{
    /// <summary>The built command.</summary>
    public static string Program { get; } = Path.Combine(TestContext.CurrentContext.TestDirectory, "vteplab.dll");

    /// <summary>Runs it to its end.</summary>
    public static Task<ToolResult> RunAsync(params string[] arguments) =>
        PeerProcess.RunAsync(RealPeer.Require("dotnet"), [Program, .. arguments], limit: TimeSpan.FromMinutes(2));

    /// <summary>The same with more in its environment.</summary>
    public static Task<ToolResult> RunAsync(IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        PeerProcess.RunAsync(RealPeer.Require("dotnet"), [Program, .. arguments], environment, limit: TimeSpan.FromMinutes(2));

    /// <summary>A command that refused: its code, nothing on standard output, and one line without a stack trace on standard error.</summary>
    public static string Refusal(this ToolResult result, ExitCode code)
    {
        var lines = result.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Multiple(() =>
        {
            Assert.That((ExitCode)result.ExitCode, Is.EqualTo(code), result.Errors);
            Assert.That(result.Output, Is.Empty);
            Assert.That(lines, Has.Length.EqualTo(1), result.Errors);
            Assert.That(result.Errors, Does.StartWith("vteplab: ").And.Not.Contains("   at "));
        });
        return lines[0];
    }
}
