using System.Globalization;

namespace VtepLab.Contrast.Tests.Ovsdb;

/// <content>The types of columns.</content>
internal sealed partial class SchemaGenerator
{
    private static readonly string[] Integers =
    [
        """{"type":"integer","enum":["set",[0,1,2,7]]}""", """{"type":"integer","enum":0}""", """{"type":"integer","minInteger":-5,"maxInteger":100}""",
        """{"type":"integer","minInteger":-9223372036854775808,"maxInteger":9}""", """{"type":"integer","maxInteger":0}""",
        """{"type":"integer","minInteger":-9223372036854775807,"maxInteger":9223372036854775807}""", """{"type":"integer","minInteger":0,"maxInteger":0}""",
    ];

    private static readonly string[] Reals =
    [
        """{"type":"real","minReal":-100.5,"maxReal":100.5}""", """{"type":"real","enum":["set",[0.0,0.5,-1e10]]}""", """{"type":"real","minReal":-0.0}""",
        """{"type":"real","maxReal":1e300}""", """{"type":"real","minReal":-5,"maxReal":0}""",
    ];

    private string Type(int tables, ref bool hasBadDefault)
    {
        var key = Base(tables, ref hasBadDefault);
        switch (random.Next(10))
        {
            case < 2:
                return Least(key) == 1 ? $$"""{"key":{{key}}}""" : $$"""{"key":{{key}},"min":0}""";
            case < 4:
                return $$"""{"key":{{key}},"min":0,"max":1}""";
            case < 6:
                var max = random.Next(3) == 0 ? random.Next(2, 4).ToString(CultureInfo.InvariantCulture) : "\"unlimited\"";
                return $$"""{"key":{{key}},"min":{{random.Next(2) * Least(key)}},"max":{{max}}}""";
            case < 8:
                return Map(key, IsReference(key) && random.Next(2) == 0 ? Reference(tables) : Base(tables, ref hasBadDefault));
            default:
                return $$"""{"key":{{key}},"min":0,"max":"unlimited"}""";
        }
    }

    private string Map(string key, string value)
    {
        if (IsReference(key) && IsReference(value) && (IsWeak(key) || IsWeak(value)) && (mixes || (!_keepsFirst && IsWeak(key) != IsWeak(value))))
        {
            value = "\"string\""; // Where rows go, ovsdb-server goes on counting the other half of a pair that it drops: see OvsdbServerDefectTests.
        }

        var pairs = random.Next(4) switch { 0 => "2", 1 when random.Next(2) == 0 => "1", _ => "\"unlimited\"" };
        return $$"""{"key":{{key}},"value":{{value}},"min":{{(random.Next(8) == 0 ? Least(key + value) : 0)}},"max":{{pairs}}}""";
    }

    /// <summary>
    /// The least that may be demanded of a column: where ovsdb-server may keep a weak reference to a row that is gone (see <see cref="PeerDefect"/>) it
    /// also misses that a column would be empty without it.
    /// </summary>
    private int Least(string type) => mixes && IsWeak(type) ? 0 : 1;

    private static bool IsReference(string type) => type.Contains("refTable", StringComparison.Ordinal);

    private static bool IsWeak(string type) => type.Contains("weak", StringComparison.Ordinal);

    private string Base(int tables, ref bool hasBadDefault)
    {
        // At most one column of a table has a default that is not permitted: which of several is named is not defined.
        var mayBeBad = !hasBadDefault;
        switch (random.Next(18))
        {
            case < 2:
                return "\"integer\"";
            case < 4 when mayBeBad && random.Next(3) == 0:
                hasBadDefault = true;
                return random.Next(2) == 0 ? """{"type":"integer","minInteger":1,"maxInteger":9}""" : """{"type":"integer","minInteger":9223372036854775800}""";
            case < 4:
                return Integers[random.Next(Integers.Length)];
            case < 6:
                return random.Next(2) == 0 ? "\"real\"" : Reals[random.Next(Reals.Length)];
            case < 8:
                return random.Next(4) == 0 ? """{"type":"boolean","enum":false}""" : "\"boolean\"";
            case < 10:
                return "\"string\"";
            case < 12 when mayBeBad && random.Next(3) == 0:
                hasBadDefault = true;
                return """{"type":"string","enum":["set",["red","green","b l u e"]]}""";
            case < 12 when mayBeBad && random.Next(3) == 0:
                hasBadDefault = true;
                return """{"type":"string","minLength":2,"maxLength":5}""";
            case < 12:
                return random.Next(3) switch
                {
                    0 => """{"type":"string","enum":["set",["","é","日本 😀"]]}""",
                    1 => """{"type":"string","minLength":0}""",
                    _ => """{"type":"string","maxLength":3}""",
                };
            case < 14:
                return random.Next(6) == 0
                    ? """{"type":"uuid","enum":["set",[["uuid","00000000-0000-0000-0000-000000000000"],["uuid","feed0000-0000-4000-8000-00000000000a"]]]}""" : "\"uuid\"";
            default:
                return Reference(tables);
        }
    }

    private string Reference(int tables)
    {
        var weak = _hasWeak && random.Next(2) == 0;
        return $$"""{"type":"uuid","refTable":"t{{(weak && _keepsFirst ? 0 : random.Next(tables))}}"{{(weak ? ",\"refType\":\"weak\"" : "")}}}""";
    }
}
