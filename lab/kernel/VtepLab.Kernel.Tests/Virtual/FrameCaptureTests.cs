using VtepLab.Simulation;
using VtepLab.Testing.Peers;

namespace VtepLab.Kernel.Tests.Virtual;

/// <summary>What a capture of simulated links looks like to others.</summary>
public class FrameCaptureTests
{
    [Test]
    [Category(RealPeer.Category)]
    public async Task Tshark_reads_the_frames_with_their_virtual_times_and_interfaces()
    {
        using var directory = new TempDirectory();
        await File.WriteAllBytesAsync(directory["lab.pcapng"], Capture());

        var table = (await PeerProcess.RunAsync(
            RealPeer.Require("tshark"),
            ["-r", directory["lab.pcapng"], "-T", "fields", "-e", "frame.time_epoch", "-e", "frame.interface_name", "-e", "eth.src", "-e", "frame.len"])).Success();

        // The world starts at 2026-01-01, 1767225600 seconds after 1970.
        Assert.That(table.Split('\n', StringSplitOptions.RemoveEmptyEntries), Is.EqualTo(new[]
        {
            "1767225601.000000000\tleaf1.eth1-leaf2.eth1\t02:1a:c0:00:02:01\t60",
            "1767225601.500000000\tleaf1.eth1-leaf2.eth1\t02:1a:c0:00:02:02\t64",
        }));
    }

    [Test]
    public void A_capture_is_the_same_bytes_for_one_seed()
    {
        var (first, second) = (Capture(), Capture());

        Assert.That(second, Is.EqualTo(first));
    }

    private static byte[] Capture()
    {
        var world = new SimulatedWorld(7);
        var (one, other) = (world.AddHost("leaf1").AddPort("eth1"), world.AddHost("leaf2").AddPort("eth1"));
        using var stream = new MemoryStream();
        world.Capture = new FrameCapture(world, () => stream);
        world.Link(one, other);
        world.At(TimeSpan.FromSeconds(1), () => one.Send(Frame(60, 1)));
        world.At(TimeSpan.FromSeconds(1.5), () => other.Send(Frame(64, 2)));
        world.RunFor(TimeSpan.FromSeconds(2));
        return stream.ToArray();
    }

    private static byte[] Frame(int length, byte source)
    {
        var frame = new byte[length];
        byte[] header = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02, 0x1A, 192, 0, 2, source, 0x88, 0xB5];
        header.CopyTo(frame, 0);
        return frame;
    }
}
