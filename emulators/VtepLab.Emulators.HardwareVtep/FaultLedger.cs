using VtepLab.HardwareVtep;
using VtepLab.Ovsdb;

namespace VtepLab.Emulators.HardwareVtep;

/// <summary>What a fault column must hold: the truth, whatever a controller wrote into it.</summary>
internal sealed class FaultLedger(SwitchQuirks quirks)
{
    private readonly Dictionary<Uuid, ColumnSet<string>> _written = [];

    /// <summary>The value to write.</summary>
    /// <param name="row">The row the column belongs to.</param>
    /// <param name="faults">What is wrong now.</param>
    /// <param name="stored">What the column holds.</param>
    public ColumnSet<string> Settle(Uuid row, FaultSet faults, ColumnSet<string> stored)
    {
        var before = _written.GetValueOrDefault(row);
        var truth = faults.ToWords();
        if (quirks.Has(SwitchQuirkBook.FaultNeverCleared))
        {
            truth = new ColumnSet<string>(truth.Concat(before ?? []));
        }

        if (before is null && quirks.Has(SwitchQuirkBook.FaultsSurviveRestart))
        {
            truth = new ColumnSet<string>(truth.Concat(stored));
        }

        _written[row] = truth;
        var isSettled = before is not null && before.Equals(truth);
        return isSettled && quirks.Has(SwitchQuirkBook.FaultColumnsWritable) ? stored : truth;
    }
}
