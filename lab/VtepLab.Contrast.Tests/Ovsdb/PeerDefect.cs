using System.Text.Json.Nodes;
using VtepLab.Ovsdb;

namespace VtepLab.Contrast.Tests.Ovsdb;

/// <summary>The one difference that is ovsdb-server's own mistake, and how it is told from ours.</summary>
/// <remarks>
/// When one transaction deletes a row and changes another one that refers to it weakly, ovsdb-server 3.1.0 now and then keeps the weak
/// reference, depending on the order of its hash tables: the same requests end either way in repeated runs. RFC 7047 section 3.2
/// forbids such references. A difference counts as this defect only if the server's own rows hold a weak reference to a row that is
/// not there, ours hold none, and both databases are equal once those references are left out. The round ends then.
/// </remarks>
internal static class PeerDefect
{
    /// <summary>Compares the rows of one database on both sides.</summary>
    /// <param name="schema">The database's schema.</param>
    /// <param name="real">The rows of a table on ovsdb-server: the result of a select of everything.</param>
    /// <param name="ours">The same of ours.</param>
    public static Verdict Compare(DatabaseSchema schema, Func<TableSchema, JsonArray> real, Func<TableSchema, JsonArray> ours)
    {
        var (theirs, own) = (new Rows(schema, real), new Rows(schema, ours));
        return theirs.Text != own.Text || own.Dangling > 0 ? Verdict.Differ : theirs.Dangling > 0 ? Verdict.PeerKeepsWeakReference : Verdict.Equal;
    }

    /// <summary>How two databases compare.</summary>
    internal enum Verdict
    {
        /// <summary>They hold the same.</summary>
        Equal,

        /// <summary>They hold the same but for weak references of ovsdb-server's to rows that are not there.</summary>
        PeerKeepsWeakReference,

        /// <summary>They differ.</summary>
        Differ,
    }

    private static IEnumerable<(bool IsKey, string Table)> WeakTargets(ColumnSchema column)
    {
        if (column.Type.Key.IsWeak)
        {
            yield return (true, column.Type.Key.RefTable!);
        }

        if (column.Type.Value is { IsWeak: true } value)
        {
            yield return (false, value.RefTable!);
        }
    }

    /// <summary>A database without its dangling weak references, and how many those were.</summary>
    private sealed class Rows
    {
        public Rows(DatabaseSchema schema, Func<TableSchema, JsonArray> select)
        {
            var tables = schema.Tables.ToDictionary(table => table.Name, select);
            var alive = tables.ToDictionary(
                table => table.Key, table => table.Value.Select(row => Target(row!["_uuid"]!)).ToHashSet(StringComparer.Ordinal));
            var lines = new List<string>();
            foreach (var table in schema.Tables)
            {
                foreach (var row in tables[table.Name])
                {
                    var values = table.Columns.Where(column => column.Name != "_version").Select(column => Value(row![column.Name]!, column, alive));
                    lines.Add($"{table.Name} {string.Join(' ', values)}");
                }
            }

            Text = string.Join('\n', lines.Order(StringComparer.Ordinal));
        }

        public string Text { get; }

        public int Dangling { get; private set; }

        private string Value(JsonNode value, ColumnSchema column, Dictionary<string, HashSet<string>> alive)
        {
            var weak = WeakTargets(column).ToArray();
            var members = value is JsonArray { Count: 2 } array && array[1] is JsonArray inner ? inner : [value.DeepClone()];
            var kept = members.Where(member => weak.All(
                target => alive[target.Table].Contains(Target(column.Type.IsMap ? member![target.IsKey ? 0 : 1]! : member!)))).ToArray();
            Dangling += members.Count - kept.Length;

            // Sorted again: the servers sort by UUIDs that are not the same. Those of no row that was ever inserted have no common name.
            return $"[{string.Join(',', kept.Select(member => Canonical.AnyUuid().Replace(member!.ToJsonString(), "?")).Order(StringComparer.Ordinal))}]";
        }

        private static string Target(JsonNode reference) => (string)reference[1]!;
    }
}
