using System.Net.Sockets;
using System.Text;

namespace VtepLab.Cli.Output;

/// <summary>Tells whoever supervises this process how it is, in systemd's protocol (sd_notify(3)); nothing happens without a supervisor.</summary>
internal static class Supervisor
{
    /// <summary>The server does its work: what waits for a unit of <c>Type=notify</c> goes on.</summary>
    public static void Ready(string status) => Notify($"READY=1\nSTATUS={status}");

    /// <summary>The server was asked to stop and ends what is under way.</summary>
    public static void Stopping() => Notify("STOPPING=1");

    private static void Notify(string message)
    {
        if (Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is not { Length: > 0 } path)
        {
            return;
        }

        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            // A leading @ stands for the zero byte of Linux's abstract names.
            socket.SendTo(Encoding.UTF8.GetBytes(message), new UnixDomainSocketEndPoint(path[0] == '@' ? "\0" + path[1..] : path));
        }
        catch (SocketException gone)
        {
            Console.Error.WriteLine($"the supervisor's socket {path} took no message: {gone.Message}");
        }
    }
}
