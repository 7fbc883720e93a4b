namespace VtepLab.Testing.Peers;

/// <summary>A cluster of real ovsdb-servers (Debian's) that keep one hardware_vtep database by RAFT on loopback.</summary>
/// <remarks>
/// Clients reach the leader by <see cref="LeaderEndpoint"/>, which leads nowhere from the leader's death until
/// <see cref="FollowLeaderAsync"/>, so that a test can write before they are back.
/// </remarks>
public sealed class OvsdbClusterPeer : IAsyncDisposable
{
    private const string Database = "hardware_vtep";
    private readonly TempDirectory _directory = new();
    private readonly PeerProcess?[] _members;

    private OvsdbClusterPeer(int members) => _members = new PeerProcess?[members];

    /// <summary>The member that led when it was last asked.</summary>
    public int Leader { get; private set; } = -1;

    /// <summary>The leader's unix socket, under a name that stays: <c>unix:PATH</c>.</summary>
    public string LeaderEndpoint => $"unix:{_directory["leader"]}";

    /// <summary>Starts a cluster and waits until it has a leader and every member follows.</summary>
    /// <param name="members">How many; a majority must live for the database to be written.</param>
    public static async Task<OvsdbClusterPeer> StartAsync(int members = 3)
    {
        var cluster = new OvsdbClusterPeer(members);
        try
        {
            var first = $"tcp:127.0.0.1:{PeerProcess.FreePort()}";
            await ToolAsync("create-cluster", cluster.File(0), OvsdbServerPeer.VtepSchema, first);
            cluster.StartMember(0);
            await cluster._members[0]!.WaitUntilAsync("a leader", () => cluster.HasRoleAsync(0, "leader"));
            for (var i = 1; i < members; i++)
            {
                var member = i;
                await ToolAsync("join-cluster", cluster.File(i), Database, $"tcp:127.0.0.1:{PeerProcess.FreePort()}", first);
                cluster.StartMember(i);
                await cluster._members[i]!.WaitUntilAsync($"member {i}", () => cluster.HasRoleAsync(member, "follower"), TimeSpan.FromSeconds(30));
            }

            await cluster.FollowLeaderAsync();
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }

        return cluster;
    }

    /// <summary>A member's own unix socket: <c>unix:PATH</c>.</summary>
    public string Endpoint(int member) => $"unix:{_directory[$"{member}.sock"]}";

    /// <summary>Kills the leader.</summary>
    public async Task KillLeaderAsync()
    {
        System.IO.File.Delete(_directory["leader"]);
        var process = _members[Leader]!;
        _members[Leader] = null;
        await process.KillAsync();
        await process.DisposeAsync();
    }

    /// <summary>Waits until one of the living members leads.</summary>
    public async Task AwaitLeaderAsync() => await _members.First(member => member is not null)!.WaitUntilAsync("a leader", async () =>
    {
        for (var i = 0; i < _members.Length; i++)
        {
            if (_members[i] is not null && await HasRoleAsync(i, "leader"))
            {
                Leader = i;
                return true;
            }
        }

        return false;
    }, TimeSpan.FromSeconds(30));

    /// <summary>Lets <see cref="LeaderEndpoint"/> lead to the present leader.</summary>
    public async Task FollowLeaderAsync()
    {
        await AwaitLeaderAsync();
        System.IO.File.Delete(_directory["leader"]);
        System.IO.File.CreateSymbolicLink(_directory["leader"], _directory[$"{Leader}.sock"]);
    }

    /// <summary>Runs <c>vtep-ctl</c> against the leader.</summary>
    public async Task<string> VtepCtlAsync(params string[] arguments) =>
        (await PeerProcess.RunAsync(RealPeer.Require("vtep-ctl"), [$"--db={Endpoint(Leader)}", "--timeout=20", .. arguments])).Success();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var member in _members)
        {
            if (member is not null)
            {
                await member.DisposeAsync();
            }
        }

        _directory.Dispose();
    }

    private static async Task ToolAsync(params string[] arguments) =>
        (await PeerProcess.RunAsync(RealPeer.Require("ovsdb-tool"), arguments)).Success();

    private string File(int member) => _directory[$"{member}.db"];

    private void StartMember(int member) => _members[member] = PeerProcess.Start(
        RealPeer.Require("ovsdb-server"),
        [
            "--no-chdir", "-vconsole:info", $"--unixctl={_directory[$"{member}.ctl"]}", $"--remote=p{Endpoint(member)}", File(member),
        ],
        new Dictionary<string, string> { ["OVS_RUNDIR"] = _directory.Path });

    private async Task<bool> HasRoleAsync(int member, string role)
    {
        var status = await PeerProcess.RunAsync(
            RealPeer.Require("ovs-appctl"), ["-t", _directory[$"{member}.ctl"], "cluster/status", Database]);
        return status.Output.Contains($"\nRole: {role}\n", StringComparison.Ordinal) && !status.Output.Contains("Leader: unknown", StringComparison.Ordinal);
    }
}
