using VtepLab.Emulators.HardwareVtep;
using VtepLab.Emulators.Tests.Bench;

namespace VtepLab.Emulators.Tests.Quirks;

/// <summary>Every quirk must be visible to somebody, and an honest switch must not depend on the run.</summary>
public class QuirkDifferenceTests
{
    /// <summary>Seen only after a restart, which this conversation has none of; see the tests of the emulator on a host.</summary>
    private static readonly string[] NeedsRestart = ["renames-at-restart", "renews-uuids-at-restart", "forgets-at-restart", "faults-survive-restart"];

    private static readonly Lazy<string> Honest = new(() => Converse(""));

    [TestCaseSource(nameof(Visible))]
    public void A_quirk_changes_what_peers_see(string quirk) => Assert.That(Converse(quirk), Is.Not.EqualTo(Honest.Value));

    [Test]
    public void The_honest_switch_says_the_same_every_time()
    {
        var again = Converse("");

        Assert.That(again, Is.EqualTo(Honest.Value));
    }

    private static IEnumerable<string> Visible() => SwitchQuirkBook.All.Where(q => !q.NeedsFrames).Select(q => q.Id).Where(id => !NeedsRestart.Contains(id));

    private static string Converse(string quirks)
    {
        var bench = new SwitchBench(quirks, o => o with { MaxRemoteMacs = 2, MaxTunnels = 2, MaxBfdSessions = 1, ReservedVlans = [66], ReplicatesAtSource = false, HasRouting = false });
        var peers = new[] { bench.Connect(), bench.Connect(), bench.Connect() };
        var lines = Talk.Lines;
        for (var i = 0; i < lines.Length; i++)
        {
            var (peer, message) = lines[i];
            peers[peer].Say(message.Split('\n').Select(m => m.Replace("ID", $"{i}", StringComparison.Ordinal)).ToArray());
            if (message.Contains("\"timeout\":2000", StringComparison.Ordinal))
            {
                bench.Pass(TimeSpan.FromSeconds(3));
            }
        }

        peers[2].Hang();
        peers[0].Say("""{"id":"end","method":"transact","params":["hardware_vtep",{"op":"select","table":"Logical_Switch","where":[]}]}""");
        return SwitchBench.Anonymous(string.Join('\n', peers.SelectMany(p => p.Received)));
    }
}
