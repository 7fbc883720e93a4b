using System.Globalization;

namespace VtepLab.Packets;

/// <summary>A subnet: an address and how many of its leading bits count (RFC 4632).</summary>
public readonly record struct IpPrefix
{
    /// <summary>The prefix of an address; bits beyond the length are cleared.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The length is below 0 or above the address's bits.</exception>
    public IpPrefix(IpAddress address, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, address.Size * 8);
        Length = length;
        Address = address & IpAddress.Mask(address.IsV6, length);
    }

    /// <summary>The first address.</summary>
    public IpAddress Address { get; }

    /// <summary>How many leading bits count.</summary>
    public int Length { get; }

    /// <summary>True for an address of the subnet.</summary>
    public bool Contains(IpAddress address) => address.IsV6 == Address.IsV6 && (address & IpAddress.Mask(address.IsV6, Length)) == Address;

    /// <summary>True when the two share an address.</summary>
    public bool Overlaps(IpPrefix other) => Length < other.Length ? Contains(other.Address) : other.Contains(Address);

    /// <summary>Reads an address, a slash and a length in decimal digits.</summary>
    /// <param name="text">The text, such as <c>192.0.2.1/24</c>.</param>
    /// <param name="address">The address as it stands in the text.</param>
    /// <param name="prefix">The subnet around it.</param>
    public static bool TryParse(string text, out IpAddress address, out IpPrefix prefix)
    {
        (address, prefix) = (default, default);
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || !IpAddress.TryParse(text[..slash], out address)
            || !int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var length) || length > address.Size * 8)
        {
            return false;
        }

        prefix = new IpPrefix(address, length);
        return true;
    }

    /// <summary>The address, a slash and the length.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Address}/{Length}");
}
