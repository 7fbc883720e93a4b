using System.Diagnostics;
using VtepLab.Ovsdb;
using VtepLab.Testing.Peers;

namespace VtepLab.Contrast.Tests.Ovsdb;

/// <summary>
/// The same random requests to Debian's ovsdb-server and to our engine, one after the other, with monitors of all kinds open:
/// every reply and every notification must be the same after UUIDs are replaced by common names.
/// </summary>
/// <remarks>
/// <para>
/// <c>VTEPLAB_LOCKSTEP_OPERATIONS</c> (50,000 by default) says how many operations of transactions are tried,
/// <c>VTEPLAB_LOCKSTEP_SEED</c> (1) which, <c>VTEPLAB_LOCKSTEP_ROUND</c> (0) at which round to begin: a finding names the seed plus the round,
/// SEED * 1000003 + ROUND. The long run, at low priority beside other work:
/// <c>VTEPLAB_LOCKSTEP_OPERATIONS=1000000 VTEPLAB_LOCKSTEP_SEED=7 nice dotnet test lab/VtepLab.Contrast.Tests -c Release --filter
/// FullyQualifiedName~LockStepTests --logger "console;verbosity=detailed"</c>.
/// </para>
/// <para>
/// What need not be equal: the order of rows that no sort asks for, and of a session's monitors; the time that a wait took; which of several culprits an
/// error at commit names; in-between values of rows that several woken transactions touched (<see cref="MergedUpdates"/>). In one round of eight
/// the requests bring out a mistake of ovsdb-server's (<see cref="PeerDefect"/>), and such a round may end with its trace. Nothing
/// else is borne; what makes ovsdb-server end itself is not drawn (<see cref="OvsdbServerDefectTests"/>).
/// </para>
/// </remarks>
[Category(RealPeer.Category)]
public class LockStepTests
{
    private static readonly long Wanted = long.Parse(Environment.GetEnvironmentVariable("VTEPLAB_LOCKSTEP_OPERATIONS") ?? "50000");
    private static readonly int Seed = int.Parse(Environment.GetEnvironmentVariable("VTEPLAB_LOCKSTEP_SEED") ?? "1");
    private static readonly string[] ErrorsToSee =
    [
        "aborted", "canceled", "constraint violation", "domain error", "not owner", "ovsdb error", "range error", "referential integrity violation",
        "syntax error", "timed out", "unknown column",
    ];

    private static readonly int FirstRound = int.Parse(Environment.GetEnvironmentVariable("VTEPLAB_LOCKSTEP_ROUND") ?? "0");

    [Test]
    public async Task Every_reply_and_notification_is_ovsdb_servers()
    {
        // A server is used for a while only: its tables grow, and a finding needs a short history.
        var watch = Stopwatch.StartNew();
        var totals = new LockStepTotals();
        for (var round = FirstRound; totals.Operations < Wanted; round++)
        {
            await RunRound(Seed * 1_000_003 + round, mixes: round % 8 == 7, totals);
        }

        TestContext.Out.WriteLine($"{totals} in {watch.Elapsed.TotalSeconds:0.0} s, seed {Seed}");
        Assert.That(totals.Operations, Is.GreaterThanOrEqualTo(Wanted));

        if (Wanted >= 50_000)
        {
            // A comparison of nothing finds no difference: what is rarer must have been seen.
            Assert.That(totals.Kinds.Keys, Is.SupersetOf(ErrorsToSee));
            Assert.That(totals.Woken, Is.GreaterThan(Wanted / 1_000));
            Assert.That(totals.Sorted, Is.GreaterThan(Wanted / 5_000));
            Assert.That(totals.Notifications, Is.GreaterThan(Wanted / 100));
        }
    }

    private static async Task RunRound(int seed, bool mixes, LockStepTotals totals)
    {
        var random = new Random(seed);
        using var directory = new TempDirectory();
        var schemas = new List<string>();
        var generator = new SchemaGenerator(random, mixes);
        for (var i = 0; i < 4; i++)
        {
            schemas.Add(directory[$"s{i}"]);
            await File.WriteAllTextAsync(schemas[i], generator.Make($"db{i}"));
        }

        schemas.Add(OvsdbServerPeer.VtepSchema);
        await using var peer = await OvsdbServerPeer.StartAsync([.. schemas]);
        var parsed = schemas.Select(file => DatabaseSchema.Parse(File.ReadAllBytes(file))).ToArray();
        using var real = new RealSide(peer.UnixEndpoint["unix:".Length..], LockStep.Sessions);
        using var ours = new OurSide(parsed, LockStep.Sessions);
        new LockStep(random, seed, mixes, parsed, real, ours, () => peer.Log, totals).Run(operations: 2_500);
    }
}
