using VtepLab.OpenFlow.Switching;
using VtepLab.Packets;
using VtepLab.Runtime;

namespace VtepLab.Emulators.ComputeNode;

/// <summary>A service node: takes the flooded frames of switches that do not replicate themselves, and sends a copy to every other VTEP.</summary>
/// <remarks>
/// One bridge with a tunnel port to each VTEP and a flow to each VNI. The VTEP that a frame came from gets no copy, for Open vSwitch
/// outputs nothing to the port a frame came in by; a VTEP that is no member of any network is not heard.
/// </remarks>
public sealed class ServiceNode : IDisposable
{
    private readonly SortedDictionary<IpAddress, TunnelPort> _tunnels = [];
    private readonly SortedDictionary<int, string> _flows = [];
    private readonly bool _sendsBack;
    private readonly OpenVSwitch _switch;
    private readonly Bridge _bridge;
    private readonly UnderlayInterface _underlay;

    /// <summary>Sets a node up on a host; it replicates nothing yet.</summary>
    /// <param name="host">The machine.</param>
    /// <param name="underlay">Its interface on the underlay; the address is its VTEP's.</param>
    /// <param name="underlayPort">The name of the frame port that leads there.</param>
    /// <param name="sendsBack">True for one that is wrong on purpose: the VTEP that a frame came from gets its copy, too.</param>
    public ServiceNode(IHost host, UnderlayOptions underlay, string underlayPort = "ul0", bool sendsBack = false)
    {
        _sendsBack = sendsBack;
        _switch = new OpenVSwitch(host.Time);
        _bridge = _switch.AddBridge("br-tun");
        _underlay = new UnderlayInterface(host.FramePorts[underlayPort], host.Time, underlay, _switch.ReceiveVxlan);
        _switch.Underlay = _underlay;
    }

    /// <summary>Replicates among these VTEPs from now on, for each VNI.</summary>
    public void Replicate(IReadOnlyDictionary<Vni, IReadOnlyCollection<IpAddress>> members)
    {
        foreach (var vtep in members.Values.SelectMany(m => m).Distinct().Where(v => v != _underlay.Options.Address && !_tunnels.ContainsKey(v)).Order())
        {
            _tunnels.Add(vtep, _bridge.AddTunnelPort($"vxlan-{_tunnels.Count + 1}", new TunnelOptions(vtep, _underlay.Options.Address)));
        }

        var wanted = members.ToDictionary(
            m => m.Key.Value,
            m => $"table=0,priority=1,tun_id={m.Key},actions=set_field:{m.Key}->tun_id"
                + string.Concat(m.Value.Where(_tunnels.ContainsKey).Order().Select(v => $",output:{_tunnels[v].Number}"))
                + (_sendsBack ? ",in_port" : ""));
        foreach (var vni in _flows.Keys.Except(wanted.Keys).ToList())
        {
            _bridge.Flows.Delete($"table=0,tun_id={vni}");
            _flows.Remove(vni);
        }

        foreach (var (vni, flow) in wanted.Where(w => _flows.GetValueOrDefault(w.Key) != w.Value).OrderBy(w => w.Key))
        {
            _bridge.Flows.Add(flow, OpenFlow.OpenFlowVersion.OpenFlow13);
            _flows[vni] = flow;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _underlay.Dispose();
}
