namespace VtepLab.L2Gateway.Agent;

/// <summary>A configuration that cannot be used; the message names the file, the line and what was expected.</summary>
public sealed class ConfigurationException(string message) : FormatException(message);

/// <summary>One assignment of a configuration file.</summary>
/// <param name="Section">The section it stands in.</param>
/// <param name="Key">The option's name.</param>
/// <param name="Value">Its value, quotes gone, continuation lines joined with line feeds, nothing interpolated.</param>
/// <param name="Origin">File and line: <c>l2gateway_agent.ini:12</c>.</param>
internal sealed record OsloAssignment(string Section, string Key, string Value, string Origin);

/// <summary>Reads the INI dialect of oslo.config.</summary>
/// <remarks>
/// Its own reader because the dialect is its own: an assignment is split at the first '=' or ':', a line that begins with white
/// space continues the value above it, '#' and ';' are comments only at the start of a line, a value in matching quotes loses them.
/// The INI library we tried (ini-parser-netstandard 2.5.2) refuses the first two of these.
/// </remarks>
internal static class OsloFile
{
    /// <summary>All assignments in the order of the file; of several to one option the last counts.</summary>
    /// <exception cref="ConfigurationException">The text is no such file.</exception>
    public static List<OsloAssignment> Read(string name, string text)
    {
        var assignments = new List<OsloAssignment>();
        string? section = null;
        (string Key, List<string> Lines, int At)? open = null;
        var at = 0;
        foreach (var line in text.Split('\n').Select(l => l.TrimEnd()))
        {
            at++;
            if (line.Length == 0)
            {
                Close();
            }
            else if (line[0] is '#' or ';')
            {
                Close();
            }
            else if (line[0] is ' ' or '\t')
            {
                if (open is not { } value)
                {
                    throw Wrong("unexpected continuation line");
                }

                value.Lines.Add(line.TrimStart());
            }
            else if (line[0] == '[')
            {
                Close();
                section = line.EndsWith(']') ? line[1..^1].Trim() : throw Wrong("invalid section: must end with ']'");
                if (section.Length == 0)
                {
                    throw Wrong("empty section name");
                }
            }
            else
            {
                Close();
                var split = line.IndexOfAny(['=', ':']);
                if (split <= 0)
                {
                    throw Wrong(split < 0 ? $"expected 'option = value', found '{line}'" : "option name missing before the value");
                }

                if (section is null)
                {
                    throw Wrong("an option stands before the first [section]");
                }

                open = (line[..split].Trim(), [line[(split + 1)..].Trim()], at);
            }
        }

        Close();
        return assignments;

        void Close()
        {
            if (open is { } value)
            {
                // Quotes are those of the first line alone, as a list that goes on below may hold quoted items.
                if (value.Lines is [[var quote and ('"' or '\''), .., var end] first] && quote == end)
                {
                    value.Lines[0] = first[1..^1];
                }

                assignments.Add(new OsloAssignment(Normalize(section!), value.Key, string.Join('\n', value.Lines), $"{name}:{value.At}"));
                open = null;
            }
        }

        ConfigurationException Wrong(string what) => new($"{name}:{at}: {what}");
    }

    private static string Normalize(string section) => section == "DEFAULT" ? section : section.ToLowerInvariant();
}
