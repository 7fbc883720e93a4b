using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using VtepLab.Runtime;

namespace VtepLab.Hosting;

/// <summary>Real sockets: TCP, TLS over TCP, and Unix domain.</summary>
internal sealed class LiveNetwork(LiveHostOptions options, TimeProvider time, EventLoop loop) : INetwork
{
    private const int MostPending = 128;

    /// <summary>How long to wait when the queue of a unix socket that we connect to is full.</summary>
    private static readonly TimeSpan FullQueue = TimeSpan.FromMilliseconds(10);

    private readonly ILogger _log = options.Logs.CreateLogger<LiveNetwork>();

    public async ValueTask<IConnection> ConnectAsync(Endpoint endpoint, TlsIdentity? tls = null, CancellationToken cancel = default)
    {
        if (endpoint.IsPassive)
        {
            throw new ArgumentException($"{endpoint} listens; expected tcp:, ssl: or unix: to connect to", nameof(endpoint));
        }

        if (endpoint.IsTls && tls is null)
        {
            throw new ArgumentException($"{endpoint} needs a private key, a certificate and an authority", nameof(tls));
        }

        LoopSocket? socket = null;
        try
        {
            socket = await ReachAsync(endpoint, cancel);
            return await OpenAsync(socket, endpoint, endpoint.IsTls ? tls : null, endpoint.Host, cancel);
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            // A socket file that is not there is refused like one nobody listens on.
            throw endpoint.Scheme == EndpointScheme.Unix && e.SocketErrorCode == SocketError.AddressNotAvailable
                ? new NetworkException(NetworkError.Refused, $"connecting to {endpoint}: there is no such socket", e)
                : SocketErrors.Translate(e, $"connecting to {endpoint}");
        }
        catch
        {
            socket?.Dispose();
            throw;
        }
    }

    public ValueTask<IListener> ListenAsync(Endpoint endpoint, TlsIdentity? tls = null, CancellationToken cancel = default)
    {
        if (!endpoint.IsPassive)
        {
            throw new ArgumentException($"{endpoint} connects; expected ptcp:, pssl: or punix: to listen on", nameof(endpoint));
        }

        if (endpoint.IsTls && tls is null)
        {
            throw new ArgumentException($"{endpoint} needs a private key, a certificate and an authority", nameof(tls));
        }

        cancel.ThrowIfCancellationRequested();
        // An address only, as ovsdb(7) has it; none is every IPv4 address.
        EndPoint end = endpoint.Scheme == EndpointScheme.PassiveUnix ? new UnixDomainSocketEndPoint(endpoint.Host)
            : endpoint.Host.Length == 0 ? new IPEndPoint(IPAddress.Any, endpoint.Port)
            : IPAddress.TryParse(endpoint.Host, out var given) ? new IPEndPoint(given, endpoint.Port)
            : throw new NetworkException(NetworkError.AddressUnavailable, $"listening on {endpoint}: '{endpoint.Host}' is no IP address");
        var socket = NewSocket(end);
        try
        {
            if (endpoint.Scheme != EndpointScheme.PassiveUnix)
            {
                AllowRestart(socket);
            }

            socket.Bind(end);
            socket.Listen(MostPending);
            var local = endpoint.Scheme == EndpointScheme.PassiveUnix
                ? endpoint
                : endpoint with { Port = ((IPEndPoint)socket.LocalEndPoint!).Port };
            var identity = endpoint.IsTls ? tls : null;
            return new(new LiveListener(socket, local, s => WelcomeAsync(s, local, identity), time, _log));
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw SocketErrors.Translate(e, $"listening on {endpoint}");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Connects to the first address of the endpoint that takes us.</summary>
    private async Task<LoopSocket> ReachAsync(Endpoint endpoint, CancellationToken cancel)
    {
        EndPoint[] ends = endpoint.Scheme == EndpointScheme.Unix ? [new UnixDomainSocketEndPoint(endpoint.Host)]
            : IPAddress.TryParse(endpoint.Host, out var address) ? [new IPEndPoint(address, endpoint.Port)]
            : [.. (await Dns.GetHostAddressesAsync(endpoint.Host, cancel)).Select(found => new IPEndPoint(found, endpoint.Port))];
        for (var i = 0; ; i++)
        {
            var socket = new LoopSocket(NewSocket(ends[i]), loop);
            try
            {
                await socket.ConnectAsync(ends[i], cancel);
                return socket;
            }
            catch (Exception e)
            {
                socket.Dispose();
                if (e is SocketException { SocketErrorCode: SocketError.WouldBlock })
                {
                    await Task.Delay(FullQueue, time, cancel);
                    i--;
                }
                else if (e is not SocketException || i + 1 == ends.Length)
                {
                    throw;
                }
            }
        }
    }

    private static Socket NewSocket(EndPoint end) => end is UnixDomainSocketEndPoint
        ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
        : new Socket(end.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    /// <summary>Lets a listener take a port whose old connections have not timed out yet, but not one that is listened on.</summary>
    private static void AllowRestart(Socket socket)
    {
        if (OperatingSystem.IsLinux())
        {
            // SOL_SOCKET, SO_REUSEADDR by number: SocketOptionName.ReuseAddress sets SO_REUSEPORT as well, which would share the port.
            socket.SetRawSocketOption(1, 2, BitConverter.GetBytes(1));
        }
    }

    private async Task<LiveConnection> WelcomeAsync(Socket socket, Endpoint local, TlsIdentity? identity)
    {
        if (local.Scheme != EndpointScheme.PassiveUnix)
        {
            socket.NoDelay = true;
        }

        var taken = new LoopSocket(socket, loop);
        taken.Watch();
        return await OpenAsync(taken, local, identity, null, CancellationToken.None);
    }

    private async Task<LiveConnection> OpenAsync(
        LoopSocket socket, Endpoint endpoint, TlsIdentity? identity, string? targetHost, CancellationToken cancel)
    {
        var (local, remote) = Ends(socket.Socket, endpoint);
        Stream stream = new LoopStream(socket);
        if (identity is not null)
        {
            using var limit = new CancellationTokenSource(options.HandshakeTimeout, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
            try
            {
                stream = await TlsSession.HandshakeAsync(stream, identity, targetHost, remote.ToString(), either.Token);
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                throw new NetworkException(NetworkError.Tls, $"TLS with {remote} failed: no handshake within {options.HandshakeTimeout}");
            }
        }

        return new LiveConnection(socket, stream, local, remote, options.HandshakeTimeout, time);
    }

    private static (Endpoint Local, Endpoint Remote) Ends(Socket socket, Endpoint endpoint)
    {
        if (socket.AddressFamily == AddressFamily.Unix)
        {
            var path = new Endpoint(EndpointScheme.Unix, endpoint.Host, 0);
            return (path, path);
        }

        var scheme = endpoint.IsTls ? EndpointScheme.Ssl : EndpointScheme.Tcp;
        return (Of(socket.LocalEndPoint), Of(socket.RemoteEndPoint));

        Endpoint Of(EndPoint? end)
        {
            var ip = (IPEndPoint)end!;
            var address = ip.Address.IsIPv4MappedToIPv6 ? ip.Address.MapToIPv4() : ip.Address;
            return new Endpoint(scheme, address.ToString(), ip.Port);
        }
    }
}
