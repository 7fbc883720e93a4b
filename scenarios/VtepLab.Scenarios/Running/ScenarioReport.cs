using System.Globalization;
using System.Text;
using VtepLab.Results;

namespace VtepLab.Scenarios;

/// <summary>Says in plain lines how a scenario went.</summary>
public static class ScenarioReport
{
    /// <summary>The failure block: every step with its status, what went wrong, where in the world, and the command that repeats it.</summary>
    public static string Describe(ScenarioResult result)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{result.Status.ToString().ToUpperInvariant()}  {result.Name}");
        text.AppendLine(CultureInfo.InvariantCulture, $"  {result.Uri}:{result.Line}");
        foreach (var step in result.Steps)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  {step.StartedAt:c}  {step.Status,-9}  {step.Keyword} {step.Text}");
            foreach (var line in step.Output.Concat(step.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries)))
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"      {line.TrimEnd()}");
            }
        }

        var where = result.Seed is { } seed ? $"seed {seed}, virtual time {result.Duration:c}, trace {result.TraceHash}" : $"live, after {result.Duration:c}";
        text.AppendLine(CultureInfo.InvariantCulture, $"  {where}");
        text.AppendLine(CultureInfo.InvariantCulture, $"  replay: {result.ReplayCommand}");
        return text.ToString();
    }
}
