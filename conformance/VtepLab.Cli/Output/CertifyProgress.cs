using System.Globalization;
using Spectre.Console;
using VtepLab.Conformance.Running;
using VtepLab.Results;

namespace VtepLab.Cli.Output;

/// <summary>Shows a run on standard error as it goes: a line a check, the same for a person and for a log.</summary>
internal static class CertifyProgress
{
    /// <summary>Takes what happens; the run calls it from its own thread only.</summary>
    public static void Watch(RunEvent happened)
    {
        switch (happened)
        {
            case RunStarted started:
                Terminal.Error.MarkupLine($"[bold]{Safe.Markup(NameOf(started.Device))}[/] at {Safe.Markup(started.Device.Endpoint)}, "
                    + $"hardware_vtep {Safe.Markup(started.Device.SchemaVersion)}: {started.Checks.Length} checks");
                break;
            case RunNotice notice:
                Terminal.Error.MarkupLine($"[yellow]note[/] {Safe.Markup(notice.Text)}");
                break;
            case CheckFinished finished:
                Terminal.Error.MarkupLine(LineOf(finished.Result));
                break;
            case CleaningUp:
                Terminal.Error.MarkupLine("[grey]cleaning up[/]");
                break;
        }
    }

    /// <summary>The device's name, or where it is when it has none.</summary>
    public static string NameOf(DeviceIdentity device) =>
        device.SwitchNames.IsEmpty ? "a database without a switch" : string.Join(", ", device.SwitchNames);

    private static string LineOf(CheckResult result)
    {
        var (word, colour) = result.Verdict switch
        {
            Verdict.Pass => ("ok", "green"),
            Verdict.Fail => ("FAIL", "red"),
            Verdict.PassWithDeviation => ("dev", "yellow"),
            Verdict.NotApplicable => ("n/a", "grey"),
            _ => ("??", "magenta"),
        };
        var time = result.Duration.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture);
        return $"[{colour}]{word,-4}[/] {result.Requirement.Id}  {Safe.Markup(result.Message)}  [grey]{time} ms[/]";
    }
}
