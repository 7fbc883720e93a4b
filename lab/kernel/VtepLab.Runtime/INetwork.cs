using System.IO.Pipelines;

namespace VtepLab.Runtime;

/// <summary>Byte streams between hosts, with the semantics of TCP.</summary>
public interface INetwork
{
    /// <summary>Connects to an active endpoint (<c>tcp:</c>, <c>ssl:</c>, <c>unix:</c>).</summary>
    /// <param name="endpoint">Where to.</param>
    /// <param name="tls">Who we are and whom we trust; required by <c>ssl:</c>.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="NetworkException">Refused, unreachable, timed out, or the TLS handshake failed.</exception>
    ValueTask<IConnection> ConnectAsync(Endpoint endpoint, TlsIdentity? tls = null, CancellationToken cancel = default);

    /// <summary>Listens on a passive endpoint (<c>ptcp:</c>, <c>pssl:</c>, <c>punix:</c>).</summary>
    /// <exception cref="NetworkException">The address is in use or not ours.</exception>
    ValueTask<IListener> ListenAsync(Endpoint endpoint, TlsIdentity? tls = null, CancellationToken cancel = default);
}

/// <summary>One end of a stream. Disposing it sends what was written, then ends both directions.</summary>
public interface IConnection : IDuplexPipe, IAsyncDisposable
{
    /// <summary>This end, as an active endpoint.</summary>
    Endpoint Local { get; }

    /// <summary>The other end, as an active endpoint.</summary>
    Endpoint Remote { get; }

    /// <summary>Ends both directions at once, as a TCP reset does: what is under way is lost.</summary>
    void Abort();
}

/// <summary>A listening endpoint; disposing it stops listening and leaves accepted connections alone.</summary>
public interface IListener : IAsyncDisposable
{
    /// <summary>Where it listens, with the port it was given when it asked for port 0.</summary>
    Endpoint Local { get; }

    /// <summary>The next connection, in the order of arrival.</summary>
    /// <exception cref="OperationCanceledException">Cancelled, or the listener was disposed.</exception>
    ValueTask<IConnection> AcceptAsync(CancellationToken cancel = default);
}

/// <summary>Files of one party's TLS identity (PEM).</summary>
/// <param name="PrivateKeyFile">The private key.</param>
/// <param name="CertificateFile">The certificate that belongs to it.</param>
/// <param name="CaCertificateFile">The authority that must have signed the peer's certificate; the name in it is not looked at.</param>
public sealed record TlsIdentity(string PrivateKeyFile, string CertificateFile, string CaCertificateFile);

/// <summary>Why a stream could not be made or broke.</summary>
public enum NetworkError
{
    /// <summary>Nothing listens there.</summary>
    Refused,

    /// <summary>No answer, no route, or no such host.</summary>
    Unreachable,

    /// <summary>The peer reset the stream.</summary>
    Reset,

    /// <summary>The TLS handshake failed, or the peer was not accepted.</summary>
    Tls,

    /// <summary>The local address is in use or not ours.</summary>
    AddressUnavailable,
}

/// <summary>A stream could not be made, or broke; <see cref="Exception.Message"/> names the endpoint.</summary>
public sealed class NetworkException(NetworkError error, string message, Exception? inner = null) : IOException(message, inner)
{
    /// <summary>What happened.</summary>
    public NetworkError Error { get; } = error;
}
