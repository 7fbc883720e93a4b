using System.Globalization;
using System.Text;

namespace VtepLab.Contrast.Tests.Ovsdb;

/// <summary>Random schemas that use every type, constraint and kind of reference.</summary>
internal sealed class SchemaGenerator(Random random)
{
    private bool _hasWeak;

    /// <summary>A schema, as JSON.</summary>
    public string Make(string name)
    {
        var tables = random.Next(2, 5);
        var text = new StringBuilder($$"""{"name":"{{name}}","version":"1.2.3","tables":{""");
        // If no table says that it is a root, all are. With weak references garbage collection stays out: see RequestGenerator.
        _hasWeak = random.Next(2) == 0;
        var anyRoot = !_hasWeak && random.Next(4) != 0;
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
                text.Append(CultureInfo.InvariantCulture, $",\"indexes\":[[{string.Join(',', indexable.Take(random.Next(1, 3)))}]]");
            }

            text.Append('}');
        }

        return text.Append("}}").ToString();
    }

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
                return $$"""{"key":{{Base(tables, ref hasBadDefault)}},"value":{{Base(tables, ref hasBadDefault)}},"min":0,"max":"unlimited"}""";
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
                return """{"type":"integer","minInteger":-5,"maxInteger":100}""";
            case 2:
                return random.Next(2) == 0 ? "\"real\"" : """{"type":"real","minReal":-100.5,"maxReal":100.5}""";
            case 3:
                return "\"boolean\"";
            case 4:
                return "\"string\"";
            case 5 when mayBeBad && random.Next(3) == 0:
                hasBadDefault = true;
                return """{"type":"string","enum":["set",["red","green","b l u e"]]}""";
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
