namespace VtepLab.OpenFlow.Switching;

/// <summary>How a port treats VLANs under NORMAL; explicit outputs pay no heed to it.</summary>
public enum PortVlanMode
{
    /// <summary>Untagged outside, in one VLAN inside.</summary>
    Access,

    /// <summary>Tagged outside as inside.</summary>
    Trunk,

    /// <summary>A trunk whose untagged frames are in the VLAN <c>tag</c>, which leaves tagged.</summary>
    NativeTagged,

    /// <summary>A trunk whose untagged frames are in the VLAN <c>tag</c>, which leaves untagged.</summary>
    NativeUntagged,
}

/// <summary>The columns <c>vlan_mode</c>, <c>tag</c> and <c>trunks</c> of Open vSwitch's table Port.</summary>
public sealed class PortVlan
{
    private readonly ulong[]? _trunks;

    private PortVlan(PortVlanMode mode, int tag, IEnumerable<int>? trunks)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)tag, 4095u, nameof(tag));
        Mode = mode;
        Tag = tag;
        var isNative = mode is PortVlanMode.NativeTagged or PortVlanMode.NativeUntagged;
        if (trunks is not null || isNative)
        {
            _trunks = new ulong[64];
            foreach (var vlan in trunks ?? Enumerable.Range(0, 4096))
            {
                ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)vlan, 4095u, nameof(trunks));
                _trunks[vlan / 64] |= 1UL << (vlan % 64);
            }
        }

        if (isNative && tag != 0)
        {
            // The native VLAN always passes, and takes the place of VLAN 0.
            _trunks![tag / 64] |= 1UL << (tag % 64);
            _trunks[0] &= ~1UL;
        }
    }

    /// <summary>A port without tag and trunks: all VLANs, tagged.</summary>
    public static PortVlan AllVlans { get; } = new(PortVlanMode.Trunk, 0, null);

    /// <summary>The mode.</summary>
    public PortVlanMode Mode { get; }

    /// <summary>The VLAN of an access port or of a native mode.</summary>
    public int Tag { get; }

    /// <summary>An access port.</summary>
    public static PortVlan Access(int vlan) => new(PortVlanMode.Access, vlan, null);

    /// <summary>A trunk of some VLANs.</summary>
    public static PortVlan Trunk(params IEnumerable<int> vlans) => new(PortVlanMode.Trunk, 0, vlans);

    /// <summary>A trunk with a native VLAN.</summary>
    public static PortVlan Native(int vlan, bool isTagged, IEnumerable<int>? trunks = null) =>
        new(isTagged ? PortVlanMode.NativeTagged : PortVlanMode.NativeUntagged, vlan, trunks);

    /// <summary>True when a VLAN passes.</summary>
    public bool Carries(int vlan) =>
        Mode == PortVlanMode.Access ? vlan == Tag : _trunks is null || (_trunks[vlan / 64] & (1UL << (vlan % 64))) != 0;
}
