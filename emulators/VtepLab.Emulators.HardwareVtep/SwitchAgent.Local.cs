using VtepLab.HardwareVtep;
using VtepLab.Packets;

namespace VtepLab.Emulators.HardwareVtep;

/// <content>What the switch publishes of itself: where it wants flooded frames, and which addresses live on its ports.</content>
internal sealed partial class SwitchAgent
{
    private readonly HashSet<(RowId<LogicalSwitch> Network, MacAddress Mac)> _published = [];

    private void ReconcileLocalRows(VtepEdit edit, HashSet<RowId<LogicalSwitch>> bound)
    {
        WithdrawLocalRows(edit, bound);
        if (_quirks.Has(SwitchQuirkBook.RewritesLocalRows))
        {
            OwnUcastRows().ForEach(r => edit.Delete(r.Id));
        }

        _published.IntersectWith(Learned);
        if (_ownAddresses.Count == 0)
        {
            return;
        }

        var published = OwnUcastRows().Select(r => (r.LogicalSwitch, r.Mac)).ToHashSet();
        foreach (var (network, mac) in Learned.OrderBy(l => l.Network).ThenBy(l => l.Mac))
        {
            var isAgain = !_published.Add((network, mac)) && _quirks.Has(SwitchQuirkBook.StaysDeleted);
            if (bound.Contains(network) && !published.Contains((network, mac.ToString())) && !isAgain)
            {
                edit.Insert(new UcastMacsLocal
                {
                    Mac = mac.ToString(), LogicalSwitch = network, Locator = EnsureOwnLocator(edit, _ownAddresses[0]),
                });
            }
        }

        if (_quirks.Has(SwitchQuirkBook.NoMcastLocal))
        {
            return;
        }

        var announced = OwnMcastRows().Where(r => IsWholeSet(r.LocatorSet)).Select(r => r.LogicalSwitch).ToHashSet();
        foreach (var network in bound.Where(n => !announced.Contains(n)).Order())
        {
            var own = new ColumnSet<RowId<PhysicalLocator>>(_ownAddresses.Select(a => EnsureOwnLocator(edit, a)));
            edit.Insert(new McastMacsLocal
            {
                Mac = McastMacsLocal.UnknownDst, LogicalSwitch = network, LocatorSet = edit.Insert(new PhysicalLocatorSet { Locators = own }),
            });
        }
    }

    /// <summary>Takes back what is published for networks that no port is bound to, and what was never true.</summary>
    private void WithdrawLocalRows(VtepEdit edit, HashSet<RowId<LogicalSwitch>> bound)
    {
        foreach (var row in OwnUcastRows())
        {
            var isLearned = MacAddress.TryParse(row.Mac, out var mac) && Learned.Contains((row.LogicalSwitch, mac));
            var isBound = bound.Contains(row.LogicalSwitch) || _quirks.Has(SwitchQuirkBook.KeepsLocalMacs);
            if (!isBound || !isLearned)
            {
                edit.Delete(row.Id);
            }
        }

        if (_quirks.Has(SwitchQuirkBook.KeepsMcastLocal))
        {
            return;
        }

        var seen = new HashSet<RowId<LogicalSwitch>>();
        foreach (var row in OwnMcastRows())
        {
            if (!bound.Contains(row.LogicalSwitch) || !IsWholeSet(row.LocatorSet) || !seen.Add(row.LogicalSwitch))
            {
                edit.Delete(row.Id);
            }
        }
    }

    /// <summary>Rows of other switches in the same database name other locators, and are theirs.</summary>
    private List<UcastMacsLocal> OwnUcastRows() => [.. _tables.All<UcastMacsLocal>().Where(r => IsOwn(r.Locator))];

    private List<McastMacsLocal> OwnMcastRows() =>
    [
        .. _tables.All<McastMacsLocal>().Where(r =>
            r.Mac == McastMacsLocal.UnknownDst && (_tables.Find(r.LocatorSet)?.Locators ?? []) is { Count: > 0 } members && members.All(IsOwn)),
    ];

    private bool IsWholeSet(RowId<PhysicalLocatorSet> set) => _tables.Find(set)?.Locators.Count == _ownAddresses.Count;

    private bool IsOwn(RowId<PhysicalLocator> id) =>
        IpAddress.TryParse(_tables.Find(id)?.DstIp, out var address) && _ownAddresses.Contains(address);

    /// <summary>The locator of one of the switch's addresses; the index allows only one, so a controller's is used where there is one.</summary>
    private RowId<PhysicalLocator> EnsureOwnLocator(VtepEdit edit, IpAddress address)
    {
        var text = address.ToString();
        var found = _tables.All<PhysicalLocator>().FirstOrDefault(l => l.DstIp == text && l.TunnelKey is null);
        return found?.Id ?? edit.Insert(new PhysicalLocator { DstIp = text });
    }
}
