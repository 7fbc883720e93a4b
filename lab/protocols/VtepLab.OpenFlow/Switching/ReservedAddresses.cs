using VtepLab.Packets;

namespace VtepLab.OpenFlow.Switching;

/// <summary>Destinations that NORMAL never forwards: IEEE's for bridges, and those of some vendors' protocols.</summary>
internal static class ReservedAddresses
{
    public static bool Contains(MacAddress address) =>
        address.IsLinkLocal
        || address.Value is 0x00E0_2B00_0000 or 0x00E0_2B00_0004 or 0x00E0_2B00_0006 // Extreme: EDP, EAPS.
            or 0x0100_0C00_0000 // Cisco ISL.
            or 0x0100_0CCC_CCCC or 0x0100_0CCC_CCCD or 0x0100_0CCD_CDCD // CDP and others, PVST+, Uplink Fast.
            or (>= 0x0100_0CCC_CCC0 and <= 0x0100_0CCC_CCC7); // Cisco CFM.
}
