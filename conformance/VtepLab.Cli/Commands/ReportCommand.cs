using System.CommandLine;
using VtepLab.Cli.Output;
using VtepLab.Reports;

namespace VtepLab.Cli.Commands;

/// <summary><c>vteplab report</c>: writes the reports of an earlier run again, from what it recorded.</summary>
internal static class ReportCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var from = new Argument<string>("DIR") { Description = "folder of the run, with results.json and transcript.ndjson" };
        var to = Options.Path("--out", "-o", "DIR", "where the reports go; the folder itself when not given");
        var command = new Command("report", "Write the reports of an earlier run again, without the device") { from, to };
        command.SetAction(parsed => Run(parsed.GetValue(from)!, parsed.GetValue(to)));
        return command;
    }

    private static int Run(string from, string? to)
    {
        using var results = Open(Path.Combine(from, "results.json"));
        using var transcript = Open(Path.Combine(from, "transcript.ndjson"));
        Results.CertificationRun run;
        try
        {
            run = RunReader.Read(results, transcript);
        }
        catch (RunFormatException e)
        {
            throw new CommandException(ExitCode.Usage, $"{from}: {e.Message}", e);
        }

        var folder = RunFolder.Make(to ?? from, "report", DateTimeOffset.UtcNow);
        folder.Write(run);
        CertifySummary.Write(run, folder);
        return (int)CertifyCommand.CodeOf(run);
    }

    // Wholly read before anything is written: the reports may replace these very files.
    private static MemoryStream Open(string file)
    {
        try
        {
            return new MemoryStream(File.ReadAllBytes(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Usage, $"cannot read {file}: {InputFile.Reason(e)}", e);
        }
    }
}
