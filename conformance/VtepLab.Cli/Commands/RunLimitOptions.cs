using System.CommandLine;
using System.Globalization;
using VtepLab.Cli.Exploring;

namespace VtepLab.Cli.Commands;

/// <summary><c>--event-limit</c> and <c>--time-limit</c> of the commands that have to tell a long run from one that never ends.</summary>
internal sealed class RunLimitOptions
{
    private readonly Option<TimeSpan> eventLimit = Make(
        "--event-limit", "processor time after which one event of a run is taken for an endless loop", RunLimits.Default.Event, most: 3600);

    private readonly Option<TimeSpan> timeLimit = Make(
        "--time-limit", "virtual time after which a run is taken for one that waits for ever", RunLimits.Default.Time, most: 366 * 86400);

    /// <summary>Gives a command the options.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(eventLimit);
        command.Options.Add(timeLimit);
    }

    /// <summary>What the user said.</summary>
    public RunLimits Of(ParseResult parsed) => new(parsed.GetValue(eventLimit), parsed.GetValue(timeLimit));

    /// <summary>The options that say these limits again, as far as they are not the defaults.</summary>
    public IEnumerable<string> Again(RunLimits limits) =>
    [
        .. limits.Event == RunLimits.Default.Event ? [] : new[] { eventLimit.Name, Seconds(limits.Event) },
        .. limits.Time == RunLimits.Default.Time ? [] : new[] { timeLimit.Name, Seconds(limits.Time) },
    ];

    private static Option<TimeSpan> Make(string name, string description, TimeSpan preset, int most) => new(name)
    {
        Description = $"{description} (default: {Seconds(preset)})",
        HelpName = "SECONDS",
        DefaultValueFactory = _ => preset,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds > 0 && seconds <= most)
            {
                return TimeSpan.FromSeconds(seconds);
            }

            result.AddError(FormattableString.Invariant($"{name} takes seconds, more than 0 and at most {most}, not '{text}'"));
            return default;
        },
    };

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString(CultureInfo.InvariantCulture);
}
