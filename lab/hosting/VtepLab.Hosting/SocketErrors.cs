using System.Net.Sockets;
using VtepLab.Runtime;

namespace VtepLab.Hosting;

/// <summary>Says in the ports' words what a socket complained of.</summary>
internal static class SocketErrors
{
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
            null => e is ObjectDisposedException or IOException ? NetworkError.Reset : NetworkError.Unreachable,
            _ => NetworkError.Unreachable,
        };
        return new NetworkException(error, $"{doing}: {(e is ObjectDisposedException ? "the stream was aborted" : e.Message)}", e);
    }
}
