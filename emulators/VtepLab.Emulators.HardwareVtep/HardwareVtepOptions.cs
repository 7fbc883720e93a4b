using VtepLab.HardwareVtep;
using VtepLab.Packets;
using VtepLab.Runtime;

namespace VtepLab.Emulators.HardwareVtep;

/// <summary>What an emulated switch is: its name, its ports and addresses, what it can do and how it misbehaves.</summary>
public sealed record HardwareVtepOptions
{
    /// <summary>The switch's name, unique among the switches of a controller.</summary>
    public string Name { get; init; } = "leaf1";

    /// <summary>Free text about the switch.</summary>
    public string Description { get; init; } = "VtepLab emulated switch";

    /// <summary>The names of its access ports.</summary>
    public IReadOnlyList<string> Ports { get; init; } = ["eth1", "eth2"];

    /// <summary>The addresses its tunnels start from, the first one first.</summary>
    public IReadOnlyList<string> TunnelIps { get; init; } = ["192.0.2.11"];

    /// <summary>Where its management is reached.</summary>
    public IReadOnlyList<string> ManagementIps { get; init; } = ["127.0.0.1"];

    /// <summary>Where its OVSDB server listens.</summary>
    public IReadOnlyList<Endpoint> Listen { get; init; } = [];

    /// <summary>The certificate for listening and connecting with TLS.</summary>
    public TlsIdentity? Tls { get; init; }

    /// <summary>The name of the file in the host's store that keeps the database over restarts; null keeps nothing.</summary>
    public string? StoreName { get; init; }

    /// <summary>The hardware_vtep version it serves; null for the latest.</summary>
    public Version? SchemaVersion { get; init; }

    /// <summary>The schema it serves, in the JSON of RFC 7047 section 3.2, where it is not a published one; checked by <see cref="VtepSchema.Check(string)"/>.</summary>
    public string? SchemaText { get; init; }

    /// <summary>How it misbehaves.</summary>
    public SwitchQuirks Quirks { get; init; } = SwitchQuirks.None;

    /// <summary>What goes wrong with transactions at times; null for nothing.</summary>
    public SwitchMishaps? Mishaps { get; init; }

    /// <summary>The VLANs that its own configuration uses and that cannot be bound, on every port. 4095 never can.</summary>
    public IReadOnlyList<int> ReservedVlans { get; init; } = [];

    /// <summary>How many remote MAC addresses its tables hold.</summary>
    public int MaxRemoteMacs { get; init; } = 16384;

    /// <summary>How many tunnels it can make.</summary>
    public int MaxTunnels { get; init; } = 1024;

    /// <summary>How many BFD sessions it can run.</summary>
    public int MaxBfdSessions { get; init; } = 256;

    /// <summary>True when it can replicate frames to several tunnels itself.</summary>
    public bool ReplicatesAtSource { get; init; } = true;

    /// <summary>True when it routes between networks; false makes it say so of every Logical_Router.</summary>
    public bool HasRouting { get; init; } = true;

    /// <summary>How many routers it can make.</summary>
    public int MaxRouters { get; init; } = 64;

    /// <summary>How many static routes each of its routers takes.</summary>
    public int MaxStaticRoutes { get; init; } = 1024;

    /// <summary>How many rules of bound access lists its hardware holds; a list bound in several places counts once.</summary>
    public int MaxAclRules { get; init; } = 1024;

    /// <summary>The MAC address its routers have in every network and send ARP requests from; null for that of the underlay port.</summary>
    public string? RouterMac { get; init; }

    /// <summary>From a change of the database to the hardware that follows it; not below zero.</summary>
    public TimeSpan ReactionTime { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>How long a learned address lives without a frame; above zero.</summary>
    public TimeSpan MacAge { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>The host's frame port that leads into the underlay; null for a switch without tunnels on the wire.</summary>
    public string? UnderlayPort { get; init; }

    /// <summary>The MAC address of its underlay port.</summary>
    public string UnderlayMac { get; init; } = "02:1a:c0:00:02:0b";

    internal string EffectiveRouterMac => RouterMac ?? UnderlayMac;

    /// <summary>The next hop to every far end of its family; null when far ends are on the link.</summary>
    public string? UnderlayGateway { get; init; }

    /// <summary>How often counters are written while frames pass; above zero.</summary>
    public TimeSpan StatsInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Checks what the types cannot.</summary>
    /// <exception cref="ArgumentException">A value is wrong; the message names it and what was expected.</exception>
    public void Validate()
    {
        Expect(Name.Length > 0, "the name of the switch is empty");
        Expect(Ports.Distinct(StringComparer.Ordinal).Count() == Ports.Count, $"a port is named twice in '{string.Join(',', Ports)}'");
        Expect(!Ports.Contains(""), "a port's name is empty");
        foreach (var ip in TunnelIps)
        {
            Expect(IpAddress.TryParse(ip, out _), $"tunnel address '{ip}' is no IP address");
        }

        foreach (var vlan in ReservedVlans)
        {
            Expect(vlan is >= 0 and <= 4095, $"reserved VLAN {vlan} is not between 0 and 4095");
        }

        if (SchemaText is not null)
        {
            Expect(SchemaVersion is null, "a schema and a schema version are given; one of them is enough");
            VtepSchema.Check(SchemaText);
        }

        Expect(SchemaVersion is null || VtepSchema.Versions.Contains(SchemaVersion), $"hardware_vtep has no version {SchemaVersion}");
        Expect(
            MaxRemoteMacs >= 0 && MaxTunnels >= 0 && MaxBfdSessions >= 0 && MaxRouters >= 0 && MaxStaticRoutes >= 0 && MaxAclRules >= 0,
            "a limit is below zero");
        Expect(
            ReactionTime >= TimeSpan.Zero && MacAge > TimeSpan.Zero && StatsInterval > TimeSpan.Zero,
            "reaction time below zero, or MAC age or statistics interval not above it");
        Expect(MacAddress.TryParse(UnderlayMac, out _), $"underlay MAC '{UnderlayMac}' is no MAC address");
        Expect(RouterMac is null || MacAddress.TryParse(RouterMac, out _), $"router MAC '{RouterMac}' is no MAC address");
        Expect(UnderlayGateway is null || IpAddress.TryParse(UnderlayGateway, out _), $"underlay gateway '{UnderlayGateway}' is no IP address");
    }

    /// <summary>Checks switches that share a database, each by itself and all together.</summary>
    /// <exception cref="ArgumentException">One of them is wrong, or two want the same; the message says what.</exception>
    public static void Validate(IReadOnlyList<HardwareVtepOptions> switches)
    {
        Expect(switches.Count > 0, "there is no switch");
        foreach (var options in switches)
        {
            options.Validate();
        }

        foreach (var name in switches.GroupBy(s => s.Name, StringComparer.Ordinal))
        {
            Expect(name.Count() == 1, $"two switches of one database are named '{name.Key}'");
        }

        foreach (var ip in switches.SelectMany(s => s.TunnelIps.Select(IpAddress.Parse).Distinct()).GroupBy(a => a))
        {
            Expect(ip.Count() == 1, $"two switches of one database have the tunnel address {ip.Key}");
        }
    }

    private static void Expect(bool isRight, string complaint)
    {
        if (!isRight)
        {
            throw new ArgumentException(complaint);
        }
    }
}
