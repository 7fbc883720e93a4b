using VtepLab.Neutron.Rest;

namespace VtepLab.L2Gateway.Plugin;

/// <summary>The refusals of the original, word for word; where its status is 500 for a user's mistake, a fitting one on request.</summary>
internal sealed class GatewayErrors(PluginOptions options)
{
    public static NeutronException GatewayNotFound(string id) => new(404, "L2GatewayNotFound", $"L2 Gateway {id} could not be found");

    public static NeutronException GatewayInUse(string id) =>
        new(409, "L2GatewayInUse", $"L2 Gateway '{id}' still has active mappings with one or more neutron networks.");

    public static NeutronException DeviceNotFound(string name) => new(404, "L2GatewayDeviceNotFound", $"L2 Gateway Device {name} could not be found.");

    public static NeutronException DeviceAmbiguous(string name, IEnumerable<string> identifiers) =>
        new(409, "L2GatewayDeviceAmbiguous", $"L2 Gateway Device {name} is the name of several switches: {string.Join(", ", identifiers)}.");

    public static NeutronException SegmentationRequired() =>
        new(409, "L2GatewaySegmentationRequired", "L2 gateway segmentation id must be consistent for all the interfaces");

    // Without the id: the original does not know it when it says so.
    public static NeutronException ConnectionNotFound() =>
        new(404, "L2GatewayConnectionNotFound", "The connection  not found on the l2 gateway");

    public static NeutronException ConnectionExists(string network, string gateway, string segmentationId)
    {
        // A mapping without an id has no such member in the original's text.
        var segmentation = segmentationId.Length > 0 ? $", 'segmentation_id': '{segmentationId}'" : ", 'segmentation_id': ''";
        return new(
            409, "L2GatewayConnectionExists",
            $"The specified mapping '{{'network_id': '{network}', 'l2_gateway_id': '{gateway}'{segmentation}}}' exists on network gateway '{gateway}'.");
    }

    public static NeutronException DuplicateSegmentationId(string port, string uuid) =>
        new(409, "L2GatewayDuplicateSegmentationID", $"Duplicate segmentation ID for the interface name={port} uuid={uuid}");

    public static NeutronException NetworkNotFound(string id) => new(404, "NetworkNotFound", $"Network {id} could not be found.");

    public static NeutronException NoVxlanSegment(string network) =>
        new(404, "VxlanSegmentationIDNotFound", $"vxlan segmentation id not found for the network '{network}'");

    public static NeutronException SeveralVxlanSegments(string network) =>
        new(409, "MultipleVxlanSegmentsFound", $"Multiple Vxlan segments found for the network '{network}'");

    public static NeutronException Ovsdb(string reason) => new(409, "OVSDBError", reason);

    public static NeutronException AdminRequired(string verb) => new(403, "AdminRequired", $"Cannot {verb} resource for non admin tenant");

    public static NeutronException OverQuota() => new(409, "OverQuota", "Quota exceeded for resources: ['l2-gateway'].");

    public NeutronException PortNotFound(string port, string device) => new(
        Status(404), "L2GatewayPhysicalPortNotFound", $"Physical Port '{port}' in Physical switch '{device}' could not be found");

    public NeutronException InterfaceNotFound(string name) => new(Status(404), "L2GatewayInterfaceNotFound", $"L2 Gateway interface '{name}' not found.");

    public NeutronException SegmentationIdExists() => new(
        Status(409), "L2GatewaySegmentationIDExists", "The segmentation id is already specified in existing gateway interfaces.");

    public NeutronException SegmentationIdNotExists() => new(
        Status(409), "L2GatewaySegmentationIDNotExists", "The segmentation id is not specified in existing gateway interfaces.");

    public NeutronException SwitchFault(string device, IEnumerable<string> faults) => new(
        Status(409), "L2GatewayPhysicalSwitchFaultStatus", $"Physical Switch '{device}' switch_fault_status is '{string.Join(", ", faults)}'");

    public NeutronException PortFault(string port, string device, IEnumerable<string> faults) => new(
        Status(409), "L2GatewayPhysicalPortFaultStatus",
        $"Physical Port '{port}' in Physical switch '{device}' port_fault_status is '{string.Join(", ", faults)}'");

    /// <summary>What makes the original crash: its bare 500, or a 400 that says what is wrong.</summary>
    public NeutronException Crash(string attribute, string reason) => options.HasFittingStatusCodes
        ? NeutronException.BadRequest($"Invalid input for {attribute}. Reason: {reason}.")
        : NeutronException.Internal();

    private int Status(int fitting) => options.HasFittingStatusCodes ? fitting : 500;
}
