namespace VtepLab.HardwareVtep;

/// <summary>The words of the fault columns, as vtep(5) defines them.</summary>
public static class Faults
{
    /// <summary>Switch: the MAC table is full.</summary>
    public const string MacTableExhaustion = "mac_table_exhaustion";

    /// <summary>Switch: no more tunnels can be made.</summary>
    public const string TunnelExhaustion = "tunnel_exhaustion";

    /// <summary>Switch: a logical router cannot be bound to its switches.</summary>
    public const string LrSwitchBindings = "lr_switch_bindings_fault";

    /// <summary>Switch: static routes cannot be made.</summary>
    public const string LrStaticRoutes = "lr_static_routes_fault";

    /// <summary>Switch: a logical router cannot be made.</summary>
    public const string LrCreation = "lr_creation_fault";

    /// <summary>Switch: it does not route at all.</summary>
    public const string LrSupport = "lr_support_fault";

    /// <summary>Switch: it cannot replicate by itself.</summary>
    public const string UnsupportedSourceNodeReplication = "unsupported_source_node_replication";

    /// <summary>Port: a binding contradicts the local configuration.</summary>
    public const string InvalidVlanMap = "invalid_vlan_map";

    /// <summary>Port or router: an ACL cannot be bound.</summary>
    public const string InvalidAclBinding = "invalid_ACL_binding";

    /// <summary>ACL: it cannot be used.</summary>
    public const string InvalidAcl = "invalid_acl";

    /// <summary>ACL entry: it cannot be used.</summary>
    public const string InvalidAclEntry = "invalid_acl_entry";

    /// <summary>ACL: no room for it.</summary>
    public const string ResourceShortage = "resource_shortage";

    /// <summary>Anything else.</summary>
    public const string Unspecified = "unspecified_fault";
}
