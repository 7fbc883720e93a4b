using static VtepLab.HardwareVtep.ColumnTypes;

namespace VtepLab.HardwareVtep;

/// <summary>The tables of the hardware_vtep schema with their history, in the order of vtep(5).</summary>
internal static class VtepSchemaTables
{
    private static readonly Version V110 = new(1, 1, 0);
    private static readonly Version V120 = new(1, 2, 0);
    private static readonly Version V130 = new(1, 3, 0);
    private static readonly Version V140 = new(1, 4, 0);
    private static readonly Version V141 = new(1, 4, 1);
    private static readonly Version V150 = new(1, 5, 0);
    private static readonly Version V151 = new(1, 5, 1);
    private static readonly Version V160 = new(1, 6, 0);
    private static readonly Version V170 = new(1, 7, 0);

    public static IReadOnlyList<TableShape> All { get; } =
    [
        .. Devices(),
        .. Logical(),
        .. MacTables(),
        .. Locators(),
        .. AccessLists(),
    ];

    private static IEnumerable<TableShape> Devices() =>
    [
        new("Global",
            new("managers", References("Manager")),
            new("switches", References("Physical_Switch")),
            OtherConfig(V170)) { IsRoot = true, MaxRows = 1 },
        new("Manager",
            new("target", Text),
            new("max_backoff", OptionalAtLeast(1000)),
            new("inactivity_probe", OptionalInteger),
            new("other_config", Settings),
            new("is_connected", Boolean) { EphemeralSince = new(1, 0, 0) },
            new("status", Settings) { EphemeralSince = new(1, 0, 0) }) { Index = ["target"] },
        new("Physical_Switch",
            new("ports", References("Physical_Port")),
            new("name", Text),
            new("description", Text),
            new("management_ips", Texts),
            new("tunnel_ips", Texts),
            new("tunnels", References("Tunnel")) { Since = V130 },
            FaultStatus("switch_fault_status", V110),
            OtherConfig(V151)) { Index = ["name"] },
        new("Tunnel",
            new("local", Reference("Physical_Locator")),
            new("remote", Reference("Physical_Locator")),
            new("bfd_config_local", Settings),
            new("bfd_config_remote", Settings),
            new("bfd_params", Settings),
            new("bfd_status", Settings) { EphemeralSince = V141 }) { Since = V130 },
        new("Physical_Port",
            new("name", Text),
            new("description", Text),
            new("vlan_bindings", ByVlan("Logical_Switch")),
            new("acl_bindings", ByVlan("ACL")) { Since = V140 },
            // Declared ephemeral, yet a server keeps it: it holds strong references to a table that is no root.
            new("vlan_stats", ByVlan("Logical_Binding_Stats")) { EphemeralSince = V141 },
            FaultStatus("port_fault_status", V110),
            OtherConfig(V151)),
        new("Logical_Binding_Stats",
            Counter("bytes_from_local"),
            Counter("packets_from_local"),
            Counter("bytes_to_local"),
            Counter("packets_to_local")),
    ];

    private static IEnumerable<TableShape> Logical() =>
    [
        new("Logical_Switch",
            new("name", Text),
            new("description", Text),
            new("tunnel_key", OptionalInteger),
            new("replication_mode", OptionalOneOf("service_node", "source_node")) { Since = V160 },
            OtherConfig(V151)) { IsRoot = true, Index = ["name"] },
        new("Logical_Router",
            new("name", Text),
            new("description", Text),
            new("switch_binding", ByText("Logical_Switch")),
            new("static_routes", Settings),
            new("acl_binding", ByText("ACL")) { Since = V140 },
            FaultStatus("LR_fault_status", V140),
            OtherConfig(V151)) { IsRoot = true, Index = ["name"] },
    ];

    private static IEnumerable<TableShape> MacTables() =>
    [
        Macs("Ucast_Macs_Local", new("locator", Reference("Physical_Locator"))),
        Macs("Ucast_Macs_Remote", new("locator", Reference("Physical_Locator"))),
        Macs("Mcast_Macs_Local", new("locator_set", Reference("Physical_Locator_Set"))),
        Macs("Mcast_Macs_Remote", new("locator_set", Reference("Physical_Locator_Set"))),
        ArpSources("Arp_Sources_Local"),
        ArpSources("Arp_Sources_Remote"),
    ];

    private static IEnumerable<TableShape> Locators() =>
    [
        new("Physical_Locator_Set",
            new ColumnShape("locators", References("Physical_Locator", minimum: 1)) { IsImmutable = true }),
        new("Physical_Locator",
            new("encapsulation_type", OneOf("vxlan_over_ipv4")) { IsImmutable = true },
            new("dst_ip", Text) { IsImmutable = true },
            new("tunnel_key", OptionalInteger) { Since = V150 },
            // Until the Tunnel table came, BFD was set and reported here, in the words of Open vSwitch's Interface table.
            new("bfd", Settings) { Until = V130 },
            new("bfd_status", Settings) { Until = V130 }) { Index = ["encapsulation_type", "dst_ip", "tunnel_key"] },
    ];

    private static IEnumerable<TableShape> AccessLists() =>
    [
        new("ACL_entry",
            new("sequence", Integer),
            new("source_mac", OptionalText),
            new("dest_mac", OptionalText),
            new("ethertype", OptionalText),
            new("source_ip", OptionalText),
            new("source_mask", OptionalText),
            new("dest_ip", OptionalText),
            new("dest_mask", OptionalText),
            new("protocol", OptionalInteger),
            new("source_port_min", OptionalInteger),
            new("source_port_max", OptionalInteger),
            new("dest_port_min", OptionalInteger),
            new("dest_port_max", OptionalInteger),
            new("tcp_flags", OptionalInteger),
            new("tcp_flags_mask", OptionalInteger),
            new("icmp_type", OptionalInteger),
            new("icmp_code", OptionalInteger),
            new("direction", OneOf("ingress", "egress")),
            new("action", OneOf("permit", "deny")),
            FaultStatus("acle_fault_status", V140)) { Since = V140, IsRoot = true },
        new("ACL",
            new("acl_entries", References("ACL_entry", minimum: 1)),
            new("acl_name", Text),
            FaultStatus("acl_fault_status", V140)) { Since = V140, IsRoot = true, Index = ["acl_name"] },
    ];

    private static ColumnShape OtherConfig(Version since) => new("other_config", Settings) { Since = since };

    private static ColumnShape FaultStatus(string name, Version since) => new(name, Texts) { Since = since, EphemeralSince = V141 };

    private static ColumnShape Counter(string name) => new(name, Integer) { EphemeralSince = V141 };

    private static TableShape Macs(string name, ColumnShape where) =>
        new(name, new("MAC", Text), new("logical_switch", Reference("Logical_Switch")), where, new("ipaddr", Text)) { IsRoot = true };

    private static TableShape ArpSources(string name) =>
        new(name, new("src_mac", Text), new("locator", Reference("Physical_Locator"))) { Since = V120, IsRoot = true };
}
