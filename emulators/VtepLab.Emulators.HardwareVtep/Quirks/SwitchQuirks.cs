namespace VtepLab.Emulators.HardwareVtep;

/// <summary>The quirks one emulated switch has; the empty set is an honest switch.</summary>
public sealed class SwitchQuirks
{
    private readonly HashSet<SwitchQuirk> _quirks;

    private SwitchQuirks(IEnumerable<SwitchQuirk> quirks) => _quirks = [.. quirks];

    /// <summary>An honest switch.</summary>
    public static SwitchQuirks None { get; } = new([]);

    /// <summary>True for an honest switch.</summary>
    public bool IsEmpty => _quirks.Count == 0;

    /// <summary>Reads names from <see cref="SwitchQuirkBook"/>, joined by commas.</summary>
    /// <exception cref="FormatException">A name is unknown; the message says which, and which one may have been meant.</exception>
    public static SwitchQuirks Parse(string names)
    {
        var quirks = new List<SwitchQuirk>();
        foreach (var name in names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            quirks.Add(SwitchQuirkBook.Find(name) ?? throw new FormatException(Complain(name)));
        }

        return new SwitchQuirks(quirks);
    }

    /// <summary>True when the switch has the quirk.</summary>
    public bool Has(SwitchQuirk quirk) => _quirks.Contains(quirk);

    /// <summary>The names, in order, joined by commas.</summary>
    public override string ToString() => string.Join(',', _quirks.Select(q => q.Id).Order(StringComparer.Ordinal));

    private static string Complain(string name)
    {
        var nearest = SwitchQuirkBook.All.MinBy(q => Distance(name, q.Id))!.Id;
        var hint = Distance(name, nearest) <= Math.Max(3, name.Length / 3) ? $"did you mean '{nearest}'? " : "";
        return $"'{name}' is no quirk of the emulated switch; {hint}'vteplab list quirks' names all of them";
    }

    /// <summary>How many letters must be put in, taken out or changed to make one text the other.</summary>
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

        return row[b.Length];
    }
}
