using System.Globalization;
using System.Text;

namespace VtepLab.Contrast.Tests.Ovsdb;

/// <summary>Random schemas that use every type, constraint and kind of reference.</summary>
/// <param name="random">Where they come from.</param>
/// <param name="mixes">Whether tables with weak references may be collected as garbage: see <see cref="PeerDefect"/>.</param>
internal sealed class SchemaGenerator(Random random, bool mixes)
{
    private bool _hasWeak;

    /// <summary>A schema, as JSON.</summary>
    public string Make(string name)
    {
        var tables = random.Next(2, 5);
        var text = new StringBuilder($$"""{"name":"{{name}}","version":"1.2.3","tables":{""");
        // If no table says that it is a root, all are.
        _hasWeak = random.Next(2) == 0;
        var anyRoot = (mixes || !_hasWeak) && random.Next(4) != 0;
        for (var t = 0; t < tables; t++)
        {
            text.Append(t > 0 ? "," : "").Append(CultureInfo.InvariantCulture, $"\"t{t}\":{{\"columns\":{{");
            var indexable = new List<string>();
            var hasBadDefault = false;
            var columns = random.Next(2, 7);
            for (var c = 0; c < columns; c++)
            {
                var mutable = random.Next(8) != 0;
                var ephemeral = random.Next(8) == 0;
                text.Append(c > 0 ? "," : "").Append(CultureInfo.InvariantCulture, $"\"c{c}\":{{\"type\":{Type(tables, ref hasBadDefault)}");
                text.Append(mutable ? "" : ",\"mutable\":false").Append(ephemeral ? ",\"ephemeral\":true" : "").Append('}');
                if (!ephemeral)
                {
                    indexable.Add($"\"c{c}\"");
                }
            }

            text.Append('}');
            if (anyRoot && (t == 0 || random.Next(3) > 0))
            {
                text.Append(",\"isRoot\":true");
            }

            if (random.Next(6) == 0)
            {
                text.Append(CultureInfo.InvariantCulture, $",\"maxRows\":{random.Next(1, 5)}");
            }

            if (indexable.Count > 0 && random.Next(2) == 0)
            {
                text.Append(CultureInfo.InvariantCulture, $",\"indexes\":[{Index(indexable)}]");
            }

            text.Append('}');
        }

        return text.Append("}}").ToString();
    }

    /// <summary>One index of up to three columns in any order, or two of them.</summary>
    private string Index(List<string> columns) => string.Join(',', Enumerable.Range(0, random.Next(4) == 0 ? 2 : 1)
        .Select(_ => $"[{string.Join(',', columns.OrderBy(_ => random.Next()).Take(random.Next(1, 4)))}]"));

    private string Type(int tables, ref bool hasBadDefault)
    {
        var key = Base(tables, ref hasBadDefault);
        switch (random.Next(5))
        {
            case 0:
                return $$"""{"key":{{key}}}""";
            case 1:
                return $$"""{"key":{{key}},"min":0,"max":1}""";
            case 2:
                var max = random.Next(3) == 0 ? random.Next(2, 4).ToString(CultureInfo.InvariantCulture) : "\"unlimited\"";
                return $$"""{"key":{{key}},"min":{{random.Next(2)}},"max":{{max}}}""";
            case 3:
                var value = Base(tables, ref hasBadDefault);
                if (key.Contains("refTable", StringComparison.Ordinal) && value.Contains("refTable", StringComparison.Ordinal))
                {
                    value = key; // A pair of a weak and a strong reference is counted wrongly by ovsdb-server: see MixedReferenceTests.
                }

                var pairs = random.Next(4) == 0 ? "2" : "\"unlimited\"";
                return $$"""{"key":{{key}},"value":{{value}},"min":{{(random.Next(8) == 0 ? 1 : 0)}},"max":{{pairs}}}""";
            default:
                return $$"""{"key":{{key}},"min":0,"max":"unlimited"}""";
        }
    }

    private string Base(int tables, ref bool hasBadDefault)
    {
        // At most one column of a table has a default that is not permitted: which of several is named is not defined.
        var mayBeBad = !hasBadDefault;
        switch (random.Next(9))
        {
            case 0:
                return "\"integer\"";
            case 1 when mayBeBad && random.Next(3) == 0:
                hasBadDefault = true;
                return """{"type":"integer","minInteger":1,"maxInteger":9}""";
            case 1:
                return random.Next(3) == 0 ? """{"type":"integer","enum":["set",[0,1,2,7]]}""" : """{"type":"integer","minInteger":-5,"maxInteger":100}""";
            case 2:
                return random.Next(4) switch
                {
                    0 => """{"type":"real","minReal":-100.5,"maxReal":100.5}""",
                    1 => """{"type":"real","enum":["set",[0.0,0.5,-1e10]]}""",
                    _ => "\"real\"",
                };
            case 3:
                return "\"boolean\"";
            case 4:
                return "\"string\"";
            case 5 when mayBeBad && random.Next(3) == 0:
                hasBadDefault = true;
                return """{"type":"string","enum":["set",["red","green","b l u e"]]}""";
            case 5 when mayBeBad && random.Next(3) == 0:
                hasBadDefault = true;
                return """{"type":"string","minLength":2,"maxLength":5}""";
            case 5:
                return """{"type":"string","maxLength":3}""";
            case 6:
                return "\"uuid\"";
            default:
                var weak = _hasWeak && random.Next(2) == 0 ? ",\"refType\":\"weak\"" : "";
                return $$"""{"type":"uuid","refTable":"t{{random.Next(tables)}}"{{weak}}}""";
        }
    }
}
