using System.Text;
using System.Text.RegularExpressions;
using VtepLab.Testing.Peers;

namespace VtepLab.Contrast.Tests.OvsdbTools;

/// <summary>Runs the same commands against two servers and writes down what came of each, so that two texts can be compared.</summary>
internal static partial class Conversation
{
    /// <summary>Runs commands one after the other.</summary>
    /// <param name="endpoint">The server; stands for <c>SERVER</c> in the commands.</param>
    /// <param name="commands">Program and arguments, parted by spaces; single quotes hold an argument together.</param>
    /// <returns>For each command its line, its output and errors, and its exit code; UUIDs are numbered in order of appearance.</returns>
    public static async Task<string> HoldAsync(string endpoint, IEnumerable<string> commands)
    {
        var record = new StringBuilder();
        foreach (var command in commands)
        {
            var words = Words().Matches(command).Select(m => m.Value.Replace("'", "", StringComparison.Ordinal)
                .Replace("SERVER", endpoint, StringComparison.Ordinal)).ToArray();
            var result = await PeerProcess.RunAsync(RealPeer.Require(words[0]), words[1..]);
            record.AppendLine($"$ {command}").Append(Ordered(result.Output)).Append(result.Errors).AppendLine($"-> {result.ExitCode}");
        }

        return Normalise(record.ToString(), endpoint);
    }

    /// <summary>Numbers UUIDs by their first appearance, and takes out the address, the times of log lines and what is chance.</summary>
    public static string Normalise(string text, string endpoint)
    {
        var known = new Dictionary<string, string>();
        var numbered = Uuids().Replace(text, m =>
        {
            if (!known.TryGetValue(m.Value, out var number))
            {
                known.Add(m.Value, number = $"<{known.Count}>");
            }

            return number;
        });
        // Which of two rows with the same index values ovsdb-server calls the first is chance, about one time in four the other one.
        var ordered = Duplicates().Replace(numbered, m =>
        {
            string[] rows = [.. new[] { m.Groups[1].Value, m.Groups[2].Value }.Order(StringComparer.Ordinal)];
            return $"First row, with UUID {rows[0]}  Second row, with UUID {rows[1]}";
        });
        return LogTimes().Replace(ordered, "").Replace(endpoint, "SERVER", StringComparison.Ordinal);
    }

    /// <summary>Puts the records of a list in an order of their own: vtep-ctl prints rows as the hashes of their UUIDs fall.</summary>
    private static string Ordered(string output) =>
        !output.Contains("\n\n", StringComparison.Ordinal)
            ? output
            : string.Join("\n\n", output.TrimEnd('\n').Split("\n\n").OrderBy(r => Uuids().Replace(r, ""), StringComparer.Ordinal)) + "\n";

    [GeneratedRegex("('[^']*'|[^ '])+")]
    private static partial Regex Words();

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex Uuids();

    [GeneratedRegex(@"First row, with UUID (<\d+>, [^.]*\.)  Second row, with UUID (<\d+>, [^.]*\.)")]
    private static partial Regex Duplicates();

    [GeneratedRegex(@"(?m)^\d{4}-\d\d-\d\dT[\d:.]+Z\|\d+\|")]
    private static partial Regex LogTimes();
}
