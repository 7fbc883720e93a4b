using System.Globalization;

namespace VtepLab.Testing.Peers;

/// <summary>The L2 gateway agent that OpenStack ships: Debian's <c>neutron-l2gateway-agent</c>, of networking-l2gw 19.</summary>
/// <remarks>
/// Debian's package of the agent runs as it is; its options are those of our own. Without <c>state_path</c> and <c>lock_path</c> it wants to
/// write into directories that only a service of the system has.
/// </remarks>
public sealed class L2GatewayAgentPeer : IAsyncDisposable
{
    private readonly TempDirectory _directory;

    private L2GatewayAgentPeer(TempDirectory directory, PeerProcess process) => (_directory, Process) = (directory, process);

    /// <summary>The program.</summary>
    public PeerProcess Process { get; }

    /// <summary>Starts an agent; it reports to the plugin when it is ready.</summary>
    /// <param name="broker">The bus.</param>
    /// <param name="host">Its name.</param>
    /// <param name="ovsdbHosts">Its switches: <c>name:address:port</c>, comma separated.</param>
    /// <param name="options">Lines for its file's <c>[DEFAULT]</c> section, such as <c>debug = true</c>.</param>
    public static L2GatewayAgentPeer Start(RabbitMqPeer broker, string host, string ovsdbHosts, params string[] options)
    {
        var program = RealPeer.Require("neutron-l2gateway-agent");
        var directory = new TempDirectory();
        File.WriteAllText(directory["agent.ini"], string.Create(CultureInfo.InvariantCulture, $"""
            [DEFAULT]
            host = {host}
            transport_url = rabbit://guest:guest@127.0.0.1:{broker.Port}/
            state_path = {directory["state"]}
            {string.Join('\n', options)}
            [oslo_concurrency]
            lock_path = {directory["lock"]}
            [agent]
            report_interval = 5
            [ovsdb]
            ovsdb_hosts = {ovsdbHosts}
            periodic_interval = 3
            max_connection_retries = 2

            """));
        // Its first line names Debian's own interpreter.
        return new L2GatewayAgentPeer(directory, PeerProcess.Start(program, ["--config-file", directory["agent.ini"]]));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        _directory.Dispose();
    }
}
