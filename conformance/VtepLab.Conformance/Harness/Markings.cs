using System.Globalization;
using VtepLab.Runtime;

namespace VtepLab.Conformance.Harness;

/// <summary>Hands out names, MACs, addresses and VNIs that tell the suite's rows from everybody else's.</summary>
public sealed class Markings
{
    private readonly int _run;
    private int _count;

    /// <summary>Draws the mark of this run.</summary>
    public Markings(IEntropy entropy)
    {
        _run = entropy.Next("conformance marks", 0, 1 << 16);
        NamePrefix = string.Create(CultureInfo.InvariantCulture, $"vteplab-{_run:x4}-");
        // Locally administered, and not one of the lab's own 02:1a: addresses.
        MacPrefix = string.Create(CultureInfo.InvariantCulture, $"0e:{_run >> 8:x2}:{_run & 0xff:x2}:");
    }

    /// <summary>Begins every name.</summary>
    public string NamePrefix { get; }

    /// <summary>Begins every MAC.</summary>
    public string MacPrefix { get; }

    /// <summary>A name nobody has.</summary>
    public string Name(string hint) => string.Create(CultureInfo.InvariantCulture, $"{NamePrefix}{++_count}-{hint}");

    /// <summary>A unicast MAC nobody has, lower case with colons.</summary>
    public string Mac()
    {
        _count++;
        return string.Create(CultureInfo.InvariantCulture, $"{MacPrefix}{(_count >> 16) & 0xff:x2}:{(_count >> 8) & 0xff:x2}:{_count & 0xff:x2}");
    }

    /// <summary>An IPv4 address of 198.18.0.0/15, which RFC 2544 set aside for tests of devices.</summary>
    public string Ip()
    {
        _count++;
        var host = 256 + (_count % 0xfc00);
        return string.Create(CultureInfo.InvariantCulture, $"198.{18 + (_run & 1)}.{host >> 8}.{host & 0xff}");
    }

    /// <summary>True for an address that <see cref="Ip"/> may give.</summary>
    public static bool IsOwn(string address) =>
        address.StartsWith("198.18.", StringComparison.Ordinal) || address.StartsWith("198.19.", StringComparison.Ordinal);

    /// <summary>A VNI that is not likely to be in use, from the upper end of the 24-bit range.</summary>
    public int Vni() => 16_000_000 + (++_count % 700_000);
}
