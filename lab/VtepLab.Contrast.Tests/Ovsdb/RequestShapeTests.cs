using VtepLab.Ovsdb;
using VtepLab.Testing.Peers;

namespace VtepLab.Contrast.Tests.Ovsdb;

/// <summary>Our server answers, ignores and refuses what Debian's ovsdb-server does, word for word.</summary>
[Category(RealPeer.Category)]
public class RequestShapeTests
{
    [Test]
    public async Task Requests_of_every_shape_are_answered_as_by_the_real_server()
    {
        await using var peer = await OvsdbServerPeer.StartAsync();
        using var real = new RealSide(peer.UnixEndpoint["unix:".Length..], 1);
        using var ours = new OurSide([DatabaseSchema.Parse(await File.ReadAllTextAsync(OvsdbServerPeer.VtepSchema))], 1);
        var rows = new RowBook(ours.Find);
        var (theirs, own) = (new Canonical(rows, real: true), new Canonical(rows, real: false));
        var differences = new List<string>();
        var tried = 0;
        foreach (var conversation in RequestShapes.All())
        {
            real.Open(0);
            ours.Open(0);
            foreach (var message in conversation)
            {
                real.Send(0, message);
                ours.Send(0, message);
                var expected = Text(real, theirs);
                var actual = Text(ours, own);
                tried++;
                if (actual != expected)
                {
                    differences.Add($"{message}\n  ovsdb-server: {expected}\n  ours:         {actual}");
                }

                if (expected == Closed)
                {
                    break;
                }
            }
        }

        TestContext.Out.WriteLine($"{tried} messages");
        Assert.That(differences, Is.Empty, string.Join('\n', differences.Take(20)));
        Assert.That(tried, Is.GreaterThan(1_200));
    }

    private const string Closed = "closed";

    // The names of databases come in the order of a hash table there.
    private static string Text(ISide side, Canonical canonical) => side.Collect(0, twice: false, awaited: null)[0] is { } messages
        ? string.Join(' ', messages.Select(canonical.Of)).Replace("[\"hardware_vtep\",\"_Server\"]", "[\"_Server\",\"hardware_vtep\"]", StringComparison.Ordinal)
        : Closed;
}
