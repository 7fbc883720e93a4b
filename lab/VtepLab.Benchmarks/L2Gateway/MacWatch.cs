using VtepLab.HardwareVtep;
using VtepLab.Ovsdb;
using VtepLab.OvsdbPeers;
using VtepLab.Runtime;
using VtepLab.Testing.Peers;

namespace VtepLab.Benchmarks.L2Gateway;

/// <summary>Sees how many remote MAC addresses a switch has, the moment it has them.</summary>
internal sealed class MacWatch
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(20);

    private readonly OvsdbClientSession _session;

    private MacWatch(OvsdbClientSession session) => _session = session;

    public static async Task<MacWatch> StartAsync(IHost host, OvsdbServerPeer server)
    {
        var session = new OvsdbClientSession(host, new OvsdbClientSessionOptions
        {
            Remotes = [Endpoint.Parse(server.Endpoint)], Database = VtepSchema.DatabaseName, Name = "leaf1",
            Tables = [new MonitoredTable("Ucast_Macs_Remote", [])], // Only to be counted, at the least cost to the server that is measured.
        });
        session.Start();
        await session.WhenActiveAsync();
        return new MacWatch(session);
    }

    /// <summary>Completes when there are so many.</summary>
    public Task HasRowsAsync(IHost host, int count)
    {
        var rows = _session.Replica.Table("Ucast_Macs_Remote");
        var reached = new TaskCompletionSource();
        _session.Replica.Changed += _ => Look();
        Look();
        return reached.Task.WaitAsync(Longest, host.Time);

        void Look()
        {
            if (rows.Count == count)
            {
                reached.TrySetResult();
            }
        }
    }
}
