using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace VtepLab.Topology;

/// <summary>A piece of a YAML document that knows where it stands, so that every complaint names line and column.</summary>
/// <remarks>The one place that knows the YAML library. Anchors work; documents after the first are refused.</remarks>
public sealed class YamlValue
{
    private readonly string _file;
    private readonly YamlNode _node;
    private readonly string _path;

    private YamlValue(string file, YamlNode node, string path)
    {
        _file = file;
        _node = node;
        _path = path;
    }

    /// <summary>True for a mapping.</summary>
    public bool IsMap => _node is YamlMappingNode;

    /// <summary>True for a sequence.</summary>
    public bool IsList => _node is YamlSequenceNode;

    /// <summary>The member's value, or null when a mapping has none of that name.</summary>
    public YamlValue? this[string name] =>
        Map().Children.FirstOrDefault(c => c.Key is YamlScalarNode key && key.Value == name) is { Value: { } value }
            ? new YamlValue(_file, value, Below(name))
            : null;

    /// <summary>Reads a document.</summary>
    /// <param name="file">The name to use in complaints.</param>
    /// <param name="text">The document.</param>
    /// <exception cref="InputException">It is not YAML, is empty, or holds more than one document.</exception>
    public static YamlValue Parse(string file, string text)
    {
        var stream = new YamlStream();
        try
        {
            using var reader = new StringReader(text);
            stream.Load(reader);
        }
        catch (YamlException e)
        {
            throw new InputException(file, e.Start.Line, e.Start.Column, $"not YAML: {e.InnerException?.Message ?? e.Message}", e);
        }

        return stream.Documents.Count switch
        {
            1 => new YamlValue(file, stream.Documents[0].RootNode, ""),
            0 => throw new InputException(file, 1, 1, "the file is empty"),
            _ => throw new InputException(
                file, stream.Documents[1].RootNode.Start.Line, 1, "expected one document, found a second one"),
        };
    }

    /// <summary>The member's value.</summary>
    /// <exception cref="InputException">There is none of that name.</exception>
    public YamlValue Need(string name) => this[name] ?? throw Complaint($"{Here} lacks '{name}'");

    /// <summary>The text of a scalar.</summary>
    public string AsString() =>
        _node is YamlScalarNode { Value: { } value } ? value : throw Complaint($"{Here} has to be a text, not a {Kind}");

    /// <summary>A whole number within limits, both included.</summary>
    public int AsInt(int minimum, int maximum) =>
        int.TryParse(AsString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
        && number >= minimum && number <= maximum
            ? number
            : throw Complaint($"{Here} has to be a whole number from {minimum} to {maximum}, found '{AsString()}'");

    /// <summary>true or false.</summary>
    public bool AsBool() => AsString() switch
    {
        "true" => true,
        "false" => false,
        var other => throw Complaint($"{Here} has to be true or false, found '{other}'"),
    };

    /// <summary>A date, <c>2027-01-31</c>.</summary>
    public DateOnly AsDate() =>
        DateOnly.TryParseExact(AsString(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? date
            : throw Complaint($"{Here} has to be a date such as 2027-01-31, found '{AsString()}'");

    /// <summary>A span of time in seconds, such as <c>2.5</c>, from zero to a day.</summary>
    public TimeSpan AsSeconds() =>
        double.TryParse(AsString(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0 and <= 86400
            ? TimeSpan.FromSeconds(seconds)
            : throw Complaint($"{Here} has to be a number of seconds from 0 to 86400, found '{AsString()}'");

    /// <summary>The members of a sequence.</summary>
    public IReadOnlyList<YamlValue> AsList() => _node is YamlSequenceNode list
        ? [.. list.Children.Select((child, i) => new YamlValue(_file, child, $"{_path}[{i}]"))]
        : throw Complaint($"{Here} has to be a list, not a {Kind}");

    /// <summary>The members of a mapping in the order of the file.</summary>
    public IReadOnlyList<KeyValuePair<string, YamlValue>> AsMap() =>
    [
        .. Map().Children.Select(c => KeyValuePair.Create(
            c.Key is YamlScalarNode { Value: { } key } ? key : throw Complaint($"{Here} has a key that is not a text"),
            new YamlValue(_file, c.Value, Below(c.Key.ToString())))),
    ];

    /// <summary>Complains about the first member of a mapping whose name is none of these.</summary>
    public void AllowOnly(params ReadOnlySpan<string> names)
    {
        foreach (var (name, value) in AsMap())
        {
            if (!names.Contains(name))
            {
                throw value.Complaint($"'{name}' is not known here; expected one of {string.Join(", ", names!)}");
            }
        }
    }

    /// <summary>A complaint about this place, to be thrown.</summary>
    public InputException Complaint(string problem) => new(_file, _node.Start.Line, _node.Start.Column, problem);

    private string Kind => _node is YamlMappingNode ? "mapping" : _node is YamlSequenceNode ? "list" : "text";

    private string Here => _path.Length == 0 ? "the document" : $"'{_path}'";

    private string Below(string name) => _path.Length == 0 ? name : $"{_path}.{name}";

    private YamlMappingNode Map() => _node as YamlMappingNode ?? throw Complaint($"{Here} has to be a mapping, not a {Kind}");
}
