namespace VtepLab.Testing.Peers;

/// <summary>A network namespace of a test's own, with loopback up and IPv6 off so that nothing speaks unasked.</summary>
public sealed class NetworkNamespace : IAsyncDisposable
{
    private static int _count;
    private static int _swept;

    private readonly string _ip;

    private NetworkNamespace(string ip, string name)
    {
        _ip = ip;
        Name = name;
    }

    /// <summary>The name <c>ip netns</c> knows it by.</summary>
    public string Name { get; }

    /// <summary>Makes one. Needs root; a test without it is skipped, or fails where CI declares it present.</summary>
    public static async Task<NetworkNamespace> CreateAsync(string purpose)
    {
        var ip = RealPeer.Require("ip");
        await SweepAsync(ip);
        var space = new NetworkNamespace(ip, $"vl{Environment.ProcessId}-{Interlocked.Increment(ref _count)}-{purpose}");
        var made = await PeerProcess.RunAsync(ip, ["netns", "add", space.Name]);
        if (made.ExitCode != 0)
        {
            RealPeer.Missing($"no network namespace can be made here: {made.Errors.Trim()}");
        }

        foreach (var key in (string[])["all", "default"])
        {
            await space.RunAsync(RealPeer.Require("sysctl"), "-q", "-w", $"net.ipv6.conf.{key}.disable_ipv6=1");
        }

        await space.IpAsync("link", "set", "lo", "up");
        return space;
    }

    /// <summary>Runs <c>ip -n NAME …</c>.</summary>
    public async Task<string> IpAsync(params string[] arguments) =>
        (await PeerProcess.RunAsync(_ip, ["-n", Name, .. arguments])).Success();

    /// <summary>Runs a program inside, to its end.</summary>
    public Task<ToolResult> RunAsync(string program, params string[] arguments) =>
        PeerProcess.RunAsync(_ip, ["netns", "exec", Name, program, .. arguments]);

    /// <summary>Joins two namespaces by a veth pair whose ends are up and finish their checksums themselves.</summary>
    /// <remarks>A userspace datapath takes an unfinished checksum for a wrong one and drops the frame without a word.</remarks>
    public async Task JoinAsync(string device, NetworkNamespace other, string otherDevice, int mtu = 1500)
    {
        await IpAsync("link", "add", device, "type", "veth", "peer", "name", otherDevice, "netns", other.Name);
        foreach (var (space, name) in new[] { (this, device), (other, otherDevice) })
        {
            await space.IpAsync("link", "set", name, "mtu", $"{mtu}", "up");
            await space.RunAsync(RealPeer.Require("ethtool"), "-K", name, "tx", "off", "gro", "off", "gso", "off", "tso", "off");
        }
    }

    // A run that was killed left its namespaces behind; its number tells that nobody will come back for them.
    private static async Task SweepAsync(string ip)
    {
        if (Interlocked.Exchange(ref _swept, 1) != 0)
        {
            return;
        }

        foreach (var line in (await PeerProcess.RunAsync(ip, ["netns", "list"])).Output.Split('\n'))
        {
            var name = line.Split(' ')[0];
            if (name.StartsWith("vl", StringComparison.Ordinal) && int.TryParse(name[2..].Split('-')[0], out var owner) && !Directory.Exists($"/proc/{owner}"))
            {
                await PeerProcess.RunAsync(ip, ["netns", "del", name]);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await PeerProcess.RunAsync(_ip, ["netns", "del", Name]);
}
