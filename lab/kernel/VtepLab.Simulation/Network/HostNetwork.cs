using VtepLab.Runtime;

namespace VtepLab.Simulation;

/// <summary>The network as one life of a host sees it.</summary>
internal sealed class HostNetwork(SimulatedHost host, HostContext owner) : INetwork
{
    private SimulatedNetwork Network => host.Simulation.Network;

    public async ValueTask<IConnection> ConnectAsync(Endpoint endpoint, TlsIdentity? tls = null, CancellationToken cancel = default)
    {
        if (endpoint.IsPassive)
        {
            throw new ArgumentException($"{endpoint} listens; expected tcp:, ssl: or unix: to connect to", nameof(endpoint));
        }

        RequireIdentity(endpoint, tls);
        cancel.ThrowIfCancellationRequested();
        var attempt = new ConnectAttempt(Network, owner, host, endpoint, endpoint.IsTls ? tls : null);
        using (cancel.UnsafeRegister(_ => attempt.Cancel(cancel), null))
        {
            return await attempt.Task;
        }
    }

    public ValueTask<IListener> ListenAsync(Endpoint endpoint, TlsIdentity? tls = null, CancellationToken cancel = default)
    {
        if (!endpoint.IsPassive)
        {
            throw new ArgumentException($"{endpoint} connects; expected ptcp:, pssl: or punix: to listen on", nameof(endpoint));
        }

        RequireIdentity(endpoint, tls);
        cancel.ThrowIfCancellationRequested();
        return new(Network.Listen(owner, host, endpoint, endpoint.IsTls ? tls : null));
    }

    private static void RequireIdentity(Endpoint endpoint, TlsIdentity? tls)
    {
        if (endpoint.IsTls && tls is null)
        {
            throw new ArgumentException($"{endpoint} needs a private key, a certificate and an authority", nameof(tls));
        }
    }
}
