namespace VtepLab.OpenFlow.Text;

/// <summary>A flow, or a selection of flows, is not what ovs-ofctl's language allows; the message names the flow, the place, and what was expected.</summary>
public sealed class FlowFormatException(string message) : FormatException(message);
