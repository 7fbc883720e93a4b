using System.Text;
using VtepLab.HardwareVtep;
using VtepLab.Ovsdb;
using VtepLab.OvsdbPeers;
using VtepLab.Testing.Peers;

namespace VtepLab.Contrast.Tests.OvsdbClient;

/// <summary>Writes logical switches by a session over whatever happens to its servers, and keeps a book of what it was told of each.</summary>
/// <param name="session">The session.</param>
/// <param name="sent">The transactions that went over the wire: see <see cref="Tap"/>.</param>
internal sealed class ClusterWriter(OvsdbClientSession session, List<string> sent)
{
    private int _next;

    /// <summary>Names whose transaction was answered.</summary>
    public List<string> Acknowledged { get; } = [];

    /// <summary>Names of whose transaction nobody knows.</summary>
    public List<string> Uncertain { get; } = [];

    /// <summary>Names whose transaction never left, or was refused.</summary>
    public List<string> Failed { get; } = [];

    /// <summary>Keeps the transactions that are sent.</summary>
    public static OvsdbTap Tap(List<string> sent) => (isSent, message) =>
    {
        if (isSent && message.IndexOf("\"method\":\"transact\""u8) >= 0)
        {
            sent.Add(Encoding.UTF8.GetString(message));
        }
    };

    /// <summary>Writes one after the other, whenever the session takes it, until enough is done.</summary>
    public async Task WriteAsync(Func<bool> isEnough)
    {
        while (!isEnough())
        {
            await session.WhenActiveAsync();
            var name = $"ls{_next++}";
            try
            {
                var transaction = session.NewTransaction();
                transaction.Insert(new LogicalSwitch { Name = name });
                await session.TransactAsync(transaction);
                Acknowledged.Add(name);
                Assert.That(session.Replica.All<LogicalSwitch>().Any(ls => ls.Name == name), Is.True, "the update comes before the answer");
            }
            catch (OvsdbProtocolException lost)
            {
                (lost.IsUncertain ? Uncertain : Failed).Add(name);
            }
            catch (OvsdbOperationException)
            {
                Failed.Add(name); // "not leader" and the like.
            }

            await Task.Delay(5);
        }
    }

    /// <summary>Everything acknowledged is there, what is there was asked for and went over the wire once, and the replica shows what the cluster holds.</summary>
    public async Task CompareAsync()
    {
        var list = await PeerProcess.RunAsync(
            RealPeer.Require("ovsdb-client"),
            ["--no-leader-only", "--timeout=60", "-f", "csv", "--no-headings", "dump", $"{session.Remote}", "hardware_vtep", "Logical_Switch", "name"]);
        var there = list.Success().Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..]; // The first line names the table.
        TestContext.Out.WriteLine($"{Acknowledged.Count} acknowledged, {Uncertain.Count} uncertain, {Failed.Count} failed, {there.Length} there");
        Assert.Multiple(() =>
        {
            Assert.That(there, Is.SupersetOf(Acknowledged), "acknowledged and lost");
            Assert.That(there.Except(Acknowledged).Except(Uncertain), Is.Empty, "there though it failed");
            Assert.That(session.Replica.All<LogicalSwitch>().Select(ls => ls.Name), Is.EquivalentTo(there));
            foreach (var name in Acknowledged.Concat(Uncertain))
            {
                Assert.That(sent.Count(text => text.Contains($"\"{name}\"", StringComparison.Ordinal)), Is.EqualTo(1), name);
            }
        });
    }
}
