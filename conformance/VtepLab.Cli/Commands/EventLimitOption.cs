using System.CommandLine;
using System.Globalization;
using VtepLab.Simulation;

namespace VtepLab.Cli.Commands;

/// <summary><c>--event-limit</c> of the commands that have to tell a long event from one that never ends.</summary>
internal static class EventLimitOption
{
    /// <summary>The option; the simulation's own limit when it is not given.</summary>
    public static Option<TimeSpan> Make() => new("--event-limit")
    {
        Description = "processor time after which one event of a run is taken for an endless loop (default: 30)",
        HelpName = "SECONDS",
        DefaultValueFactory = _ => new SimulationOptions().EventLimit,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and <= 3600)
            {
                return TimeSpan.FromSeconds(seconds);
            }

            result.AddError($"--event-limit takes seconds, more than 0 and at most 3600, not '{text}'");
            return default;
        },
    };

    /// <summary>The experiment with that limit.</summary>
    public static Experiment Within(this Experiment experiment, TimeSpan limit) =>
        experiment with { Options = experiment.Options with { EventLimit = limit } };
}
