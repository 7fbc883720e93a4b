using System.Globalization;
using System.Text.RegularExpressions;

namespace VtepLab.L2Gateway.Agent;

/// <summary>An option as it counts, for <c>--show-config</c>.</summary>
/// <param name="Section">Its section.</param>
/// <param name="Key">Its name.</param>
/// <param name="Value">Its value after interpolation.</param>
/// <param name="Origin">File and line, or <c>default</c>.</param>
public sealed record EffectiveOption(string Section, string Key, string Value, string Origin);

/// <summary>Several files of oslo.config's dialect, the later ones before the earlier ones.</summary>
internal sealed partial class OsloConfiguration
{
    private const int MaxInterpolationDepth = 16;
    private readonly Dictionary<(string Section, string Key), OsloAssignment> _assignments = [];
    private readonly List<EffectiveOption> _read = [];

    /// <summary>Reads the files.</summary>
    /// <param name="files">Name and content, in the order of the command line.</param>
    /// <exception cref="ConfigurationException">One of them cannot be read.</exception>
    public OsloConfiguration(IEnumerable<(string Name, string Text)> files)
    {
        foreach (var assignment in files.SelectMany(f => OsloFile.Read(f.Name, f.Text)))
        {
            _assignments[(assignment.Section, assignment.Key)] = assignment;
        }
    }

    /// <summary>Every option that was asked for, in the order in which it was.</summary>
    public IReadOnlyList<EffectiveOption> Read => _read;

    /// <summary>The value of an option, interpolated; null when no file has it and there is no default.</summary>
    public string? Text(string section, string key, string? defaultValue = null)
    {
        var found = _assignments.GetValueOrDefault((section, key));
        var value = found is null ? defaultValue : Interpolate(found, found.Value, 0);
        _read.Add(new EffectiveOption(section, key, value ?? "", found?.Origin ?? "default"));
        return value;
    }

    /// <summary>The name by which the files have an option: a former one if they have only that.</summary>
    public string NameOf(string section, string key, string formerKey) =>
        !_assignments.ContainsKey((section, key)) && _assignments.ContainsKey((section, formerKey)) ? formerKey : key;

    /// <summary>An option that must be a whole number within bounds.</summary>
    public int Integer(string section, string key, int defaultValue, int minimum, int maximum)
    {
        var text = Text(section, key, defaultValue.ToString(CultureInfo.InvariantCulture))!;
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= minimum && value <= maximum
            ? value
            : throw Wrong(section, key, $"expected a whole number from {minimum} to {maximum}, found '{text}'");
    }

    /// <summary>An option that is a number of seconds, fractions allowed.</summary>
    public TimeSpan Seconds(string section, string key, double defaultValue)
    {
        var text = Text(section, key, defaultValue.ToString(CultureInfo.InvariantCulture))!;
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value is > 0 and <= 86400
            ? TimeSpan.FromSeconds(value)
            : throw Wrong(section, key, $"expected a number of seconds above 0 and up to 86400, found '{text}'");
    }

    /// <summary>An option that is true or false, in any of oslo's words for them.</summary>
    public bool Boolean(string section, string key, bool defaultValue)
    {
        var text = Text(section, key, defaultValue ? "True" : "False")!;
        return text.ToLowerInvariant() switch
        {
            "true" or "1" or "on" or "yes" => true,
            "false" or "0" or "off" or "no" => false,
            _ => throw Wrong(section, key, $"expected true or false, found '{text}'"),
        };
    }

    /// <summary>An error in the value of an option.</summary>
    public ConfigurationException Wrong(string section, string key, string what) =>
        new($"{_assignments.GetValueOrDefault((section, key))?.Origin ?? "default"}: [{section}] {key}: {what}");

    private string Interpolate(OsloAssignment place, string text, int depth)
    {
        if (depth > MaxInterpolationDepth)
        {
            throw new ConfigurationException($"{place.Origin}: [{place.Section}] {place.Key}: its value leads back to itself");
        }

        return Reference().Replace(text, match =>
        {
            if (match.Value is "$$" or @"\$")
            {
                return "$";
            }

            var name = match.Groups["name"].Value;
            var dot = name.IndexOf('.', StringComparison.Ordinal);
            var found = dot > 0 ? _assignments.GetValueOrDefault((name[..dot], name[(dot + 1)..])) : null;
            found ??= _assignments.GetValueOrDefault((place.Section, name)) ?? _assignments.GetValueOrDefault(("DEFAULT", name));
            return found is null
                ? throw new ConfigurationException($"{place.Origin}: [{place.Section}] {place.Key}: no option '{name}' to put for {match.Value}")
                : Interpolate(found, found.Value, depth + 1);
        });
    }

    [GeneratedRegex(@"\$\$|\\\$|\$(?:(?<name>[_a-zA-Z][._a-zA-Z0-9]*)|\{(?<name>[_a-zA-Z][._a-zA-Z0-9]*)\})")]
    private static partial Regex Reference();
}
