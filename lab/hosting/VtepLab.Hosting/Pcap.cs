using System.Runtime.InteropServices;

namespace VtepLab.Hosting;

/// <summary>The few functions of libpcap and libc that a frame port needs.</summary>
internal static class Pcap
{
    public const int ErrorBufferBytes = 256;
    public const int Incoming = 1;
    public const int Nanoseconds = 1;
    private const string Library = "pcap";

    static Pcap() => NativeLibrary.SetDllImportResolver(typeof(Pcap).Assembly, (name, assembly, path) =>
    {
        if (name == Library)
        {
            // Debian has no libpcap.so without the development package.
            foreach (var candidate in (string[])["libpcap.so.0.8", "libpcap.so.1", "libpcap.so"])
            {
                if (NativeLibrary.TryLoad(candidate, assembly, path, out var handle))
                {
                    return handle;
                }
            }
        }

        return 0;
    });

    [DllImport(Library, EntryPoint = "pcap_create")]
    public static extern nint Create([MarshalAs(UnmanagedType.LPUTF8Str)] string source, byte[] error);

    [DllImport(Library, EntryPoint = "pcap_set_snaplen")]
    public static extern int SetSnapLength(nint pcap, int bytes);

    [DllImport(Library, EntryPoint = "pcap_set_promisc")]
    public static extern int SetPromiscuous(nint pcap, int on);

    [DllImport(Library, EntryPoint = "pcap_set_immediate_mode")]
    public static extern int SetImmediate(nint pcap, int on);

    [DllImport(Library, EntryPoint = "pcap_set_buffer_size")]
    public static extern int SetBuffer(nint pcap, int bytes);

    [DllImport(Library, EntryPoint = "pcap_set_tstamp_precision")]
    public static extern int SetPrecision(nint pcap, int precision);

    [DllImport(Library, EntryPoint = "pcap_activate")]
    public static extern int Activate(nint pcap);

    [DllImport(Library, EntryPoint = "pcap_setdirection")]
    public static extern int SetDirection(nint pcap, int direction);

    [DllImport(Library, EntryPoint = "pcap_next_ex")]
    public static extern int Next(nint pcap, out nint header, out nint data);

    [DllImport(Library, EntryPoint = "pcap_inject")]
    public static extern int Inject(nint pcap, byte[] frame, nuint bytes);

    [DllImport(Library, EntryPoint = "pcap_breakloop")]
    public static extern void BreakLoop(nint pcap);

    [DllImport(Library, EntryPoint = "pcap_geterr")]
    public static extern nint Error(nint pcap);

    [DllImport(Library, EntryPoint = "pcap_close")]
    public static extern void Close(nint pcap);

    [DllImport("libc", EntryPoint = "setns", SetLastError = true)]
    public static extern int SetNamespace(int descriptor, int type);

    [DllImport("libc", EntryPoint = "socket", SetLastError = true)]
    public static extern int Socket(int family, int type, int protocol);

    [DllImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    public static extern int InputOutputControl(int descriptor, nuint request, byte[] interfaceRequest);

    [DllImport("libc", EntryPoint = "close")]
    public static extern int CloseDescriptor(int descriptor);
}
