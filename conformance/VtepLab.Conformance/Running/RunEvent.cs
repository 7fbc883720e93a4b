using System.Collections.Immutable;
using VtepLab.Conformance.Harness;
using VtepLab.Results;

namespace VtepLab.Conformance.Running;

/// <summary>Something that happened during a run, for those who watch it.</summary>
public abstract record RunEvent;

/// <summary>The device said who it is; the checks begin.</summary>
/// <param name="Device">Who it is.</param>
/// <param name="Checks">What will be run, in order.</param>
public sealed record RunStarted(DeviceIdentity Device, ImmutableArray<CheckDefinition> Checks) : RunEvent;

/// <summary>Something a person should know and nobody has to act on.</summary>
/// <param name="Text">One line.</param>
public sealed record RunNotice(string Text) : RunEvent;

/// <summary>A check begins.</summary>
/// <param name="Check">Which.</param>
/// <param name="Position">Its place in the order, from 1.</param>
/// <param name="Total">How many there are.</param>
public sealed record CheckStarted(CheckDefinition Check, int Position, int Total) : RunEvent;

/// <summary>A check has ended.</summary>
/// <param name="Result">What was found.</param>
/// <param name="Position">Its place in the order, from 1.</param>
/// <param name="Total">How many there are.</param>
public sealed record CheckFinished(CheckResult Result, int Position, int Total) : RunEvent;

/// <summary>The suite takes its last rows off the device.</summary>
public sealed record CleaningUp : RunEvent;
