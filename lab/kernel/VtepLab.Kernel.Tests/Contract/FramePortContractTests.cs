using VtepLab.Runtime;
using VtepLab.Testing.Peers;

namespace VtepLab.Kernel.Tests.Contract;

/// <summary>What a switch or a tester may rely on from a frame port, in either world.</summary>
[TestFixture(typeof(VirtualFrames))]
[TestFixture(typeof(LiveFrames), Category = RealPeer.Category)]
public class FramePortContractTests<TWorld>
    where TWorld : IFrameWorld, new()
{
    private readonly TWorld _world = new();

    [Test]
    public void Frames_arrive_unchanged_in_order_and_only_at_the_other_end() => _world.Run(async (host, one, other, _) =>
    {
        var (there, back) = (new List<byte[]>(), new List<byte[]>());
        other.Received = frame => there.Add(frame.ToArray());
        one.Received = frame => back.Add(frame.ToArray());
        var sent = Enumerable.Range(0, 20).Select(i => Frame(60 + (i * 70), (byte)i)).ToList();

        sent.ForEach(frame => one.Send(frame));
        await UntilAsync(host, () => there.Count >= sent.Count);
        await host.DelayAsync(TimeSpan.FromMilliseconds(50));

        Assert.That(there, Is.EqualTo(sent));
        Assert.That(back, Is.Empty);
    });

    [Test]
    public void A_frame_with_a_vlan_tag_keeps_it() => _world.Run(async (host, one, other, _) =>
    {
        byte[]? got = null;
        other.Received = frame => got = frame.ToArray();
        var tagged = Frame(64, 1);
        new byte[] { 0x81, 0x00, 0x00, 0x0A }.CopyTo(tagged, 12); // VLAN 10.

        one.Send(tagged);
        await UntilAsync(host, () => got is not null);

        Assert.That(got, Is.EqualTo(tagged));
    });

    [Test]
    public void The_longest_frame_the_mtu_allows_gets_through() => _world.Run(async (host, one, other, _) =>
    {
        byte[]? got = null;
        other.Received = frame => got = frame.ToArray();

        one.Send(Frame(one.Mtu + 14, 1));
        await UntilAsync(host, () => got is not null);

        Assert.That((one.Mtu, got?.Length), Is.EqualTo((1500, (int?)1514)));
    });

    [Test]
    public void A_frame_that_is_too_long_is_dropped_and_the_next_gets_through() => _world.Run(async (host, one, other, _) =>
    {
        var got = new List<int>();
        other.Received = frame => got.Add(frame.Length);

        one.Send(Frame(one.Mtu + 100, 1));
        one.Send(Frame(60, 2));
        await UntilAsync(host, () => got.Count > 0);

        Assert.That(got, Is.EqualTo(new[] { 60 }));
    });

    [Test]
    public void A_cut_link_is_seen_at_both_ends_and_a_mended_one_carries_again() => _world.Run(async (host, one, other, setLink) =>
    {
        var arrived = 0;
        other.Received = _ => arrived++;
        var told = 0;
        other.LinkChanged = () => told++;
        Assert.That(one.IsUp && other.IsUp);

        await setLink(false);
        await UntilAsync(host, () => !one.IsUp && !other.IsUp);
        one.Send(Frame(60, 1));
        await host.DelayAsync(TimeSpan.FromMilliseconds(50));
        Assert.That((arrived, told), Is.EqualTo((0, 1)));

        await setLink(true);
        await UntilAsync(host, () => one.IsUp && other.IsUp);
        for (var i = 0; i < 100 && arrived == 0; i++)
        {
            one.Send(Frame(60, 2)); // A real interface may take a moment until it carries frames again.
            await host.DelayAsync(TimeSpan.FromMilliseconds(50));
        }

        Assert.That((arrived > 0, told), Is.EqualTo((true, 2)));
    });

    private static byte[] Frame(int length, byte mark)
    {
        var frame = new byte[length];
        byte[] header = [0x02, 0x1A, 192, 0, 2, 2, 0x02, 0x1A, 192, 0, 2, 1, 0x88, 0xB5]; // The experimental EtherType.
        header.CopyTo(frame, 0);
        frame[^1] = mark;
        return frame;
    }

    private static async Task UntilAsync(IHost host, Func<bool> condition)
    {
        for (var i = 0; !condition() && i < 500; i++)
        {
            await host.DelayAsync(TimeSpan.FromMilliseconds(10));
        }

        Assert.That(condition());
    }
}
