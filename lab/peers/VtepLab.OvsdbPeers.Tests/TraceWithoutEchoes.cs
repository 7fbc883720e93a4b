using System.Text;
using VtepLab.Ovsdb;
using VtepLab.Simulation;

namespace VtepLab.OvsdbPeers.Tests;

/// <summary>Everything that the trace of a world tells but echoes and their replies: messages, logs and notes, each with its time.</summary>
internal sealed class TraceWithoutEchoes : MemoryStream
{
    private static readonly string[] Echoes = [Text(EchoMessages.Request), Text(EchoMessages.Reply)];

    private TraceWithoutEchoes()
    {
    }

    /// <summary>The lines, the first first.</summary>
    public List<string> Lines { get; } = [];

    /// <summary>Watches a world from now on.</summary>
    public static TraceWithoutEchoes Of(SimulatedWorld world)
    {
        var lines = new TraceWithoutEchoes();
        world.Trace = new TraceWriter(lines);
        return lines;
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        var line = Encoding.UTF8.GetString(buffer).TrimEnd('\n');
        if (!Array.Exists(Echoes, echo => line.EndsWith(echo, StringComparison.Ordinal)))
        {
            Lines.Add(line);
        }
    }

    private static string Text(ReadOnlySpan<byte> message) => $"\"text\":\"{Encoding.UTF8.GetString(message).Replace("\"", "\\\"", StringComparison.Ordinal)}\"}}";
}
