using System.Text;

namespace VtepLab.Ovsdb;

/// <summary>Values as the OVSDB tools write them for people: strings in quotes only where they need them.</summary>
public static class DatumText
{
    /// <summary>An atom.</summary>
    public static string Of(Atom atom)
    {
        if (atom.Type != AtomType.String || !NeedsQuotes(atom.String))
        {
            return atom.ToString();
        }

        var writer = new JsonWriter();
        writer.String(atom.Utf8);
        return Encoding.UTF8.GetString(writer.Written);
    }

    /// <summary>A set, in brackets whatever its size.</summary>
    public static string OfSet(Datum set) => $"[{string.Join(", ", set.Keys.Select(Of))}]";

    /// <summary>A value of a column: brackets or braces unless the column holds at most one.</summary>
    public static string Of(Datum datum, ColumnType type)
    {
        var entries = string.Join(", ", type.IsMap ? datum.Pairs.Select(p => $"{Of(p.Key)}={Of(p.Value)}") : datum.Keys.Select(Of));
        return type.Max <= 1 && datum.Count > 0 ? entries : type.IsMap ? $"{{{entries}}}" : $"[{entries}]";
    }

    private static bool NeedsQuotes(string text) =>
        text.Length == 0 || text is "true" or "false" || Uuid.TryParse(text, out _)
        || !(char.IsAsciiLetter(text[0]) || text[0] == '_')
        || !text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.');
}
