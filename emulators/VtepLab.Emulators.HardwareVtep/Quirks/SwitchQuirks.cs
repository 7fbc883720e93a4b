using VtepLab.Runtime;

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
        var hint = Spelling.Nearest(name, SwitchQuirkBook.All.Select(q => q.Id)) is { } nearest ? $"did you mean '{nearest}'? " : "";
        return $"'{name}' is no quirk of the emulated switch; {hint}'vteplab list quirks' names all of them";
    }
}
