using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text.Json;

namespace VtepLab.Testing.Peers;

/// <summary>A real ovs-vswitchd (Debian's) whose ports are dummies: a test hands frames in and reads what came out, in lock-step.</summary>
/// <remarks>The datapath is Open vSwitch's userspace one; no privileges, interfaces or namespaces are needed.</remarks>
public sealed class OvsSwitchPeer : IAsyncDisposable
{
    private const int PcapFileHeader = 24;
    private const int PcapFrameHeader = 16;

    private readonly TempDirectory _directory = new();
    private readonly Dictionary<string, int> _read = new(StringComparer.Ordinal);
    private readonly OvsdbServerPeer _database;
    private PeerProcess? _daemon;
    private Socket? _control;

    private OvsSwitchPeer(OvsdbServerPeer database) => _database = database;

    /// <summary>Starts a switch without bridges.</summary>
    public static async Task<OvsSwitchPeer> StartAsync()
    {
        var daemon = RealPeer.Require("ovs-vswitchd");
        RealPeer.Require("ovs-ofctl");
        var peer = new OvsSwitchPeer(await OvsdbServerPeer.StartAsync([OvsdbServerPeer.VSwitchSchema]));
        try
        {
            await peer.VsctlAsync("--no-wait", "init");
            peer._daemon = PeerProcess.Start(
                daemon,
                [
                    "--enable-dummy", "--disable-system", "--no-chdir", $"--unixctl={peer.ControlSocket}",
                    $"--log-file={peer._directory["vswitchd.log"]}", peer._database.UnixEndpoint,
                ],
                peer.Variables);
            await peer._daemon.WaitUntilAsync("its control socket", () => Task.FromResult(peer.TryConnect()));
        }
        catch
        {
            await peer.DisposeAsync();
            throw;
        }

        return peer;
    }

    private string ControlSocket => _directory["vswitchd.ctl"];

    private Dictionary<string, string> Variables => new()
    {
        ["OVS_RUNDIR"] = _directory.Path, ["OVS_DBDIR"] = _directory.Path, ["OVS_LOGDIR"] = _directory.Path,
        ["OVS_SYSCONFDIR"] = _directory.Path,
    };

    /// <summary>Adds a bridge that drops everything, speaks OpenFlow 1.0 and 1.3, and writes what goes out of its own port to a file.</summary>
    public Task<string> AddBridgeAsync(string name) =>
        VsctlAsync(
            "add-br", name, "--", "set", "bridge", name, "datapath_type=dummy", "fail-mode=secure", "protocols=OpenFlow10,OpenFlow13",
            "--", "set", "interface", name, $"options:tx_pcap={Capture(name)}");

    /// <summary>Adds a port; the rest is further arguments of ovs-vsctl's <c>set port</c>, such as <c>tag=5</c>.</summary>
    public Task<string> AddPortAsync(string bridge, string name, int number, params string[] settings) =>
        VsctlAsync(
        [
            "add-port", bridge, name, "--", "set", "interface", name, "type=dummy", $"ofport_request={number}",
            $"options:tx_pcap={Capture(name)}", .. settings.Length == 0 ? Array.Empty<string>() : ["--", "set", "port", name, .. settings],
        ]);

    /// <summary>
    /// Adds a bridge under the tunnels of the others: its own port has the VTEP address and its only other port, number 1, is the way out.
    /// </summary>
    /// <param name="name">The bridge.</param>
    /// <param name="port">The way out.</param>
    /// <param name="mac">The bridge's MAC address.</param>
    /// <param name="address">Its IPv4 address with the length of the prefix, such as <c>198.51.100.10/24</c>; routed there.</param>
    /// <param name="neighbours">IPv4 and MAC addresses that need not be asked for.</param>
    public async Task AddUnderlayAsync(string name, string port, string mac, string address, params (string Ip, string Mac)[] neighbours)
    {
        await AddBridgeAsync(name);
        await VsctlAsync("set", "bridge", name, $"other-config:hwaddr=\"{mac}\"");
        await AddPortAsync(name, port, 1);
        Control("netdev-dummy/ip4addr", name, address);
        Control("ovs/route/add", address, name);
        foreach (var (ip, at) in neighbours)
        {
            Control("tnl/neigh/set", name, ip, at);
        }

        (await OfctlAsync("in_port=1,actions=LOCAL\nin_port=LOCAL,actions=1\n", "add-flows", name, "-")).Success();
    }

