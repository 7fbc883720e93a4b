using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using VtepLab.Runtime;

namespace VtepLab.Hosting;

/// <summary>A network interface of this machine.</summary>
/// <param name="Device">Its name, such as <c>eth1</c>.</param>
/// <param name="Namespace">The network namespace it is in, by the name <c>ip netns</c> knows; null for our own.</param>
public sealed record LiveInterface(string Device, string? Namespace = null);

/// <summary>A real interface as a frame port, through libpcap: what comes in is handed over, what we send is not seen again.</summary>
/// <remarks>
/// Needs the right to capture (root, or CAP_NET_RAW; CAP_SYS_ADMIN for a namespace). A thread of its own reads and posts each frame to the host's
/// loop. Whether the link is up is asked every <see cref="LinkPolling"/>.
/// </remarks>
public sealed class LiveFramePort : IFramePort, IDisposable
{
    /// <summary>How often the interface's state is looked at.</summary>
    public static readonly TimeSpan LinkPolling = TimeSpan.FromMilliseconds(250);

    private const int NetworkNamespace = 0x40000000; // CLONE_NEWNET
    private const int GetFlags = 0x8913; // SIOCGIFFLAGS
    private const int GetMtu = 0x8921; // SIOCGIFMTU
    private const int UpAndRunning = 0x41; // IFF_UP | IFF_RUNNING
    private const int InterfaceRequestBytes = 40;
    private const int NameBytes = 16;

    private readonly SynchronizationContext _loop;
    private readonly LiveInterface _interface;
    private readonly ITimer _polling;
    private readonly Thread _reader;
    private nint _pcap;
    private int _control = -1;
    private volatile bool _closed;

    private LiveFramePort(IHost host, string name, LiveInterface live)
    {
        (Name, _interface) = (name, live);
        _loop = SynchronizationContext.Current ?? throw new InvalidOperationException("a port is opened on its host's loop");
        Exception? failed = null;

        // A thread changes its namespace for good, so it is one of its own; the handles it opens stay in that namespace.
        var opener = new Thread(() =>
        {
            try
            {
                Open();
            }
            catch (Exception e) when (e is IOException or DllNotFoundException or UnauthorizedAccessException)
            {
                failed = e;
            }
        });
        opener.Start();
        opener.Join();
        if (failed is not null)
        {
            throw new IOException($"the port {name} cannot be opened on {live.Device}: {failed.Message}", failed);
        }

        Mtu = Ask(GetMtu);
        IsUp = LooksUp();
        _polling = host.Time.CreateTimer(_ => Poll(), null, LinkPolling, LinkPolling);
        _reader = new Thread(Read) { Name = $"frames of {name}", IsBackground = true };
        _reader.Start();
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public bool IsUp { get; private set; }

    /// <inheritdoc/>
    public int Mtu { get; }

    /// <inheritdoc/>
    public FrameHandler? Received { get; set; }

    /// <inheritdoc/>
    public Action? LinkChanged { get; set; }

    /// <summary>Frames that could not be sent.</summary>
    public long Dropped { get; private set; }

    /// <summary>Opens an interface; for <see cref="LiveHostOptions.FramePorts"/> or from the host's code.</summary>
    /// <exception cref="IOException">There is no such interface, or no right to capture.</exception>
    public static LiveFramePort Open(IHost host, string name, LiveInterface live)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(live);
        return new LiveFramePort(host, name, live);
    }

    /// <inheritdoc/>
    public void Send(ReadOnlySpan<byte> frame)
    {
        if (_closed || !IsUp || Pcap.Inject(_pcap, frame.ToArray(), (nuint)frame.Length) != frame.Length)
        {
            Dropped++;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_closed)
        {
            return;
        }

        _closed = true;
        _polling.Dispose();
        Pcap.BreakLoop(_pcap); // Wakes the reader.
        _reader.Join();
        Pcap.Close(_pcap);
        _ = Pcap.CloseDescriptor(_control);
    }

    private void Open()
    {
        if (_interface.Namespace is { } name)
        {
            using var space = File.OpenHandle($"/run/netns/{name}");
            if (Pcap.SetNamespace((int)space.DangerousGetHandle(), NetworkNamespace) != 0)
            {
                throw new IOException($"no way into the namespace {name}: error {Marshal.GetLastPInvokeError()}");
            }
        }

        _control = Pcap.Socket(2, 2, 0); // AF_INET, SOCK_DGRAM: any socket will do to ask for an interface's state.
        var mtu = Ask(GetMtu);
        if (mtu < 0)
        {
            throw new IOException("there is no such interface");
        }

        var error = new byte[Pcap.ErrorBufferBytes];
        _pcap = Pcap.Create(_interface.Device, error);
        if (_pcap == 0)
        {
            throw new IOException(Encoding.UTF8.GetString(error).TrimEnd('\0'));
        }

        // The snap length decides about loss: the ring has slots of it, so it is no larger than a frame may be.
        _ = Pcap.SetSnapLength(_pcap, Math.Max(2048, mtu + 64));
        _ = Pcap.SetPromiscuous(_pcap, 1);
        _ = Pcap.SetImmediate(_pcap, 1);
        _ = Pcap.SetBuffer(_pcap, 16 << 20);
        _ = Pcap.SetPrecision(_pcap, Pcap.Nanoseconds);
        if (Pcap.Activate(_pcap) < 0)
        {
            var reason = Marshal.PtrToStringUTF8(Pcap.Error(_pcap));
            Pcap.Close(_pcap);
            throw new IOException(reason is { Length: > 0 } ? reason : "no right to capture, or the interface is down");
        }

        _ = Pcap.SetDirection(_pcap, Pcap.Incoming);
    }

    private void Read()
    {
        while (!_closed)
        {
            var got = Pcap.Next(_pcap, out var header, out var data);
            if (got == 1)
            {
                // struct pcap_pkthdr: seconds, nanoseconds, captured length, length.
                var frame = new byte[Marshal.ReadInt32(header, 16)];
                Marshal.Copy(data, frame, 0, frame.Length);
                _loop.Post(_ => Deliver(frame), null);
            }
            else if (got < 0 && !_closed)
            {
                Thread.Sleep(LinkPolling); // The interface went down: ask again until it is back.
            }
        }
    }

    private void Deliver(byte[] frame)
    {
        if (!_closed)
        {
            Received?.Invoke(frame);
        }
    }

    private void Poll()
    {
        var up = LooksUp();
        if (up != IsUp && !_closed)
        {
            IsUp = up;
            LinkChanged?.Invoke();
        }
    }

    private bool LooksUp() => Ask(GetFlags) is var flags && flags >= 0 && (flags & UpAndRunning) == UpAndRunning;

    /// <summary>Asks the kernel about the interface; -1 when there is none.</summary>
    private int Ask(int what)
    {
        var request = new byte[InterfaceRequestBytes];
        var name = Encoding.ASCII.GetBytes(_interface.Device);
        if (name.Length >= NameBytes)
        {
            return -1;
        }

        name.CopyTo(request, 0);
        return Pcap.InputOutputControl(_control, (nuint)what, request) != 0 ? -1
            : what == GetFlags ? BinaryPrimitives.ReadUInt16LittleEndian(request.AsSpan(NameBytes))
            : BinaryPrimitives.ReadInt32LittleEndian(request.AsSpan(NameBytes));
    }
}
