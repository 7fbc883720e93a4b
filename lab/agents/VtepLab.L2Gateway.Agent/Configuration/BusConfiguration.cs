namespace VtepLab.L2Gateway.Agent;

/// <summary>What <c>neutron.conf</c> says of the message bus: <c>transport_url</c>, and the section <c>[oslo_messaging_rabbit]</c>.</summary>
/// <param name="TransportUrl">Where it is, as written; null when the files do not say.</param>
public sealed record BusConfiguration(string? TransportUrl)
{
    private const string Rabbit = "oslo_messaging_rabbit";

    /// <summary><c>amqp_durable_queues</c>.</summary>
    public bool HasDurableQueues { get; init; }

    /// <summary><c>rabbit_quorum_queue</c>.</summary>
    public bool HasQuorumQueues { get; init; }

    /// <summary><c>heartbeat_timeout_threshold</c>: a broker that is silent for so long is dead. Default 60 s.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary><c>ssl</c>, in older files <c>rabbit_use_ssl</c>.</summary>
    public bool UsesTls { get; init; }

    /// <summary><c>ssl_ca_file</c>.</summary>
    public string? CaFile { get; init; }

    /// <summary><c>ssl_cert_file</c>.</summary>
    public string? CertificateFile { get; init; }

    /// <summary><c>ssl_key_file</c>.</summary>
    public string? PrivateKeyFile { get; init; }

    /// <summary><c>ssl_enforce_hostname_verification</c>.</summary>
    public bool ChecksHostName { get; init; }

    /// <summary>Reads it.</summary>
    /// <exception cref="ConfigurationException">A value cannot be used.</exception>
    internal static BusConfiguration Read(OsloConfiguration config)
    {
        var bus = new BusConfiguration(config.Text("DEFAULT", "transport_url"))
        {
            HasDurableQueues = config.Boolean(Rabbit, config.NameOf(Rabbit, "amqp_durable_queues", "rabbit_durable_queues"), false),
            HasQuorumQueues = config.Boolean(Rabbit, "rabbit_quorum_queue", false),
            Heartbeat = TimeSpan.FromSeconds(config.Integer(Rabbit, "heartbeat_timeout_threshold", 60, 0, 86400)),
            UsesTls = config.Boolean(Rabbit, config.NameOf(Rabbit, "ssl", "rabbit_use_ssl"), false),
            CaFile = Path("ssl_ca_file", "kombu_ssl_ca_certs"),
            CertificateFile = Path("ssl_cert_file", "kombu_ssl_certfile"),
            PrivateKeyFile = Path("ssl_key_file", "kombu_ssl_keyfile"),
            ChecksHostName = config.Boolean(Rabbit, "ssl_enforce_hostname_verification", false),
        };
        return (bus.CertificateFile is null) == (bus.PrivateKeyFile is null)
            ? bus
            : throw config.Wrong(Rabbit, bus.CertificateFile is null ? "ssl_cert_file" : "ssl_key_file", "is not set although the other of the two is");

        string? Path(string name, string former) => config.Text(Rabbit, config.NameOf(Rabbit, name, former)) is { Length: > 0 } text ? text : null;
    }
}