    /// <summary>Adds a VXLAN port over the underlay.</summary>
    /// <param name="bridge">The bridge that has the port.</param>
    /// <param name="name">Its name.</param>
    /// <param name="number">Its OpenFlow number.</param>
    /// <param name="remoteIp">The VTEP at the other end.</param>
    /// <param name="key">The VNI or <c>flow</c>.</param>
    /// <remarks>
    /// There is no local_ip: Open vSwitch 3.1 takes one only if the kernel's own table calls it local. The route says the source instead.
    /// </remarks>
    public Task<string> AddTunnelAsync(string bridge, string name, int number, string remoteIp, string key) =>
        VsctlAsync(
            "add-port", bridge, name, "--", "set", "interface", name, "type=vxlan", $"ofport_request={number}",
            $"options:remote_ip={remoteIp}", $"options:key={key}");

    /// <summary>Runs <c>ovs-vsctl</c>.</summary>
    public async Task<string> VsctlAsync(params string[] arguments) =>
        (await PeerProcess.RunAsync(RealPeer.Require("ovs-vsctl"), [$"--db={_database.UnixEndpoint}", "--timeout=60", .. arguments])).Success();

    /// <summary>Runs <c>ovs-ofctl</c>; a <c>-</c> among the arguments reads the input.</summary>
    public Task<ToolResult> OfctlAsync(string? input, params string[] arguments) =>
        PeerProcess.RunAsync(RealPeer.Require("ovs-ofctl"), arguments, Variables, input);

    /// <summary>What <c>ovs-appctl COMMAND ARGUMENTS</c> answers.</summary>
    public string Control(string command, params string[] arguments)
    {
        _control!.Send(JsonSerializer.SerializeToUtf8Bytes(new { id = 0, method = command, @params = arguments }));
        var answer = new List<byte>();
        var buffer = new byte[65536];
        while (true)
        {
            answer.AddRange(buffer.AsSpan(0, _control.Receive(buffer)));
            try
            {
                using var reply = JsonDocument.Parse(answer.ToArray());
                return reply.RootElement.GetProperty("error") is { ValueKind: JsonValueKind.String } error
                    ? throw new InvalidOperationException($"{command}: {error.GetString()}")
                    : reply.RootElement.GetProperty("result").GetString() ?? "";
            }
            catch (JsonException) when (answer.Count < 1 << 24)
            {
                // The answer is not all there yet.
            }
        }
    }

    /// <summary>Hands a frame in and waits until the switch is done with it; then forgets the datapath's flows, so that none is stale.</summary>
    public void Receive(string port, ReadOnlySpan<byte> frame)
    {
        Control("netdev-dummy/receive", port, Convert.ToHexStringLower(frame));

        // The daemon accepts a connection one turn of its loop later, and in that turn it has handled the frame.
        Reconnect();
        Control("revalidator/purge");
    }

    /// <summary>The frames that went out of a port since this was last asked.</summary>
    public IReadOnlyList<byte[]> TakeSent(string port)
    {
        var at = _read.GetValueOrDefault(port, PcapFileHeader);
        using var file = new FileStream(Capture(port), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[Math.Max(0, file.Length - at)];
        file.Seek(at, SeekOrigin.Begin);
        file.ReadExactly(bytes);
        var frames = new List<byte[]>();
        for (var i = 0; i + PcapFrameHeader <= bytes.Length;)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(i + 8));
            frames.Add(bytes[(i + PcapFrameHeader)..(i + PcapFrameHeader + length)]);
            i += PcapFrameHeader + length;
        }

        _read[port] = at + bytes.Length;
        return frames;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _control?.Dispose();
        if (_daemon is { } daemon)
        {
            await daemon.DisposeAsync();
        }

        await _database.DisposeAsync();
        _directory.Dispose();
    }

    private string Capture(string port) => _directory[port + ".pcap"];

    private void Reconnect()
    {
        if (!TryConnect())
        {
            throw new InvalidOperationException($"ovs-vswitchd no longer listens: {_daemon!.Output}");
        }
    }

    private bool TryConnect()
    {
        try
        {
            _control?.Dispose();
            _control = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            _control.Connect(new UnixDomainSocketEndPoint(ControlSocket));
            return true;
        }
        catch (SocketException)
        {
            _control!.Dispose();
            return false;
        }
    }
}
