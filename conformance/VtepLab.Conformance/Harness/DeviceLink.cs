using VtepLab.Conformance.Wire;
using VtepLab.Runtime;

namespace VtepLab.Conformance.Harness;

/// <summary>Makes connections to the device: calls it, or waits for its call when the endpoint is passive.</summary>
/// <param name="host">Where the suite runs.</param>
/// <param name="endpoint">Where the device is, or where it calls.</param>
/// <param name="tls">Our identity, for the TLS schemes.</param>
/// <param name="transcript">Where the conversation is written down.</param>
public sealed class DeviceLink(IHost host, Endpoint endpoint, TlsIdentity? tls, Transcript transcript) : IAsyncDisposable
{
    private IListener? _listener;

    /// <summary>Where the device is, or where it calls.</summary>
    public Endpoint Endpoint => endpoint;

    /// <summary>Opens one more connection.</summary>
    /// <param name="name">Its name in the transcript.</param>
    /// <param name="check">The check it belongs to, or null.</param>
    /// <param name="within">How long to try.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="NetworkException">It could not be made in time.</exception>
    public Task<WireSession> OpenAsync(string name, string? check, TimeSpan within, CancellationToken cancel) =>
        OpenAsync(endpoint, name, check, within, cancel);

    /// <summary>As the other one, but without TLS.</summary>
    public Task<WireSession> OpenPlainAsync(string name, string? check, TimeSpan within, CancellationToken cancel) =>
        OpenAsync(endpoint.Scheme == EndpointScheme.Ssl ? endpoint with { Scheme = EndpointScheme.Tcp } : endpoint, name, check, within, cancel);

    /// <summary>Stops listening, if it was.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_listener is { } listener)
        {
            await listener.DisposeAsync();
        }
    }

    private async Task<WireSession> OpenAsync(Endpoint where, string name, string? check, TimeSpan within, CancellationToken cancel)
    {
        using var deadline = new CancellationTokenSource(within, host.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
        try
        {
            if (!where.IsPassive)
            {
                return new WireSession(host, await host.Network.ConnectAsync(where, where.IsTls ? tls : null, both.Token), name, transcript, check);
            }

            _listener ??= await host.Network.ListenAsync(endpoint, tls, both.Token);
            return new WireSession(host, await _listener.AcceptAsync(both.Token), name, transcript, check);
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            var what = endpoint.IsPassive ? $"no device called {endpoint}" : $"{endpoint} did not answer";
            throw new NetworkException(NetworkError.Unreachable, $"{what} within {within.TotalSeconds:0.#} s", e);
        }
    }
}
