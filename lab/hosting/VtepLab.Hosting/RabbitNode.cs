namespace VtepLab.Hosting;

/// <summary>How a RabbitMQ of one's own is started from Debian's package: node name, port mapper and directories apart from the machine's own broker.</summary>
/// <param name="Directory">Where everything it writes goes.</param>
/// <param name="Port">Its AMQP port of 127.0.0.1.</param>
/// <param name="MapperPort">The port of its Erlang port mapper, which is to be started before it and ended after it.</param>
/// <param name="DistributionPort">The port by which <c>rabbitmqctl</c> reaches it.</param>
public sealed record RabbitNode(string Directory, int Port, int MapperPort, int DistributionPort)
{
    /// <summary>Where Debian's package has its programs.</summary>
    public const string Scripts = "/usr/lib/rabbitmq/bin";

    /// <summary>What the broker writes when it takes connections.</summary>
    public const string ReadyText = "Server startup complete";

    /// <summary>The broker's program.</summary>
    public static string Program => $"{Scripts}/rabbitmq-server";

    /// <summary>The node's name, for <c>rabbitmqctl -n</c>.</summary>
    public string Name => $"vl{Port}@localhost";

    /// <summary>The port mapper's arguments; its program is <c>epmd</c>.</summary>
    public IReadOnlyList<string> MapperArguments => ["-port", $"{MapperPort}", "-address", "127.0.0.1"];

    /// <summary>The variables for the mapper, the broker and its tools.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["HOME"] = Directory,
        ["ERL_EPMD_PORT"] = $"{MapperPort}",
        ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
        ["RABBITMQ_CONF_ENV_FILE"] = In("no-env.conf"),
        ["RABBITMQ_CONFIG_FILE"] = In("rabbitmq.conf"),
        ["RABBITMQ_ADVANCED_CONFIG_FILE"] = In("no-advanced.config"),
        ["RABBITMQ_ENABLED_PLUGINS_FILE"] = In("plugins"),
        ["RABBITMQ_NODENAME"] = Name,
        ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
        ["RABBITMQ_NODE_PORT"] = $"{Port}",
        ["RABBITMQ_DIST_PORT"] = $"{DistributionPort}",
        ["RABBITMQ_MNESIA_BASE"] = In("mnesia"),
        ["RABBITMQ_LOG_BASE"] = In("log"),
        ["RABBITMQ_LOGS"] = "-",
        ["RABBITMQ_PID_FILE"] = In("pid"),
        // The port mapper is ours and ends with us; one that the runtime starts would stay.
        ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-start_epmd false",
    };

    /// <summary>Writes the broker's configuration.</summary>
    /// <param name="settings">Further lines of <c>rabbitmq.conf</c>.</param>
    public void WriteConfiguration(params IReadOnlyList<string> settings)
    {
        System.IO.Directory.CreateDirectory(Directory);
        File.WriteAllText(In("plugins"), "[].\n");
        File.WriteAllLines(In("rabbitmq.conf"), ["vm_memory_high_watermark.absolute = 256MB", "disk_free_limit.absolute = 1MB", .. settings]);
    }

    private string In(string file) => Path.Combine(Directory, file);
}
