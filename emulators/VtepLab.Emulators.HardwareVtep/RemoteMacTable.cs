using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using VtepLab.HardwareVtep;
using VtepLab.Packets;

namespace VtepLab.Emulators.HardwareVtep;

/// <summary>The remote unicast addresses of all networks for which a switch has room: which row brought each, and where it lives.</summary>
/// <remarks>
/// 44 bytes an address: networks and far ends are few, so an entry has their numbers. Filled once, by whoever makes it. An address whose far end no
/// tunnel reaches has its place (<see cref="Places"/>), but nobody else sees it.
/// </remarks>
/// <param name="capacity">The most addresses it will hold.</param>
internal sealed class RemoteMacTable(int capacity) : IReadOnlyDictionary<(RowId<LogicalSwitch> Network, MacAddress Mac), HardwareLocator>
{
    private readonly Entry[] _entries = new Entry[capacity];
    private readonly int[] _buckets = new int[BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, capacity))]; // One more than the entry's number.
    private readonly Dictionary<RowId<LogicalSwitch>, int> _numbers = [];
    private readonly List<RowId<LogicalSwitch>> _networks = [];
    private readonly List<(HardwareLocator Locator, bool IsReached)> _locators = [];

    /// <summary>How many addresses have a place.</summary>
    public int Places { get; private set; }

    /// <inheritdoc/>
    public int Count { get; private set; }

    /// <inheritdoc/>
    public IEnumerable<(RowId<LogicalSwitch> Network, MacAddress Mac)> Keys => this.Select(e => e.Key);

    /// <inheritdoc/>
    public IEnumerable<HardwareLocator> Values => this.Select(e => e.Value);

    /// <inheritdoc/>
    public HardwareLocator this[(RowId<LogicalSwitch> Network, MacAddress Mac) key] =>
        TryGetValue(key, out var locator) ? locator : throw new KeyNotFoundException($"{key.Mac} of {key.Network} is not in the table");

    /// <summary>The number by which entries name a far end.</summary>
    public int AddLocator(HardwareLocator locator)
    {
        _locators.Add((locator, true));
        return _locators.Count - 1;
    }

    /// <summary>Gives an address a place, unless it has one.</summary>
    /// <param name="network">Its network.</param>
    /// <param name="mac">The address.</param>
    /// <param name="row">The row that brings it.</param>
    /// <param name="locator">The number of its far end.</param>
    public void Add(RowId<LogicalSwitch> network, MacAddress mac, RowId<UcastMacsRemote> row, int locator)
    {
        if (!_numbers.TryGetValue(network, out var number))
        {
            _numbers.Add(network, number = _networks.Count);
            _networks.Add(network);
        }

        ref var bucket = ref _buckets[Bucket(number, mac)];
        if (Find(number, mac) < 0)
        {
            _entries[Places] = new Entry(mac, row, number, locator, bucket - 1);
            bucket = ++Places;
            Count++;
        }
    }

    /// <summary>Hides the addresses whose far ends are not reached.</summary>
    public void Hide(Predicate<IpAddress> isReached)
    {
        for (var i = 0; i < _locators.Count; i++)
        {
            _locators[i] = (_locators[i].Locator, isReached(_locators[i].Locator.Address));
        }

        Count = 0;
        for (var i = 0; i < Places; i++)
        {
            Count += _locators[_entries[i].Locator].IsReached ? 1 : 0;
        }
    }

    /// <summary>The row that brought an address; null for one that has no place.</summary>
    public RowId<UcastMacsRemote>? OwnerOf(RowId<LogicalSwitch> network, MacAddress mac) =>
        Find(NumberOf(network), mac) is >= 0 and var at ? _entries[at].Row : null;

    /// <summary>The addresses that have a place.</summary>
    public IEnumerable<(RowId<LogicalSwitch> Network, MacAddress Mac)> Placed =>
        _entries.Take(Places).Select(e => (_networks[e.Network], e.Mac));

    /// <summary>The number of a network, for <see cref="TryGet"/>; -1 for one without addresses.</summary>
    public int NumberOf(RowId<LogicalSwitch> network) => _numbers.TryGetValue(network, out var number) ? number : -1;

    /// <summary>Where an address of a network lives.</summary>
    public bool TryGet(int network, MacAddress mac, out HardwareLocator locator)
    {
        locator = default;
        if (Find(network, mac) is >= 0 and var at && _locators[_entries[at].Locator] is (var there, true))
        {
            locator = there;
            return true;
        }

        return false;
    }

    /// <summary>The far ends that have a VNI of their own, by the networks whose addresses live there.</summary>
    public ILookup<RowId<LogicalSwitch>, HardwareLocator> KeyedLocators() => _locators.Exists(l => l.IsReached && l.Locator.Vni is not null)
        ? this.Where(e => e.Value.Vni is not null).Select(e => (e.Key.Network, Locator: e.Value)).Distinct().ToLookup(p => p.Network, p => p.Locator)
        : Enumerable.Empty<HardwareLocator>().ToLookup(_ => default(RowId<LogicalSwitch>));

    /// <inheritdoc/>
    public bool ContainsKey((RowId<LogicalSwitch> Network, MacAddress Mac) key) => TryGetValue(key, out _);

    /// <inheritdoc/>
    public bool TryGetValue((RowId<LogicalSwitch> Network, MacAddress Mac) key, [MaybeNullWhen(false)] out HardwareLocator value) =>
        TryGet(NumberOf(key.Network), key.Mac, out value);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<(RowId<LogicalSwitch> Network, MacAddress Mac), HardwareLocator>> GetEnumerator()
    {
        for (var i = 0; i < Places; i++)
        {
            var (entry, (locator, isReached)) = (_entries[i], _locators[_entries[i].Locator]);
            if (isReached)
            {
                yield return new((_networks[entry.Network], entry.Mac), locator);
            }
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private int Find(int network, MacAddress mac)
    {
        var at = network < 0 ? -1 : _buckets[Bucket(network, mac)] - 1;
        while (at >= 0 && !(_entries[at].Mac == mac && _entries[at].Network == network))
        {
            at = _entries[at].Next;
        }

        return at;
    }

    private int Bucket(int network, MacAddress mac) =>
        (int)(unchecked((mac.Value ^ ((ulong)network << 48)) * 0x9E37_79B9_7F4A_7C15UL) >> 40) & (_buckets.Length - 1);

    private readonly record struct Entry(MacAddress Mac, RowId<UcastMacsRemote> Row, int Network, int Locator, int Next);
}
