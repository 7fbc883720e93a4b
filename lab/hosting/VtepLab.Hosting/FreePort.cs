using System.Net;
using System.Net.Sockets;

namespace VtepLab.Hosting;

/// <summary>TCP ports of 127.0.0.1 for programs that cannot choose one by themselves.</summary>
/// <remarks>
/// A port that the system chose is anybody's again until the program binds it, be it for an outgoing connection. These lie below the range of
/// which the system takes (<c>ip_local_port_range</c>, from 32768), and one that was given to this process is given to no other while it lives:
/// each is marked by an abstract unix socket, which ends with its process.
/// </remarks>
public static class FreePort
{
    private const int First = 10_000;
    private const int Count = 22_000;

    private static readonly Lock Gate = new();
    private static readonly List<Socket> Marks = [];
    private static int s_next = Environment.ProcessId * 37 % Count; // Processes begin far from each other.

    /// <summary>A port on which nothing listens, and which no other process was or will be given.</summary>
    /// <exception cref="InvalidOperationException">There is none left.</exception>
    public static int Take()
    {
        lock (Gate)
        {
            for (var tries = 0; tries < Count; tries++)
            {
                var port = First + s_next;
                s_next = (s_next + 1) % Count;
                if (Bind(new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified), new UnixDomainSocketEndPoint($"\0vteplab-port-{port}")) is { } mark)
                {
                    Marks.Add(mark);
                    using var probe = Bind(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp), new IPEndPoint(IPAddress.Any, port));
                    if (probe is not null)
                    {
                        return port;
                    }
                }
            }
        }

        throw new InvalidOperationException($"no TCP port from {First} to {First + Count - 1} is free");
    }

    private static Socket? Bind(Socket socket, EndPoint at)
    {
        try
        {
            socket.Bind(at);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }
}
