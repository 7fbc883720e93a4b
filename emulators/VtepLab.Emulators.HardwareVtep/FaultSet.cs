using VtepLab.HardwareVtep;

namespace VtepLab.Emulators.HardwareVtep;

/// <summary>The faults of one row while the switch finds them, and what it then writes into the row's column.</summary>
internal sealed class FaultSet(SwitchQuirks quirks)
{
    private readonly List<string> _found = [];

    /// <summary>True when nothing is wrong.</summary>
    public bool IsEmpty => _found.Count == 0;

    /// <summary>These faults and those of another set.</summary>
    public FaultSet With(FaultSet other)
    {
        var all = new FaultSet(quirks);
        _found.ForEach(all.Add);
        other._found.ForEach(all.Add);
        return all;
    }

    /// <summary>Notes a fault; a second time is no further fault.</summary>
    public void Add(string fault)
    {
        if (!_found.Contains(fault))
        {
            _found.Add(fault);
        }
    }

    /// <summary>Notes a fault, unless a quirk keeps the switch silent about it.</summary>
    public void AddUnless(SwitchQuirk silence, string fault)
    {
        if (!quirks.Has(silence))
        {
            Add(fault);
        }
    }

    /// <summary>The faults in the words of this switch.</summary>
    public ColumnSet<string> ToWords()
    {
        IEnumerable<string> words = quirks.Has(SwitchQuirkBook.OneFaultOnly) ? _found.TakeLast(1) : _found;
        if (quirks.Has(SwitchQuirkBook.OwnFaultWords))
        {
            words = words.Select(w => w == Faults.InvalidVlanMap ? Faults.MacTableExhaustion : w);
        }

        return new ColumnSet<string>(words);
    }
}
