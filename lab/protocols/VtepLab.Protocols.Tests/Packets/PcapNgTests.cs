using VtepLab.Packets;

namespace VtepLab.Protocols.Tests.Packets;

public class PcapNgTests
{
    [Test]
    public void What_is_written_is_read_back()
    {
        using var file = new MemoryStream();
        var writer = new PcapNgWriter(file, "test", "whole capture");
        var leaf = writer.AddInterface("leaf1:eth3", "access port");
        var underlay = writer.AddInterface("leaf1:underlay");
        writer.WriteFrame(leaf, 1_000_000_001, new byte[15], "host asks", isOutbound: false);
        writer.WriteFrame(underlay, 1_000_000_002, new byte[64]);

        var frames = PcapNgReader.ReadAll(file.ToArray());

        Assert.That(
            frames.Select(f => (f.InterfaceName, f.Nanoseconds, f.Frame.Length, f.OriginalLength, f.Comment)),
            Is.EqualTo(new[] { ("leaf1:eth3", 1_000_000_001UL, 15, 15L, "host asks"), ("leaf1:underlay", 1_000_000_002UL, 64, 64L, null) }));
    }

    [Test]
    public void Every_cut_of_a_file_either_reads_or_says_where_it_is_damaged()
    {
        using var file = new MemoryStream();
        var writer = new PcapNgWriter(file, "test");
        writer.WriteFrame(writer.AddInterface("a"), 5, new byte[20], "remark");
        var whole = file.ToArray();

        for (var length = 0; length < whole.Length; length++)
        {
            try
            {
                Assert.That(PcapNgReader.ReadAll(whole.AsMemory(0, length)), Is.Empty);
            }
            catch (InvalidDataException e)
            {
                Assert.That(e.Message, Does.StartWith("pcapng block at byte "));
            }
        }
    }

    [Test]
    public void Every_changed_byte_of_a_file_either_reads_or_says_where_it_is_damaged()
    {
        using var file = new MemoryStream();
        var writer = new PcapNgWriter(file, "test");
        writer.WriteFrame(writer.AddInterface("a"), 5, new byte[20], "remark");
        var whole = file.ToArray();

        for (var at = 0; at < whole.Length; at++)
        {
            foreach (var value in (byte[])[0x00, 0x7F, 0xFF])
            {
                var changed = (byte[])whole.Clone();
                changed[at] = value;
                try
                {
                    PcapNgReader.ReadAll(changed);
                }
                catch (InvalidDataException e)
                {
                    Assert.That(e.Message, Does.StartWith("pcapng block at byte "));
                }
            }
        }
    }
}
