using System.Net.Sockets;
using System.Security.Cryptography;
using VtepLab.Runtime;

namespace VtepLab.Hosting;

/// <summary>Says in the ports' words what a socket complained of.</summary>
internal static class SocketErrors
{
    /// <summary>Whether an exception is what a socket, or TLS over one, has to say of a stream that broke.</summary>
    public static bool IsBroken(Exception e) => e is IOException or SocketException or ObjectDisposedException or CryptographicException;

    /// <summary>Wraps an exception of a socket or of a stream over one.</summary>
    /// <param name="e">The exception.</param>
    /// <param name="doing">What was being done, to which endpoint; begins the message.</param>
    public static NetworkException Translate(Exception e, string doing)
    {
        var code = (e as SocketException ?? e.InnerException as SocketException)?.SocketErrorCode;
        var error = code switch
        {
            SocketError.ConnectionRefused => NetworkError.Refused,
            SocketError.AddressAlreadyInUse or SocketError.AddressNotAvailable or SocketError.AccessDenied => NetworkError.AddressUnavailable,
            SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown or SocketError.OperationAborted
                or SocketError.Interrupted or SocketError.NotConnected => NetworkError.Reset,
            null => e is ObjectDisposedException or IOException or CryptographicException ? NetworkError.Reset : NetworkError.Unreachable,
            _ => NetworkError.Unreachable,
        };
        return new NetworkException(error, $"{doing}: {(e is ObjectDisposedException ? "the stream was aborted" : Reason(e))}", e);
    }

    // What TLS says of an alert is two exceptions further in than what the stream says of TLS.
    private static string Reason(Exception e)
    {
        while (e is not SocketException && e.InnerException is { } inner)
        {
            e = inner;
        }

        return e.Message;
    }
}
