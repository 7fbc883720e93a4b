using VtepLab.Runtime;

namespace VtepLab.OvsdbPeers;

/// <summary>One way to reach the server, and how its connections behave.</summary>
/// <param name="Endpoint">Where to listen, or whom to connect to.</param>
/// <param name="InactivityProbe">Silence before a probe; zero for never. Ignored by unix sockets, which are never probed.</param>
/// <param name="MaxBackoff">The longest wait before connecting out again.</param>
public sealed record RemoteSettings(Endpoint Endpoint, TimeSpan InactivityProbe, TimeSpan MaxBackoff)
{
    /// <summary>The probe that the endpoint's kind of stream gets.</summary>
    public TimeSpan EffectiveProbe =>
        Endpoint.Scheme is EndpointScheme.Unix or EndpointScheme.PassiveUnix ? TimeSpan.Zero : InactivityProbe;
}
