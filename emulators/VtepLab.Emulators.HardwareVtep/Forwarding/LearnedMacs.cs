using System.Runtime.InteropServices;
using VtepLab.HardwareVtep;
using VtepLab.Packets;

namespace VtepLab.Emulators.HardwareVtep;

/// <summary>The addresses a switch has seen on its access ports: where, and when last.</summary>
/// <param name="time">The clock.</param>
/// <param name="age">How long an address lives without a frame; null for ever.</param>
internal sealed class LearnedMacs(TimeProvider time, TimeSpan? age)
{
    private readonly Dictionary<(RowId<LogicalSwitch> Network, MacAddress Mac), Place> _places = [];

    /// <summary>Told when an address was learned or forgotten; not when one is merely seen again or moves between ports.</summary>
    public event Action? Changed;

    /// <summary>True when nothing is known.</summary>
    public bool IsEmpty => _places.Count == 0;

    /// <summary>The addresses known now.</summary>
    public IReadOnlySet<(RowId<LogicalSwitch> Network, MacAddress Mac)> Known => _places.Keys.ToHashSet();

    /// <summary>Notes a frame from an address.</summary>
    public void See(RowId<LogicalSwitch> network, MacAddress mac, string port, int vlan)
    {
        ref var place = ref CollectionsMarshal.GetValueRefOrAddDefault(_places, (network, mac), out var isKnown);
        place = new Place(port, vlan, time.GetTimestamp());
        if (!isKnown)
        {
            Changed?.Invoke();
        }
    }

    /// <summary>The port and VLAN behind which an address lives.</summary>
    public bool TryFind(RowId<LogicalSwitch> network, MacAddress mac, out (string Port, int Vlan) place)
    {
        var isKnown = _places.TryGetValue((network, mac), out var found);
        place = isKnown ? (found.Port, found.Vlan) : default;
        return isKnown;
    }

    /// <summary>True when another network has the address.</summary>
    public bool IsKnownOutside(RowId<LogicalSwitch> network, MacAddress mac) => _places.Keys.Any(p => p.Mac == mac && p.Network != network);

    /// <summary>Forgets what a rule names.</summary>
    public void Forget(Func<RowId<LogicalSwitch>, MacAddress, string, int, bool> isGone)
    {
        var gone = _places.Where(p => isGone(p.Key.Network, p.Key.Mac, p.Value.Port, p.Value.Vlan)).Select(p => p.Key).ToList();
        gone.ForEach(k => _places.Remove(k));
        if (gone.Count > 0)
        {
            Changed?.Invoke();
        }
    }

    /// <summary>Forgets addresses that were silent for too long.</summary>
    public void Expire() => Forget((network, mac, _, _) => time.GetElapsedTime(_places[(network, mac)].Seen) >= age);

    private readonly record struct Place(string Port, int Vlan, long Seen);
}
