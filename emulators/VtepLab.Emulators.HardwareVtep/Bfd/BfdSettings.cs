using System.Globalization;
using VtepLab.HardwareVtep;
using VtepLab.Packets;

namespace VtepLab.Emulators.HardwareVtep;

/// <summary>What a Tunnel row asks of its BFD session (vtep(5), bfd_params, bfd_config_local and bfd_config_remote).</summary>
/// <param name="MinTx">The rate the switch would like to send at.</param>
/// <param name="MinRx">The rate it can take.</param>
/// <param name="IsPathDown">True: tell the peer that the path behind the switch is down.</param>
/// <param name="RemoteMac">Destination of sent packets.</param>
/// <param name="RemoteIp">Destination of sent packets.</param>
/// <param name="LocalMac">Destination that received packets must have.</param>
/// <param name="LocalIp">Source of sent packets, where the peer answers to.</param>
/// <param name="HeedsPathDown">True: a peer that says its path is down is not forwarded to.</param>
/// <param name="Ignored">The parameters it asks for and does not get; empty when it gets all.</param>
internal sealed record BfdSettings(
    TimeSpan MinTx, TimeSpan MinRx, bool IsPathDown, MacAddress RemoteMac, IpAddress RemoteIp, MacAddress LocalMac, IpAddress LocalIp, bool HeedsPathDown,
    string Ignored)
{
    /// <summary>Destination MAC address where a row gives none.</summary>
    public const string DefaultMac = "00:23:20:00:00:01";

    /// <summary>Destination of received packets where a row gives none.</summary>
    public const string DefaultLocalIp = "169.254.1.0";

    /// <summary>What the switch does not do. Of check_tnl_key it does what both values allow: it takes BFD under VNI 0 only.</summary>
    private static readonly string[] Unsupported = ["decay_min_rx", "forwarding_if_rx"];

    private const string DefaultRemoteIp = "169.254.1.1";

    /// <summary>Reads a row; what cannot be read has its default, for a controller's slip must not end a session.</summary>
    public static BfdSettings Of(Tunnel tunnel, SwitchQuirks quirks) => new(
        Milliseconds(Timers(tunnel, quirks), "min_tx", 100),
        Milliseconds(Timers(tunnel, quirks), "min_rx", 1000),
        tunnel.BfdParams.TryGetValue("cpath_down", out var down) && down == "true" && !quirks.Has(SwitchQuirkBook.IgnoresPathDown),
        Mac(Destination(tunnel, quirks)),
        Ip(Destination(tunnel, quirks), DefaultRemoteIp),
        MacAddress.Parse(DefaultMac),
        IpAddress.Parse(DefaultLocalIp),
        HeedsPathDown: !quirks.Has(SwitchQuirkBook.IgnoresPathDown),
        Ignored: string.Join(" and ", Unsupported.Where(k => tunnel.BfdParams.TryGetValue(k, out var value) && value is not ("false" or "0" or ""))));

    private static ColumnMap<string, string> Timers(Tunnel tunnel, SwitchQuirks quirks) =>
        quirks.Has(SwitchQuirkBook.IgnoresBfdTimers) ? ColumnMap<string, string>.Empty : tunnel.BfdParams;

    private static ColumnMap<string, string> Destination(Tunnel tunnel, SwitchQuirks quirks) =>
        quirks.Has(SwitchQuirkBook.IgnoresBfdDestination) ? ColumnMap<string, string>.Empty : tunnel.BfdConfigRemote;

    private static TimeSpan Milliseconds(ColumnMap<string, string> map, string key, int otherwise) =>
        map.TryGetValue(key, out var text) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value is > 0 and < 3_600_000
            ? TimeSpan.FromMilliseconds(value) : TimeSpan.FromMilliseconds(otherwise);

    private static MacAddress Mac(ColumnMap<string, string> map) =>
        map.TryGetValue("bfd_dst_mac", out var text) && MacAddress.TryParse(text, out var mac) ? mac : MacAddress.Parse(DefaultMac);

    private static IpAddress Ip(ColumnMap<string, string> map, string otherwise) =>
        map.TryGetValue("bfd_dst_ip", out var text) && IpAddress.TryParse(text, out var ip) && !ip.IsV6 ? ip : IpAddress.Parse(otherwise);
}
