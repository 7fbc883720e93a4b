namespace VtepLab.Testing.Peers;

/// <summary>A cluster of real ovsdb-servers (Debian's) that keep one database by RAFT on loopback.</summary>
/// <remarks>
/// Clients reach the leader by <see cref="LeaderEndpoint"/>, which leads nowhere from the leader's death until
/// <see cref="FollowLeaderAsync"/>, so that a test can write before they are back.
/// </remarks>
public sealed class OvsdbClusterPeer : IAsyncDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly string _database;
    private readonly PeerProcess?[] _members;

    private OvsdbClusterPeer(int members, string database) => (_members, _database) = (new PeerProcess?[members], database);

    /// <summary>The member that led when it was last asked.</summary>
    public int Leader { get; private set; } = -1;

    /// <summary>The leader's unix socket, under a name that stays: <c>unix:PATH</c>.</summary>
    public string LeaderEndpoint => $"unix:{_directory["leader"]}";

    /// <summary>Starts a cluster and waits until it has a leader and every member follows.</summary>
    /// <param name="members">How many; a majority must live for the database to be written.</param>
    /// <param name="schema">The file of the database's schema.</param>
    /// <param name="database">The name in it.</param>
    public static async Task<OvsdbClusterPeer> StartAsync(
        int members = 3, string schema = OvsdbServerPeer.VtepSchema, string database = "hardware_vtep")
    {
        var cluster = new OvsdbClusterPeer(members, database);
        try
        {
            var first = $"tcp:127.0.0.1:{PeerProcess.FreePort()}";
            await ToolAsync("create-cluster", cluster.File(0), schema, first);
            cluster.StartMember(0);
            await cluster._members[0]!.WaitUntilAsync("a leader", () => cluster.HasRoleAsync(0, "leader"));
            await cluster.IsConnectedAsync(0);
            for (var i = 1; i < members; i++)
            {
                var member = i;
                await ToolAsync("join-cluster", cluster.File(i), database, $"tcp:127.0.0.1:{PeerProcess.FreePort()}", first);
                cluster.StartMember(i);
                await cluster._members[i]!.WaitUntilAsync($"member {i}", () => cluster.HasRoleAsync(member, "follower"));
                await cluster.IsConnectedAsync(i);
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

    /// <summary>The own sockets of all members, as a client takes them: <c>unix:PATH,unix:PATH,...</c>.</summary>
    public string Endpoints => string.Join(',', Enumerable.Range(0, _members.Length).Select(Endpoint));

    /// <summary>Kills the leader.</summary>
    public Task KillLeaderAsync()
    {
        System.IO.File.Delete(_directory["leader"]);
        return KillAsync(Leader);
    }

    /// <summary>Kills a member.</summary>
    public async Task KillAsync(int member)
    {
        var process = _members[member]!;
        _members[member] = null;
        await process.KillAsync();
        await process.DisposeAsync();
    }

    /// <summary>Starts a member that was killed again on its files.</summary>
    public void StartAgain(int member) => StartMember(member);

    /// <summary>Sends a member a signal, such as <c>STOP</c> or <c>CONT</c>.</summary>
    public Task SignalAsync(int member, string signal) => _members[member]!.SignalAsync(signal);

    /// <summary>Runs a command of <c>ovs-appctl</c> in a member, such as <c>cluster/leave</c>.</summary>
    public async Task<string> ControlAsync(int member, params string[] command) => (await AppctlAsync(member, command)).Success();

    private Task<ToolResult> AppctlAsync(int member, params string[] command) =>
        PeerProcess.RunAsync(RealPeer.Require("ovs-appctl"), ["--timeout=60", "-t", _directory[$"{member}.ctl"], .. command]);

    /// <summary>Waits until one of the living members leads.</summary>
    /// <param name="other">One that is not asked, as it does not know yet that it no longer leads.</param>
    public Task AwaitLeaderAsync(int other = -1) => _members.First(member => member is not null && member != _members.ElementAtOrDefault(other))!.WaitUntilAsync("a leader", async () =>
    {
        for (var i = 0; i < _members.Length; i++)
        {
            if (i != other && _members[i] is { HasExited: false } && await HasRoleAsync(i, "leader"))
            {
                Leader = i;
                return true;
            }
        }

        return false;
    });

    /// <summary>Lets <see cref="LeaderEndpoint"/> lead to the present leader.</summary>
    public async Task FollowLeaderAsync()
    {
        await AwaitLeaderAsync();
        System.IO.File.Delete(_directory["leader"]);
        System.IO.File.CreateSymbolicLink(_directory["leader"], _directory[$"{Leader}.sock"]);
    }

    /// <summary>Runs <c>vtep-ctl</c> against the leader.</summary>
    public async Task<string> VtepCtlAsync(params string[] arguments) =>
        (await PeerProcess.RunAsync(RealPeer.Require("vtep-ctl"), [$"--db={Endpoint(Leader)}", "--timeout=60", .. arguments])).Success();

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

    /// <summary>Waits until a member tells its clients that it is part of the cluster, which is some time after it is.</summary>
    private async Task IsConnectedAsync(int member) =>
        (await PeerProcess.RunAsync(RealPeer.Require("ovsdb-client"), ["--timeout=60", "wait", Endpoint(member), _database, "connected"])).Success();

    private async Task<bool> HasRoleAsync(int member, string role)
    {
        var status = await AppctlAsync(member, "cluster/status", _database);
        return status.Output.Contains($"\nRole: {role}\n", StringComparison.Ordinal) && !status.Output.Contains("Leader: unknown", StringComparison.Ordinal);
    }
}
