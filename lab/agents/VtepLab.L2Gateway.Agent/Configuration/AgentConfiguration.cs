using System.Collections.Immutable;
using VtepLab.Runtime;

namespace VtepLab.L2Gateway.Agent;

/// <summary>Genuine <c>l2gateway_agent.ini</c> and <c>neutron.conf</c>, read.</summary>
/// <param name="Options">What the agent has to know.</param>
/// <param name="Effective">Every option that was looked at, its value and where it comes from, for <c>--show-config</c>.</param>
/// <param name="Bus">How the message bus is reached.</param>
/// <param name="IsDebug">True when the files ask for debug logs.</param>
public sealed record AgentConfiguration(
    AgentOptions Options, ImmutableArray<EffectiveOption> Effective, BusConfiguration Bus, bool IsDebug)
{
    private const string Ovsdb = "ovsdb";

    private static readonly string[] TlsPaths =
        ["l2_gw_agent_priv_key_base_path", "l2_gw_agent_cert_base_path", "l2_gw_agent_ca_cert_base_path"];

    /// <summary>Reads configuration files.</summary>
    /// <param name="files">Name and content, in the order of the command line; later files win.</param>
    /// <param name="hostName">The machine's name, which is the agent's unless <c>[DEFAULT] host</c> says otherwise.</param>
    /// <exception cref="ConfigurationException">A file or a value cannot be used; nothing is half read.</exception>
    public static AgentConfiguration Read(IEnumerable<(string Name, string Text)> files, string hostName)
    {
        var config = new OsloConfiguration(files);
        var host = config.Text("DEFAULT", "host", hostName)!;
        var bus = BusConfiguration.Read(config);
        var exchange = config.Text("DEFAULT", "control_exchange", "neutron")!;
        var responseTimeout = config.Seconds("DEFAULT", "rpc_response_timeout", 60);
        var isDebug = config.Boolean("DEFAULT", "debug", false);
        var periodic = config.Integer(Ovsdb, "periodic_interval", 20, 1, 86400);
        var retries = config.Integer(Ovsdb, "max_connection_retries", 10, 0, 86400);
        if (retries >= periodic)
        {
            throw config.Wrong(Ovsdb, "max_connection_retries", $"must be less than periodic_interval ({periodic}), found {retries}");
        }

        var manager = config.Boolean(Ovsdb, "enable_manager", false);
        var managerPort = config.Integer(Ovsdb, "manager_table_listening_port", 6632, 1, 65535);
        var tls = ReadTls(config);
        var options = new AgentOptions
        {
            Host = host,
            OvsdbHosts = manager ? [] : ReadHosts(config, tls),
            ManagerListener = manager
                ? new Endpoint(tls is null ? EndpointScheme.PassiveTcp : EndpointScheme.PassiveSsl, "", managerPort)
                : null,
            // A switch that dials in is known by name only when its database has been read, so the identity is the agent's own.
            ManagerTls = manager && tls is not null ? Identity(tls, host) : null,
            PeriodicInterval = TimeSpan.FromSeconds(periodic),
            SocketTimeout = config.Seconds(Ovsdb, "socket_timeout", 30),
            ReportInterval = config.Seconds("agent", "report_interval", 30),
            RpcResponseTimeout = responseTimeout,
            ControlExchange = exchange,
        };
        return new AgentConfiguration(options, [.. config.Read], bus, isDebug);
    }

    private static ImmutableArray<OvsdbHost> ReadHosts(OsloConfiguration config, string[]? tls)
    {
        var hosts = ImmutableArray.CreateBuilder<OvsdbHost>();
        var text = config.Text(Ovsdb, "ovsdb_hosts", "host1:127.0.0.1:6632")!;
        foreach (var item in text.Trim('\'', '"').Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            // name:address:port. The original splits at every colon; we also read an IPv6 address in brackets.
            var first = item.IndexOf(':', StringComparison.Ordinal);
            var last = item.LastIndexOf(':');
            var scheme = tls is null ? "tcp" : "ssl";
            Endpoint? endpoint = null;
            if (first <= 0 || last <= first + 1 || last == item.Length - 1
                || !Endpoint.TryParse($"{scheme}:{item[(first + 1)..]}", out endpoint, out _) || endpoint.Port == 0
                || (endpoint.Host.Contains(':', StringComparison.Ordinal) && item[first + 1] != '['))
            {
                throw config.Wrong(Ovsdb, "ovsdb_hosts", $"expected name:address:port, found '{item}'");
            }

            var name = item[..first];
            if (hosts.Any(h => h.Name == name))
            {
                throw config.Wrong(Ovsdb, "ovsdb_hosts", $"the name '{name}' stands there twice");
            }

            hosts.Add(new OvsdbHost(name, endpoint, tls is null ? null : Identity(tls, name)));
        }

        return hosts.Count > 0 ? hosts.ToImmutable() : throw config.Wrong(Ovsdb, "ovsdb_hosts", "expected at least one name:address:port");
    }

    private static TlsIdentity Identity(string[] paths, string name) =>
        new($"{paths[0].TrimEnd('/')}/{name}.key", $"{paths[1].TrimEnd('/')}/{name}.cert", $"{paths[2].TrimEnd('/')}/{name}.ca_cert");

    private static string[]? ReadTls(OsloConfiguration config)
    {
        var values = TlsPaths.Select(p => config.Text(Ovsdb, p) ?? "").ToArray();
        var missing = Array.IndexOf(values, "");
        if (values.All(v => v.Length == 0))
        {
            return null;
        }

        // The original falls back to plain TCP without a word when one is missing.
        return missing < 0 ? values : throw config.Wrong(Ovsdb, TlsPaths[missing], "is not set although TLS is asked for; set all three paths or none");
    }
}
