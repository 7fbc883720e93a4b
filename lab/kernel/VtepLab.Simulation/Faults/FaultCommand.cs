using System.Text.Json;
using System.Text.Json.Serialization;

namespace VtepLab.Simulation;

/// <summary>One thing that goes wrong: what, to whom, when and for how long.</summary>
/// <param name="At">Virtual time since the start.</param>
/// <param name="Kind">The name of a <see cref="FaultKind"/> of the catalogue.</param>
/// <param name="Subjects">Names of hosts or links, as the kind wants them.</param>
/// <param name="Duration">How long it lasts; zero for what is over at once.</param>
/// <param name="Amount">How much, in the kind's own unit.</param>
public sealed record FaultCommand(TimeSpan At, string Kind, IReadOnlyList<string> Subjects, TimeSpan Duration, double Amount = 0)
{
    /// <summary>The command as a line for people.</summary>
    public override string ToString() =>
        string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"at {At:c} {Kind} {string.Join(' ', Subjects)}{(Duration > TimeSpan.Zero ? $" for {Duration:c}" : "")}{(Amount != 0 ? $" by {Amount:0.###}" : "")}");
}

/// <summary>The faults of one run: a list made before it starts, so that it can be replayed, cut down and kept.</summary>
/// <param name="Commands">The faults, in the order of their times.</param>
public sealed record FaultPlan(IReadOnlyList<FaultCommand> Commands)
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault };

    /// <summary>Nothing goes wrong.</summary>
    public static FaultPlan None { get; } = new([]);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="FormatException">It is no plan; says where.</exception>
    public static FaultPlan FromJson(string json)
    {
        try
        {
            return new FaultPlan(JsonSerializer.Deserialize<List<FaultCommand>>(json, Json) ?? []);
        }
        catch (JsonException e)
        {
            throw new FormatException($"no fault plan: line {e.LineNumber + 1}, {e.Path}: {e.Message}", e);
        }
    }

    /// <summary>The plan as a JSON array of commands.</summary>
    public string ToJson() => JsonSerializer.Serialize(Commands, Json);

    /// <summary>A line a command.</summary>
    public override string ToString() => string.Join(Environment.NewLine, Commands);
}
