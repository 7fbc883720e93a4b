using System.Globalization;
using VtepLab.Conformance.Running;
using VtepLab.Reports;
using VtepLab.Runtime;
using VtepLab.Topology;

namespace VtepLab.Cli;

/// <summary>What an exception means to the user: an exit code and one line.</summary>
internal static class Faults
{
    /// <summary>The code and the line; for a bug of ours the details are written to a file that the line names.</summary>
    public static (ExitCode Code, string Message) Explain(Exception e, string[] args) => e switch
    {
        CommandException command => (command.Code, OneLine(command.Message)),
        CertificationException run => ((ExitCode)run.ExitCode, OneLine(run.Message)),
        InputException or RunFormatException => (ExitCode.Usage, OneLine(e.Message)),
        NetworkException { Error: NetworkError.AddressUnavailable } => (ExitCode.Usage, OneLine(e.Message)),
        NetworkException => (ExitCode.Unreachable, OneLine(e.Message)),
        OperationCanceledException => (ExitCode.Interrupted, "interrupted"),
        { InnerException: CommandException or CertificationException or InputException or NetworkException } => Explain(e.InnerException, args),
        _ => (ExitCode.Bug, $"a bug of ours, sorry: {e.GetType().Name}: {OneLine(e.Message)} ({Keep(e, args)})"),
    };

    private static string OneLine(string text) =>
        string.Join(' ', text.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    private static string Keep(Exception e, string[] args)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"vteplab-bug-{DateTime.UtcNow:yyyyMMdd-HHmmss}-{Environment.ProcessId}.txt");
        var file = Path.Combine(Path.GetTempPath(), name);
        try
        {
            File.WriteAllText(file, $"vteplab {ToolVersion.Text}\nvteplab {CommandLineText.Of(args)}\n{ToolVersion.Surroundings}\n\n{e}\n");
            return $"details in {file}";
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return $"the details could not be written to {file}";
        }
    }
}
