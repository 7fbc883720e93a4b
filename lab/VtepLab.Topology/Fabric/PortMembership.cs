namespace VtepLab.Topology;

/// <summary>Which network a VLAN of a device's port belongs to, and belonged to when a frame was sent.</summary>
/// <param name="now">The clock.</param>
public sealed class PortMembership(Func<TimeSpan> now)
{
    /// <summary>How long a device may take to follow what its database says; until then both the old and the new holds.</summary>
    public static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);

    private readonly Dictionary<(string Device, string Port, int Vlan), List<Stay>> _spans = [];

    /// <summary>It belongs to a network from now on, as soon as the device is told.</summary>
    public void Begin(string device, string port, int vlan, string network)
    {
        if (!_spans.TryGetValue((device, port, vlan), out var spans))
        {
            _spans.Add((device, port, vlan), spans = []);
        }

        if (spans is [.., { Until.Ticks: long.MaxValue } last] && last.Network != network)
        {
            End(device, port, vlan); // One transaction takes it from the one and gives it to the other.
        }

        spans.Add(new Stay(network, now(), TimeSpan.MaxValue));
    }

    /// <summary>The device has been told that it belongs to none, or to another one.</summary>
    public void End(string device, string port, int vlan)
    {
        if (_spans.GetValueOrDefault((device, port, vlan)) is [.., var last] spans && last.Until == TimeSpan.MaxValue)
        {
            spans[^1] = last with { Until = now() + Settling };
        }
    }

    /// <summary>The ports and VLANs of a device that belong to a network now, by what the device has been told.</summary>
    public IEnumerable<(string Port, int Vlan)> PlacesOf(string device) =>
        _spans.Where(s => s.Key.Device == device && s.Value is [.., { Until.Ticks: long.MaxValue }]).Select(s => (s.Key.Port, s.Key.Vlan));

    /// <summary>The network it belongs to now; null for none.</summary>
    public string? NetworkOf(string device, string port, int vlan) =>
        _spans.GetValueOrDefault((device, port, vlan)) is [.., var last] && last.Until > now() ? last.Network : null;

    /// <summary>The networks it belonged to at some time since a moment.</summary>
    public IReadOnlyList<string> NetworksSince(string device, string port, int vlan, TimeSpan since) =>
        [.. (_spans.GetValueOrDefault((device, port, vlan)) ?? []).Where(s => s.Until >= since).Select(s => s.Network).Distinct()];

    private readonly record struct Stay(string Network, TimeSpan From, TimeSpan Until);
}
