using System.Text.Json;

namespace VtepLab.Simulation;

/// <summary>Outcomes as bytes, to hand them from one process to another; the same outcomes are the same bytes.</summary>
public static class OutcomeJson
{
    /// <summary>Writes outcomes as a JSON array in UTF-8.</summary>
    public static byte[] Write(IReadOnlyList<RunOutcome> outcomes) => JsonSerializer.SerializeToUtf8Bytes(outcomes);

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="FormatException">They are no outcomes; says where.</exception>
    public static IReadOnlyList<RunOutcome> Read(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize<List<RunOutcome>>(json) ?? throw new FormatException("no outcomes: null");
        }
        catch (JsonException e)
        {
            throw new FormatException($"no outcomes: line {e.LineNumber + 1}, {e.Path}: {e.Message}", e);
        }
    }
}
