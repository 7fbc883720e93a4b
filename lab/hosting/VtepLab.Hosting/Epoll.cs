using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace VtepLab.Hosting;

/// <summary>Waits for many descriptors at once, and for a call from another thread: epoll(7) and eventfd(2).</summary>
/// <remarks>
/// Edge-triggered: a descriptor is told of once each time something comes, not for as long as it is there. Whether one may be written is
/// told only while somebody asks, since a unix socket tells so each time its peer has read.
/// </remarks>
internal sealed class Epoll : IDisposable
{
    /// <summary>Something can be read, or the stream has ended or failed.</summary>
    public const uint Readable = 0x001;

    /// <summary>Something can be written.</summary>
    public const uint Writable = 0x004;

    /// <summary>It has failed (EPOLLERR), or an end of the stream is closed (EPOLLHUP, EPOLLRDHUP).</summary>
    public const uint Over = 0x008 | 0x010 | 0x2000;

    private const uint PeerClosed = 0x2000;
    private const uint EdgeTriggered = 0x80000000;
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;
    private const int MostEvents = 256;
    private const int Interrupted = 4; // EINTR

    // struct epoll_event is packed on x86-64 only.
    private static readonly int EventBytes = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int DataOffset = EventBytes - sizeof(ulong);
    private static readonly byte[] One = BitConverter.GetBytes(1UL);

    private readonly SafeFileHandle _epoll = new(Checked(EpollCreate(CloseOnExec), "epoll_create1"), ownsHandle: true);
    private readonly SafeFileHandle _call = new(Checked(EventDescriptor(0, CloseOnExec | NonBlocking), "eventfd"), ownsHandle: true);
    private readonly byte[] _events = new byte[MostEvents * EventBytes];
    private readonly byte[] _scratch = new byte[16];

    /// <summary>Makes it.</summary>
    /// <exception cref="PlatformNotSupportedException">The system is not Linux.</exception>
    public Epoll()
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException("a live host waits by epoll(7), which Linux has");
        }

        Control(1, (int)_call.DangerousGetHandle(), Readable);
    }

    /// <summary>Begins to tell when a descriptor can be read.</summary>
    public void Add(int descriptor) => Control(1, descriptor, Readable | PeerClosed | EdgeTriggered);

    /// <summary>Begins or ceases to tell when a descriptor can be written as well; begun again, it is told anew.</summary>
    public void AlsoWritable(int descriptor, bool also) =>
        Control(3, descriptor, Readable | PeerClosed | EdgeTriggered | (also ? Writable : 0));

    /// <summary>Waits until something has happened.</summary>
    /// <param name="milliseconds">How long at most; 0 only looks, -1 is for ever.</param>
    /// <returns>Of how many descriptors <see cref="Happened"/> tells now.</returns>
    public int Wait(int milliseconds)
    {
        var count = EpollWait(_epoll, _events, MostEvents, milliseconds);
        return count < 0 && Marshal.GetLastPInvokeError() == Interrupted ? 0 : Checked(count, "epoll_wait");
    }

    /// <summary>One of the things that have happened: a descriptor, and what it is; none for a <see cref="Call"/>.</summary>
    public (int Descriptor, uint What) Happened(int index)
    {
        var at = _events.AsSpan(index * EventBytes);
        var (descriptor, what) = (BitConverter.ToInt32(at[DataOffset..]), BitConverter.ToUInt32(at));
        if (descriptor != (int)_call.DangerousGetHandle())
        {
            return (descriptor, what);
        }

        _ = Read(_call, _scratch, sizeof(ulong));
        return (descriptor, 0);
    }

    /// <summary>Ends a wait; the one method for other threads.</summary>
    public void Call()
    {
        try
        {
            _ = Write(_call, One, sizeof(ulong));
        }
        catch (ObjectDisposedException)
        {
            // The loop has ended meanwhile.
        }
    }

    public void Dispose()
    {
        _epoll.Dispose();
        _call.Dispose();
    }

    private void Control(int operation, int descriptor, uint events)
    {
        BitConverter.TryWriteBytes(_scratch, events);
        BitConverter.TryWriteBytes(_scratch.AsSpan(DataOffset), (long)descriptor);
        Checked(EpollControl(_epoll, operation, descriptor, _scratch), "epoll_ctl");
    }

    private static int Checked(int result, string call) =>
        result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError(), $"{call}: {Marshal.GetLastPInvokeErrorMessage()}");

    [DllImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static extern int EpollCreate(int flags);

    [DllImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static extern int EpollControl(SafeFileHandle epoll, int operation, int descriptor, byte[] happening);

    [DllImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    private static extern int EpollWait(SafeFileHandle epoll, byte[] events, int most, int milliseconds);

    [DllImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static extern int EventDescriptor(uint initial, int flags);

    [DllImport("libc", EntryPoint = "read", SetLastError = true)]
    private static extern nint Read(SafeFileHandle descriptor, byte[] buffer, nint bytes);

    [DllImport("libc", EntryPoint = "write", SetLastError = true)]
    private static extern nint Write(SafeFileHandle descriptor, byte[] buffer, nint bytes);
}
