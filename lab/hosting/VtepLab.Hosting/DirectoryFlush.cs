using System.Runtime.InteropServices;

namespace VtepLab.Hosting;

/// <summary>Brings a directory to stable storage: a file that was renamed has its new name after a power failure only then.</summary>
public static class DirectoryFlush
{
    private const int ReadOnly = 0;

    /// <summary>Waits until the names in a directory are on stable storage. .NET opens no directories, so the C library does.</summary>
    /// <param name="path">The directory.</param>
    /// <exception cref="IOException">It cannot be opened or flushed.</exception>
    public static void Run(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return; // A rename is in the file system's journal there.
        }

        var directory = Open(path, ReadOnly);
        if (directory < 0)
        {
            throw Failure(path);
        }

        try
        {
            if (Sync(directory) != 0)
            {
                throw Failure(path);
            }
        }
        finally
        {
            _ = Close(directory);
        }
    }

    private static IOException Failure(string path) =>
        new($"directory {path} cannot be flushed to disk: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int Sync(int descriptor);

    [DllImport("libc", EntryPoint = "close")]
    private static extern int Close(int descriptor);
}
