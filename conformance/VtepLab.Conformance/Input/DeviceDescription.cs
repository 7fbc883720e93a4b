using System.Collections.Immutable;
using VtepLab.Runtime;
using VtepLab.Topology;

namespace VtepLab.Conformance.Input;

/// <summary>A port of the device and the interface of this machine that it is wired to.</summary>
/// <param name="Name">Physical_Port.name.</param>
/// <param name="Interface">The interface here, or empty.</param>
public sealed record DevicePort(string Name, string Interface);

/// <summary>What a person says of a device: where it is, what it is, how it is wired.</summary>
public sealed record DeviceDescription
{
    /// <summary>Where its database is reached; null when the command line says so.</summary>
    public Endpoint? Endpoint { get; init; }

    /// <summary>Who we are to it, and whom we trust; needed by <c>ssl:</c> and <c>pssl:</c>.</summary>
    public TlsIdentity? Tls { get; init; }

    /// <summary>Who makes it, or empty.</summary>
    public string Vendor { get; init; } = "";

    /// <summary>Its model, or empty.</summary>
    public string Model { get; init; } = "";

    /// <summary>The version of its software, or empty.</summary>
    public string Firmware { get; init; } = "";

    /// <summary>Ports the suite may bind; empty for "any that carries no binding".</summary>
    public ImmutableArray<DevicePort> Ports { get; init; } = [];

    /// <summary>The command that reboots it, or empty.</summary>
    public string Reboot { get; init; } = "";

    /// <summary>Whether it replicates in source_node mode; null when nobody said.</summary>
    public bool? SourceNode { get; init; }

    /// <summary>Whether it routes; null when nobody said.</summary>
    public bool? Routing { get; init; }

    /// <summary>How many remote MACs it takes; null when nobody said.</summary>
    public int? MacLimit { get; init; }

    /// <summary>How many tunnels it takes; null when nobody said.</summary>
    public int? TunnelLimit { get; init; }

    /// <summary>How many BFD sessions it runs; null when nobody said.</summary>
    public int? BfdLimit { get; init; }

    /// <summary>VLANs that the switch uses by itself, so that nobody may bind them; empty when nobody said.</summary>
    public ImmutableArray<int> LocalVlans { get; init; } = [];

    /// <summary>How long to wait for it.</summary>
    public Timing Timing { get; init; } = new();

    /// <summary>Reads a device file.</summary>
    /// <exception cref="InputException">It is malformed; the message names line and column.</exception>
    public static DeviceDescription Parse(string file, string text)
    {
        var root = YamlValue.Parse(file, text);
        root.AllowOnly("endpoint", "tls", "vendor", "model", "firmware", "ports", "reboot", "features", "limits", "local_vlans", "timing");
        root["features"]?.AllowOnly("source_node", "routing");
        root["limits"]?.AllowOnly("macs", "tunnels", "bfd");
        return new DeviceDescription
        {
            Endpoint = root["endpoint"] is { } endpoint ? ReadEndpoint(endpoint) : null,
            Tls = root["tls"] is { } tls ? ReadTls(tls) : null,
            Vendor = root["vendor"]?.AsString() ?? "",
            Model = root["model"]?.AsString() ?? "",
            Firmware = root["firmware"]?.AsString() ?? "",
            Ports = root["ports"] is { } ports ? [.. ports.AsList().Select(ReadPort)] : [],
            Reboot = root["reboot"]?.AsString() ?? "",
            SourceNode = root["features"]?["source_node"]?.AsBool(),
            Routing = root["features"]?["routing"]?.AsBool(),
            MacLimit = root["limits"]?["macs"]?.AsInt(1, 1_000_000),
            TunnelLimit = root["limits"]?["tunnels"]?.AsInt(1, 100_000),
            BfdLimit = root["limits"]?["bfd"]?.AsInt(0, 100_000),
            LocalVlans = root["local_vlans"] is { } vlans ? [.. vlans.AsList().Select(v => v.AsInt(0, 4095))] : [],
            Timing = root["timing"] is { } timing ? ReadTiming(timing) : new Timing(),
        };
    }

    private static Endpoint ReadEndpoint(YamlValue value) =>
        Endpoint.TryParse(value.AsString(), out var endpoint, out var error) ? endpoint : throw value.Complaint(error);

    private static TlsIdentity ReadTls(YamlValue value)
    {
        value.AllowOnly("private_key", "certificate", "ca");
        return new TlsIdentity(value.Need("private_key").AsString(), value.Need("certificate").AsString(), value.Need("ca").AsString());
    }

    private static DevicePort ReadPort(YamlValue value)
    {
        if (!value.IsMap)
        {
            return new DevicePort(value.AsString(), "");
        }

        value.AllowOnly("name", "interface");
        return new DevicePort(value.Need("name").AsString(), value["interface"]?.AsString() ?? "");
    }

    private static Timing ReadTiming(YamlValue value)
    {
        value.AllowOnly("reply", "database", "hardware", "quiet", "recovery", "probe");
        var usual = new Timing();
        return new Timing
        {
            Reply = value["reply"]?.AsSeconds() ?? usual.Reply,
            Database = value["database"]?.AsSeconds() ?? usual.Database,
            Hardware = value["hardware"]?.AsSeconds() ?? usual.Hardware,
            Quiet = value["quiet"]?.AsSeconds() ?? usual.Quiet,
            Recovery = value["recovery"]?.AsSeconds() ?? usual.Recovery,
            Probe = value["probe"]?.AsSeconds() ?? usual.Probe,
        };
    }
}
