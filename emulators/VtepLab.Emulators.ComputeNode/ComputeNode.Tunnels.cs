using System.Globalization;
using VtepLab.OpenFlow.Switching;
using VtepLab.Packets;

namespace VtepLab.Emulators.ComputeNode;

// Tunnels and what is behind them: tunnel_sync and tunnel_update without l2population, fdb messages with it.
public sealed partial class ComputeNode
{
    /// <summary>The reply to <c>tunnel_sync</c>: the VTEPs of the cloud. With l2population it makes no tunnel.</summary>
    public void SyncTunnels(IEnumerable<IpAddress> vteps)
    {
        foreach (var vtep in vteps.Order())
        {
            UpdateTunnel(vtep);
        }
    }

    /// <summary><c>tunnel_update</c>: a VTEP came up. Every network floods to it.</summary>
    public void UpdateTunnel(IpAddress vtep)
    {
        if (_options.HasL2Population || vtep == TunnelIp)
        {
            return;
        }

        PortTo(vtep);
        foreach (var local in _networks.Values)
        {
            local.Flooded.Add(vtep);
            WriteFlood(local);
        }
    }

    /// <summary><c>tunnel_delete</c>: a VTEP is gone.</summary>
    public void DeleteTunnel(IpAddress vtep)
    {
        if (_options.HasL2Population)
        {
            return;
        }

        foreach (var local in _networks.Values)
        {
            local.Flooded.Remove(vtep);
            WriteFlood(local);
        }

        RemoveTunnel(vtep);
    }

    /// <summary><c>add_fdb_entries</c>. What concerns networks unknown here, or our own VTEP, is ignored.</summary>
    public void AddFdbEntries(FdbEntries entries)
    {
        if (!_options.HasL2Population || !_networks.TryGetValue(entries.Network, out var local))
        {
            return;
        }

        foreach (var (vtep, ports) in entries.Ports.OrderBy(p => p.Key))
        {
            if (vtep == TunnelIp)
            {
                continue;
            }

            var tunnel = PortTo(vtep);
            foreach (var port in ports)
            {
                if (port.IsFlooding)
                {
                    local.Flooded.Add(vtep);
                    WriteFlood(local);
                    continue;
                }

                local.Unicast[port.Mac] = vtep;
                _tunnelBridge.AddUnicast(local.Vlan, local.Vni, port.Mac, tunnel.Number);
                AnswerFor(local, port);
            }
        }
    }

    /// <summary><c>remove_fdb_entries</c>. A tunnel that nothing uses any more goes too.</summary>
    public void RemoveFdbEntries(FdbEntries entries)
    {
        if (!_options.HasL2Population || !_networks.TryGetValue(entries.Network, out var local))
        {
            return;
        }

        foreach (var (vtep, ports) in entries.Ports.OrderBy(p => p.Key))
        {
            foreach (var port in ports)
            {
                if (port.IsFlooding)
                {
                    local.Flooded.Remove(vtep);
                    WriteFlood(local);
                    continue;
                }

                // The address may be behind another VTEP by now: then the newer word stands.
                if (local.Unicast.TryGetValue(port.Mac, out var now) && now == vtep)
                {
                    local.Unicast.Remove(port.Mac);
                    _tunnelBridge.RemoveUnicast(local.Vlan, port.Mac);
                    RemoveAnswerFor(local, port);
                }
            }
        }

        RemoveUnusedTunnels();
    }

    /// <summary><c>update_fdb_entries</c>, <c>chg_ip</c>: the ARP answers follow.</summary>
    public void UpdateFdbEntries(FdbIpChange change)
    {
        if (!_networks.TryGetValue(change.Network, out var local) || change.Vtep == TunnelIp)
        {
            return;
        }

        foreach (var port in change.After)
        {
            AnswerFor(local, port);
        }

        foreach (var port in change.Before)
        {
            RemoveAnswerFor(local, port);
        }
    }

    private void AnswerFor(LocalNetwork local, FdbPort port)
    {
        if (_options.HasArpResponder && !port.Ip.IsV6)
        {
            _tunnelBridge.AddArpAnswer(local.Vlan, port.Ip, port.Mac);
        }
    }

    private void RemoveAnswerFor(LocalNetwork local, FdbPort port)
    {
        if (_options.HasArpResponder && !port.Ip.IsV6)
        {
            _tunnelBridge.RemoveArpAnswer(local.Vlan, port.Ip);
        }
    }

    private void WriteFlood(LocalNetwork local) =>
        _tunnelBridge.Flood(local.Vlan, local.Vni, [.. local.Flooded.Select(v => _tunnels[v].Number)]);

    private TunnelPort PortTo(IpAddress vtep)
    {
        if (_tunnels.TryGetValue(vtep, out var port))
        {
            return port;
        }

        port = Tunnels.AddTunnelPort(TunnelName(vtep), new TunnelOptions(vtep, TunnelIp));
        _tunnels.Add(vtep, port);
        _tunnelBridge.AddTunnelPort(port.Number);
        return port;
    }

    private void RemoveUnusedTunnels()
    {
        foreach (var vtep in _tunnels.Keys.ToArray())
        {
            if (!_networks.Values.Any(n => n.Flooded.Contains(vtep) || n.Unicast.ContainsValue(vtep)))
            {
                RemoveTunnel(vtep);
            }
        }
    }

    private void RemoveTunnel(IpAddress vtep)
    {
        if (_tunnels.Remove(vtep, out var port))
        {
            _tunnelBridge.RemoveTunnelPort(port.Number);
            Tunnels.RemovePort(port);
        }
    }

    // vxlan- and the address as eight hexadecimal digits.
    private static string TunnelName(IpAddress vtep)
    {
        Span<byte> bytes = stackalloc byte[16];
        vtep.Write(bytes);
        return string.Create(CultureInfo.InvariantCulture, $"vxlan-{Convert.ToHexStringLower(bytes[..4])}");
    }
}
