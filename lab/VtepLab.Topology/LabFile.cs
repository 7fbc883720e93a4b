using System.Collections.Immutable;
using System.Net;
using VtepLab.Runtime;

namespace VtepLab.Topology;

/// <summary>A lab as its topology file describes it, in containerlab's dialect.</summary>
/// <param name="Name">The lab's name.</param>
/// <param name="Nodes">Its nodes, in the order of the file.</param>
public sealed record LabFile(string Name, ImmutableArray<LabNode> Nodes)
{
    private static readonly string[] Kinds = ["rabbitmq", "ovsdb-server", "switch", "neutron", "l2gateway-agent"];

    /// <summary>Reads a topology file.</summary>
    /// <param name="file">The name to use in complaints.</param>
    /// <param name="text">Its text.</param>
    /// <exception cref="InputException">It does not describe a lab; the message names the place.</exception>
    public static LabFile Parse(string file, string text)
    {
        var document = YamlValue.Parse(file, text);
        document.AllowOnly("name", "topology");
        var topology = document.Need("topology");
        topology.AllowOnly("nodes");
        var nodes = topology.Need("nodes").AsMap().Select(n => ReadNode(n.Key, n.Value)).ToImmutableArray();
        foreach (var kind in (string[])["rabbitmq", "neutron"])
        {
            if (nodes.Count(n => n.Kind == kind) is not 1 and var found)
            {
                throw topology.Complaint($"a lab needs one node of the kind {kind}, found {found}");
            }
        }

        foreach (var (agent, value) in topology.Need("nodes").AsMap().Where(n => n.Value["switches"] is not null))
        {
            foreach (var name in value.Need("switches").AsList())
            {
                if (!nodes.Any(n => n.Name == name.AsString() && n.Kind is "switch" or "ovsdb-server"))
                {
                    throw name.Complaint($"{agent} names a switch '{name.AsString()}', and there is no such node");
                }
            }
        }

        return new LabFile(document.Need("name").AsString(), nodes);
    }

    private static LabNode ReadNode(string name, YamlValue node)
    {
        var kind = node.Need("kind").AsString();
        switch (kind)
        {
            case "rabbitmq":
                node.AllowOnly("kind", "port", "url");
                break;
            case "ovsdb-server" or "switch":
                node.AllowOnly("kind", "listen", "ports", "tunnel-ip", "endpoint");
                break;
            case "neutron":
                node.AllowOnly("kind", "listen", "db");
                break;
            case "l2gateway-agent":
                node.AllowOnly("kind", "switches", "report-interval");
                break;
            default:
                throw node.Need("kind").Complaint(
                    $"'{kind}' is no kind of node; expected one of {string.Join(", ", Kinds)}{(Spelling.Nearest(kind, Kinds) is { } near ? $"; did you mean {near}?" : "")}");
        }

        var listen = node["listen"] is not { } at ? null
            : IPEndPoint.TryParse(at.AsString(), out var parsed) && parsed.Port > 0 ? parsed : throw at.Complaint($"expected IP:PORT, found '{at.AsString()}'");
        if (listen is null && kind is "neutron" or "ovsdb-server" or "switch" && node["endpoint"] is null)
        {
            throw node.Complaint($"{name} lacks 'listen'");
        }

        return new LabNode(name, kind)
        {
            Listen = listen,
            Port = node["port"]?.AsInt(1, 65535) ?? 5672,
            Url = node["url"]?.AsString(),
            Ports = [.. node["ports"]?.AsList().Select(p => p.AsString()) ?? []],
            TunnelIp = node["tunnel-ip"]?.AsString() ?? "",
            Remote = node["endpoint"] is not { } remote ? null
                : Endpoint.TryParse(remote.AsString(), out var endpoint, out var error) ? endpoint : throw remote.Complaint(error),
            Database = node["db"]?.AsString(),
            Switches = [.. node["switches"]?.AsList().Select(s => s.AsString()) ?? []],
            ReportInterval = node["report-interval"]?.AsSeconds() ?? TimeSpan.FromSeconds(10),
        };
    }
}

/// <summary>A node of a lab; which members count depends on its kind.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What it is.</param>
public sealed record LabNode(string Name, string Kind)
{
    /// <summary>Where it listens.</summary>
    public IPEndPoint? Listen { get; init; }

    /// <summary>The AMQP port of a broker that is started.</summary>
    public int Port { get; init; }

    /// <summary>Where a broker is that runs already.</summary>
    public string? Url { get; init; }

    /// <summary>The ports of a switch.</summary>
    public ImmutableArray<string> Ports { get; init; } = [];

    /// <summary>The tunnel address of a switch.</summary>
    public string TunnelIp { get; init; } = "";

    /// <summary>Where the database of a switch is that runs already.</summary>
    public Endpoint? Remote { get; init; }

    /// <summary>The file of the plugin's database; null for one in the lab's own folder.</summary>
    public string? Database { get; init; }

    /// <summary>The switches of an agent.</summary>
    public ImmutableArray<string> Switches { get; init; } = [];

    /// <summary>How often an agent reports.</summary>
    public TimeSpan ReportInterval { get; init; }

    /// <summary>Where a switch's database is reached.</summary>
    public Endpoint DatabaseEndpoint => Remote ?? new Endpoint(EndpointScheme.Tcp, Listen!.Address.ToString(), Listen.Port);
}
