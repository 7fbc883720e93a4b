using VtepLab.Ovsdb;

namespace VtepLab.Emulators.HardwareVtep;

/// <summary>What goes wrong with a switch's transactions now and then, as whoever runs an experiment decides; a quirk is a defect that it always has.</summary>
/// <param name="BeforeOperation">Asked before each operation, by its name: null to go on, or the error by which it fails, and the transaction with it.</param>
/// <param name="BeforeCommit">Called when a peer's transaction is about to be committed.</param>
public sealed record SwitchMishaps(Func<string, OvsdbError?> BeforeOperation, Action BeforeCommit);
