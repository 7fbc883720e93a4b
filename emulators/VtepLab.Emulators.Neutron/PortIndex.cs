using System.Text.Json.Nodes;
using VtepLab.Neutron.Core;

namespace VtepLab.Emulators.Neutron;

/// <summary>The ports by network, and which addresses they have taken: a network may have many thousands, and each new one asks.</summary>
internal sealed class PortIndex
{
    private const int FirstHost = 2; // The one before is the gateway's.

    private readonly Dictionary<string, Members> _networks = [];
    private readonly Dictionary<string, int> _firstFree = [];

    /// <summary>What the plugin sees of the ports of a network, in the order of their ids; the list stays as it is when they change.</summary>
    public IReadOnlyList<PortView> Of(string network) => _networks.TryGetValue(network, out var members) ? members.Listed ??= [.. members.Ports.Values] : [];

    /// <summary>Whether another port of the network has a MAC address.</summary>
    /// <param name="network">The network.</param>
    /// <param name="mac">The address, as ports are stored with it.</param>
    /// <param name="self">The id of the port that asks.</param>
    public bool HasMac(string network, string mac, string self) =>
        _networks.TryGetValue(network, out var members) && members.Macs.TryGetValue(mac, out var owner) && owner != self;

    /// <summary>Whether another port of the network has an IP address.</summary>
    public bool HasIp(string network, string address, string self) =>
        _networks.TryGetValue(network, out var members) && members.Ips.TryGetValue(address, out var owner) && owner != self;

    /// <summary>All host numbers of a subnet below this one are taken.</summary>
    public int FirstFree(string subnet) => _firstFree.GetValueOrDefault(subnet, FirstHost);

    /// <summary>All host numbers of a subnet below one were found taken.</summary>
    public void FoundTakenBelow(string subnet, int number) => _firstFree[subnet] = number;

    public void Add(JsonObject port)
    {
        var (id, members) = ((string)port["id"]!, MembersOf((string)port["network_id"]!));
        members.Ports.Add(id, PortResource.View(port));
        members.Listed = null;
        members.Macs[(string)port["mac_address"]!] = id;
        foreach (var address in Ips(port))
        {
            members.Ips[address] = id;
        }
    }

    public void Remove(JsonObject port)
    {
        var members = MembersOf((string)port["network_id"]!);
        members.Ports.Remove((string)port["id"]!);
        members.Listed = null;
        members.Macs.Remove((string)port["mac_address"]!);
        foreach (var address in Ips(port))
        {
            members.Ips.Remove(address);
        }

        _firstFree.Clear();
    }

    private static IEnumerable<string> Ips(JsonObject port) => port["fixed_ips"]!.AsArray().Select(f => f!["ip_address"]!.ToString());

    private Members MembersOf(string network)
    {
        if (!_networks.TryGetValue(network, out var members))
        {
            _networks.Add(network, members = new());
        }

        return members;
    }

    private sealed class Members
    {
        public SortedDictionary<string, PortView> Ports { get; } = new(StringComparer.Ordinal);

        public PortView[]? Listed { get; set; }

        public Dictionary<string, string> Macs { get; } = [];

        public Dictionary<string, string> Ips { get; } = [];
    }
}
