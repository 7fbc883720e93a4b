using System.Globalization;
using System.Text;

namespace VtepLab.Contrast.Tests.Ovsdb;

/// <summary>Random schemas that use every type, constraint and kind of reference.</summary>
/// <param name="random">Where they come from.</param>
/// <param name="mixes">Whether tables with weak references may be collected as garbage: see <see cref="PeerDefect"/>.</param>
internal sealed partial class SchemaGenerator(Random random, bool mixes)
{
    private bool _hasWeak;
    private bool _keepsFirst;

    /// <summary>A schema, as JSON.</summary>
    public string Make(string name)
    {
        var tables = random.Next(2, 5);
        var text = new StringBuilder($$"""{"name":"{{name}}","version":"1.2.3","tables":{""");
        // Weak references to the first table only, from which no row goes: then all others may be collected, and maps may have a strong
        // and a weak half (see OvsdbServerDefectTests).
        _hasWeak = random.Next(2) == 0;
        _keepsFirst = _hasWeak && random.Next(2) == 0;

        // If no table says that it is a root, all are.
        var anyRoot = (mixes || !_hasWeak || _keepsFirst) && random.Next(4) != 0;
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
}
