using VtepLab.OpenFlow;
using VtepLab.OpenFlow.Switching;

namespace VtepLab.Emulators.ComputeNode;

/// <summary>Programs br-int as Neutron's agent does without a firewall driver: a learning switch with a local VLAN to each network.</summary>
internal static class IntegrationBridge
{
    private const string Base =
        """
        table=0,priority=65535,dl_vlan=4095,actions=drop
        table=0,priority=0,actions=goto_table:59
        table=23,priority=0,actions=drop
        table=24,priority=0,actions=drop
        table=30,priority=0,actions=goto_table:59
        table=31,priority=0,actions=goto_table:59
        table=59,priority=0,actions=goto_table:60
        table=60,priority=3,actions=NORMAL
        table=62,priority=3,actions=NORMAL
        """;

    public static void SetUp(Bridge bridge, ulong cookie) => Flows.Add(bridge, cookie, Base);
}

/// <summary>Adds flows that carry the agent's cookie.</summary>
internal static class Flows
{
    public static void Add(Bridge bridge, ulong cookie, string flows) =>
        bridge.Flows.AddAll(
            string.Join('\n', flows.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0).Select(l => $"cookie=0x{cookie:x},{l}")),
            OpenFlowVersion.OpenFlow13);
}
