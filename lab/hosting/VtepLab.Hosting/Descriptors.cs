using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace VtepLab.Hosting;

/// <summary>How many files and sockets the process may have open.</summary>
internal static class Descriptors
{
    // What the runtime itself may need at any moment, to load code or to map memory: it ends the process when it gets none.
    private const int Reserve = 32;
    private const int OpenFiles = 7; // RLIMIT_NOFILE on Linux.

    /// <summary>The present limit; the largest number where there is no such thing.</summary>
    public static ulong Limit => OperatingSystem.IsLinux() && GetLimit(OpenFiles, out var limit) == 0 ? limit.Current : ulong.MaxValue;

    /// <summary>Whether so few are left that a socket that was just opened had better be closed: the system gives the lowest free number.</summary>
    public static bool AreScarceAt(Socket socket) => (ulong)socket.Handle + Reserve >= Limit;

    [DllImport("libc", EntryPoint = "getrlimit")]
    private static extern int GetLimit(int resource, out Pair limit);

    [StructLayout(LayoutKind.Sequential)]
    private struct Pair
    {
        public ulong Current;
        public ulong Most;
    }
}
