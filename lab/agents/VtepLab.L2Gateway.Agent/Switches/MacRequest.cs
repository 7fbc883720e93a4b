using VtepLab.Neutron;

namespace VtepLab.L2Gateway.Agent;

/// <summary>A request that is only about MAC addresses of one logical switch: it can share a transaction with others that are about other addresses.</summary>
/// <param name="Doing">What it asks for, in words: "put 02:1a:0a:00:00:01 behind 192.0.2.11".</param>
/// <param name="LogicalSwitch">The logical switch; null where that of <paramref name="Row"/> is meant.</param>
/// <param name="Row">A MAC address whose row says which logical switch is meant; null where the request says it.</param>
/// <param name="Addresses">The tunnel end points it names, each once.</param>
/// <param name="Macs">The addresses, each once.</param>
/// <param name="Plan">Puts it into a plan, given the logical switch.</param>
internal sealed record MacRequest(
    string Doing, LogicalSwitchDict? LogicalSwitch, MacDict? Row, IReadOnlyList<string> Addresses, IReadOnlyList<string> Macs,
    Action<TransactionPlan, LogicalSwitchDict> Plan);
