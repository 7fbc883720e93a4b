namespace VtepLab.Runtime;

/// <summary>For messages about a name that is not known: what may have been meant.</summary>
public static class Spelling
{
    /// <summary>The name most like a word, or null when none is: a third of its letters, and at least two, may differ.</summary>
    /// <param name="word">What was written.</param>
    /// <param name="names">What could have been written; names of one or two letters are like everything and are passed over.</param>
    public static string? Nearest(string word, IEnumerable<string> names) =>
        names.Where(n => n.Length > 2).Select(n => (Name: n, Distance: Distance(word, n)))
            .Where(n => n.Distance <= Math.Max(2, n.Name.Length / 3) && n.Distance < n.Name.Length)
            .OrderBy(n => n.Distance).ThenBy(n => n.Name, StringComparer.Ordinal).Select(n => n.Name).FirstOrDefault();

    // Levenshtein's, a row at a time: how many letters must be put in, taken out or changed.
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[^1];
    }
}
