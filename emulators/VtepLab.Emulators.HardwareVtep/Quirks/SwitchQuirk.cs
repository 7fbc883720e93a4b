namespace VtepLab.Emulators.HardwareVtep;

/// <summary>One way in which an emulated switch misbehaves, as data.</summary>
/// <param name="Id">Its name, words joined by hyphens.</param>
/// <param name="Requirement">The requirement of the conformance catalogue that it violates.</param>
/// <param name="Summary">What the switch does, in one line.</param>
/// <param name="NeedsFrames">True when only frames show it.</param>
public sealed record SwitchQuirk(string Id, string Requirement, string Summary, bool NeedsFrames = false);
