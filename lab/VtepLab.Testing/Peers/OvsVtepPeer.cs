namespace VtepLab.Testing.Peers;

/// <summary>A real hardware_vtep switch: Debian's ovsdb-server, ovs-vswitchd (userspace datapath) and ovs-vtep.</summary>
/// <remarks>
/// The switch is called <c>ps0</c>, has the ports <c>p1</c> and <c>p2</c> and the tunnel address 10.210.0.1. Its datapath lives in a
/// network namespace of its own; its database listens on a loopback port. The ports' far ends, and the underlay's, are in
/// <see cref="Outside"/> under the names <c>h1</c>, <c>h2</c> and <c>ul0</c>.
/// </remarks>
public sealed class OvsVtepPeer : IAsyncDisposable
{
    /// <summary>The switch's name. Longer than six characters, and its bridges' names are cut.</summary>
    public const string SwitchName = "ps0";

    /// <summary>The switch's tunnel address.</summary>
    public const string TunnelIp = "10.210.0.1";

    private readonly TempDirectory _directory = new();
    private readonly List<IAsyncDisposable> _parts = [];

    private OvsVtepPeer(OvsdbServerPeer database, NetworkNamespace inside, NetworkNamespace outside)
    {
        Database = database;
        Inside = inside;
        Outside = outside;
    }

    /// <summary>The database server, with the Open_vSwitch and the hardware_vtep database.</summary>
    public OvsdbServerPeer Database { get; }

    /// <summary>Where the datapath lives.</summary>
    public NetworkNamespace Inside { get; }

    /// <summary>Where the far ends of its wires are.</summary>
    public NetworkNamespace Outside { get; }

    /// <summary>Starts a switch and waits until it has registered its ports.</summary>
    public static async Task<OvsVtepPeer> StartAsync()
    {
        var vtep = RealPeer.Require("ovs-vtep");
        var vswitchd = RealPeer.Require("ovs-vswitchd");
        var inside = await NetworkNamespace.CreateAsync("dut");
        var outside = await NetworkNamespace.CreateAsync("out");
        var database = await OvsdbServerPeer.StartAsync(
            [OvsdbServerPeer.VSwitchSchema, OvsdbServerPeer.VtepSchema], "--remote=db:hardware_vtep,Global,managers");
        var peer = new OvsVtepPeer(database, inside, outside);
        try
        {
            await peer.StartDatapathAsync(vswitchd);
            await peer.StartSwitchAsync(vtep);
        }
        catch
        {
            await peer.DisposeAsync();
            throw;
        }

        return peer;
    }

    /// <summary>Runs <c>ovs-vsctl</c> on the datapath's database.</summary>
    public async Task<string> VsctlAsync(params string[] arguments) =>
        (await PeerProcess.RunAsync(RealPeer.Require("ovs-vsctl"), [$"--db={Database.UnixEndpoint}", "--timeout=60", .. arguments])).Success();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        for (var i = _parts.Count - 1; i >= 0; i--)
        {
            await _parts[i].DisposeAsync();
        }

        await Database.DisposeAsync();
        await Inside.DisposeAsync();
        await Outside.DisposeAsync();
        _directory.Dispose();
    }

    private Dictionary<string, string> Variables => new()
    {
        ["OVS_RUNDIR"] = _directory.Path, ["OVS_DBDIR"] = _directory.Path, ["OVS_LOGDIR"] = _directory.Path,
        ["OVS_SYSCONFDIR"] = _directory.Path,
    };

    private async Task StartDatapathAsync(string vswitchd)
    {
        foreach (var (device, far) in new[] { ("p1", "h1"), ("p2", "h2"), ("ul", "ul0") })
        {
            await Inside.JoinAsync(device, Outside, far, mtu: device == "ul" ? 1700 : 1500);
        }

        await VsctlAsync("--no-wait", "init");
        var daemon = PeerProcess.Start(
            RealPeer.Require("ip"),
            ["netns", "exec", Inside.Name, vswitchd, "--no-chdir", $"--unixctl={_directory["vswitchd.ctl"]}", Database.UnixEndpoint], Variables);
        _parts.Add(daemon);
        await VsctlAsync(
            "add-br", "br-ul", "--", "set", "bridge", "br-ul", "datapath_type=netdev", "--", "add-port", "br-ul", "ul");
        await Inside.IpAsync("addr", "add", TunnelIp + "/24", "dev", "br-ul");
        await Inside.IpAsync("link", "set", "br-ul", "up");
        await VsctlAsync(
            "add-br", SwitchName, "--", "set", "bridge", SwitchName, "datapath_type=netdev", "fail-mode=secure",
            "--", "add-port", SwitchName, "p1", "--", "add-port", SwitchName, "p2");
    }

    private async Task StartSwitchAsync(string vtep)
    {
        await Database.VtepCtlAsync(
            "add-ps", SwitchName, "--", "set", "Physical_Switch", SwitchName, $"tunnel_ips={TunnelIp}", "management_ips=127.0.0.1");

        // ovs-vtep and what it calls find every daemon by OVS_RUNDIR; its database sits beside them under the usual name.
        File.CreateSymbolicLink(_directory["db.sock"], Database.UnixEndpoint["unix:".Length..]);
        var emulator = PeerProcess.Start(
            RealPeer.Require("ip"),
            ["netns", "exec", Inside.Name, "/usr/bin/python3", vtep, SwitchName, $"--log-file={_directory["ovs-vtep.log"]}", "--monitor"], Variables);
        _parts.Add(emulator);
        await emulator.WaitUntilAsync(
            "the registration of p1 and p2",
            async () => (await Database.VtepCtlAsync("list-ports", SwitchName)).Split('\n', StringSplitOptions.RemoveEmptyEntries) is ["p1", "p2"],
            TimeSpan.FromSeconds(30));
    }
}
