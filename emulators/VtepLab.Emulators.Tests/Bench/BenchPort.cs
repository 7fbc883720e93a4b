using VtepLab.Runtime;

namespace VtepLab.Emulators.Tests.Bench;

/// <summary>A port whose far end is the test.</summary>
internal sealed class BenchPort(string name, int mtu = 1500) : IFramePort
{
    public string Name => name;

    public bool IsUp { get; private set; } = true;

    public int Mtu => mtu;

    public FrameHandler? Received { get; set; }

    public Action? LinkChanged { get; set; }

    /// <summary>What the switch has sent and nobody has taken.</summary>
    public List<byte[]> Sent { get; } = [];

    public void Send(ReadOnlySpan<byte> frame) => Sent.Add(frame.ToArray());

    /// <summary>A frame arrives at the switch.</summary>
    public void Deliver(byte[] frame) => Received!(frame);

    public void SetUp(bool isUp)
    {
        IsUp = isUp;
        LinkChanged!();
    }

    /// <summary>What was sent since the last time, in hexadecimal digits.</summary>
    public string Take()
    {
        var text = string.Join('\n', Sent.Select(Convert.ToHexStringLower));
        Sent.Clear();
        return text;
    }
}
