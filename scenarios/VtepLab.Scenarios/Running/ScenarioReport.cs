using System.Globalization;
using System.Text;
using VtepLab.Results;

namespace VtepLab.Scenarios;

/// <summary>Says in plain lines how a scenario went.</summary>
public static class ScenarioReport
{
    /// <summary>The failure block: every step with its status, what went wrong, where in the world, and the command that repeats it.</summary>
    /// <param name="result">The scenario.</param>
    /// <param name="withTrace">True for developers: shows also where in the code a step went wrong.</param>
    public static string Describe(ScenarioResult result, bool withTrace = false)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{result.Status.ToString().ToUpperInvariant()}  {result.Name}");
        text.AppendLine(CultureInfo.InvariantCulture, $"  {result.Uri}:{result.Line}");
        foreach (var step in result.Steps)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  {step.StartedAt:c}  {step.Status,-9}  {step.Keyword} {step.Text}");
            var wrong = withTrace ? $"{step.Message}\n{step.Trace}" : step.Message;
            foreach (var line in step.Output.Concat(wrong.Split('\n', StringSplitOptions.RemoveEmptyEntries)))
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
