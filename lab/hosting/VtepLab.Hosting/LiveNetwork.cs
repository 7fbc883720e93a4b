using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using VtepLab.Runtime;

namespace VtepLab.Hosting;

/// <summary>Real sockets: TCP, TLS over TCP, and Unix domain.</summary>
internal sealed class LiveNetwork(LiveHostOptions options, TimeProvider time) : INetwork
{
    private const int MostPending = 128;

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

        var socket = NewSocket(endpoint);
        try
        {
            if (endpoint.Scheme == EndpointScheme.Unix)
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(endpoint.Host), cancel);
            }
            else if (IPAddress.TryParse(endpoint.Host, out var address))
            {
                await socket.ConnectAsync(new IPEndPoint(address, endpoint.Port), cancel);
            }
            else
            {
                await socket.ConnectAsync(endpoint.Host, endpoint.Port, cancel);
            }

            return await OpenAsync(socket, endpoint, endpoint.IsTls ? tls : null, endpoint.Host, cancel);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            // A socket file that is not there is refused like one nobody listens on.
            throw endpoint.Scheme == EndpointScheme.Unix && e.SocketErrorCode == SocketError.AddressNotAvailable
                ? new NetworkException(NetworkError.Refused, $"connecting to {endpoint}: there is no such socket", e)
                : SocketErrors.Translate(e, $"connecting to {endpoint}");
        }
        catch
        {
            socket.Dispose();
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
        var socket = NewSocket(endpoint);
        try
        {
            if (endpoint.Scheme == EndpointScheme.PassiveUnix)
            {
                socket.Bind(new UnixDomainSocketEndPoint(endpoint.Host));
            }
            else
            {
                // An address only, as ovsdb(7) has it; none is every IPv4 address.
                var address = endpoint.Host.Length == 0 ? IPAddress.Any
                    : IPAddress.TryParse(endpoint.Host, out var given) ? given
                    : throw new NetworkException(NetworkError.AddressUnavailable, $"listening on {endpoint}: '{endpoint.Host}' is no IP address");
                AllowRestart(socket);
                socket.Bind(new IPEndPoint(address, endpoint.Port));
            }

            socket.Listen(MostPending);
            var local = endpoint.Scheme == EndpointScheme.PassiveUnix
                ? endpoint
                : endpoint with { Port = ((IPEndPoint)socket.LocalEndPoint!).Port };
            var identity = endpoint.IsTls ? tls : null;
            return new(new LiveListener(socket, local, s => WelcomeAsync(s, local, identity), _log));
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

    private static Socket NewSocket(Endpoint endpoint) =>
        endpoint.Scheme is EndpointScheme.Unix or EndpointScheme.PassiveUnix
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : IPAddress.TryParse(endpoint.Host, out var address) || endpoint.Host.Length == 0
                ? new Socket(address?.AddressFamily ?? AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }
                : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

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

        return await OpenAsync(socket, local, identity, null, CancellationToken.None);
    }

    private async Task<LiveConnection> OpenAsync(
        Socket socket, Endpoint endpoint, TlsIdentity? identity, string? targetHost, CancellationToken cancel)
    {
        var (local, remote) = Ends(socket, endpoint);
        Stream stream = new NetworkStream(socket, ownsSocket: true);
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
