namespace VtepLab.Emulators.HardwareVtep;

/// <summary>What a switch says it has.</summary>
/// <param name="Ports">The names of its access ports.</param>
/// <param name="TunnelIps">The addresses its tunnels start from.</param>
public sealed record SwitchInventory(IReadOnlyList<string> Ports, IReadOnlyList<string> TunnelIps);
