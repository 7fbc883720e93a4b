namespace VtepLab.Scenarios.L2Gateway;

/// <summary>Names under which scenarios put things on a switch: their own, so that a real device can be cleaned afterwards.</summary>
internal static class GatewayNames
{
    private const string Prefix = "vteplab-";

    /// <summary>The id, and so the Logical_Switch name, of a network that a scenario calls so.</summary>
    public static string NetworkId(string network) => Prefix + network;

    /// <summary>Whether a Logical_Switch was made by a scenario.</summary>
    public static bool IsOurs(string logicalSwitch) => logicalSwitch.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>What a scenario calls a Logical_Switch.</summary>
    public static string NetworkOf(string logicalSwitch) => IsOurs(logicalSwitch) ? logicalSwitch[Prefix.Length..] : logicalSwitch;
}
