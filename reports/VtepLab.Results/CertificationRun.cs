using System.Collections.Immutable;

namespace VtepLab.Results;

/// <summary>What a whole run says of a device.</summary>
public enum CertificationVerdict
{
    /// <summary>Every check passed or does not apply, and at least one passed.</summary>
    Certified,

    /// <summary>As <see cref="Certified"/>, but for declared deviations.</summary>
    CertifiedWithDeviations,

    /// <summary>At least one requirement is broken and not declared.</summary>
    NotCertified,

    /// <summary>Nothing is known to be broken, but the run was cut short, a check was inconclusive, or none passed.</summary>
    Incomplete,
}

/// <summary>How a run ended.</summary>
public enum RunEnding
{
    /// <summary>Every selected check had its turn.</summary>
    Completed,

    /// <summary>The user interrupted it.</summary>
    Interrupted,

    /// <summary>The device stopped answering.</summary>
    DeviceLost,
}

/// <summary>Who the device says it is.</summary>
/// <param name="Endpoint">Where it was reached, in Open vSwitch's words.</param>
/// <param name="SwitchNames">Physical_Switch.name of every switch behind the database.</param>
/// <param name="Description">Physical_Switch.description of the first.</param>
/// <param name="ManagementIps">Of all switches.</param>
/// <param name="TunnelIps">Of all switches.</param>
/// <param name="Ports">Physical_Port.name of all switches.</param>
/// <param name="SchemaVersion">Version of the hardware_vtep schema it serves.</param>
/// <param name="SchemaChecksum">The schema's cksum member, or empty.</param>
/// <param name="Vendor">From the device file, or empty.</param>
/// <param name="Model">From the device file, or empty.</param>
/// <param name="Firmware">From the device file, or empty.</param>
public sealed record DeviceIdentity(
    string Endpoint, ImmutableArray<string> SwitchNames, string Description, ImmutableArray<string> ManagementIps,
    ImmutableArray<string> TunnelIps, ImmutableArray<string> Ports, string SchemaVersion, string SchemaChecksum,
    string Vendor = "", string Model = "", string Firmware = "");

/// <summary>Something that took part in a run, and its version.</summary>
/// <param name="Name">What it is: <c>.NET runtime</c>.</param>
/// <param name="Version">The version as it says it.</param>
public sealed record ComponentVersion(string Name, string Version);

/// <summary>How well the suite itself was seen to judge, on switches of known quality.</summary>
/// <param name="Entries">One a broken switch that was tried.</param>
/// <param name="GoodSwitchChecks">Checks run against switches known to be good.</param>
/// <param name="GoodSwitchBlamed">Of those, the ids that failed: blame that was not deserved.</param>
public sealed record NegativeControl(ImmutableArray<NegativeControlEntry> Entries, int GoodSwitchChecks, ImmutableArray<string> GoodSwitchBlamed);

/// <summary>One broken switch of the negative control.</summary>
/// <param name="Quirk">The defect it was given.</param>
/// <param name="Requirement">The requirement that has to catch it.</param>
/// <param name="IsCaught">True when it was.</param>
public sealed record NegativeControlEntry(string Quirk, string Requirement, bool IsCaught);

/// <summary>A whole certification run; every report is written from it alone.</summary>
public sealed record CertificationRun
{
    /// <summary>Version of the tool.</summary>
    public required string ToolVersion { get; init; }

    /// <summary>The command that repeats the run.</summary>
    public required string Command { get; init; }

    /// <summary>When it began, UTC; the virtual epoch in a simulated run.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>How long it took on the world's clock.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>The seed of a simulated run; null for a live one.</summary>
    public required ulong? Seed { get; init; }

    /// <summary>The named selection of checks.</summary>
    public required string Profile { get; init; }

    /// <summary>The device; null when it was lost before it said who it is.</summary>
    public required DeviceIdentity? Device { get; init; }

    /// <summary>Results in the catalogue's order.</summary>
    public required ImmutableArray<CheckResult> Checks { get; init; }

    /// <summary>Requirements of the catalogue that no check of this run stands for, in the catalogue's order.</summary>
    public ImmutableArray<Requirement> NotCovered { get; init; } = [];

    /// <summary>What else took part and in which version (runtime, system, catalogue), in the order to print.</summary>
    public ImmutableArray<ComponentVersion> Versions { get; init; } = [];

    /// <summary>Every deviation that was declared, used or not.</summary>
    public required ImmutableArray<DeclaredDeviation> Deviations { get; init; }

    /// <summary>The conversation with the device, in order.</summary>
    public required ImmutableArray<WireMessage> Conversation { get; init; }

    /// <summary>How it ended.</summary>
    public required RunEnding Ending { get; init; }

    /// <summary>Why it ended early, or empty.</summary>
    public string EndingReason { get; init; } = "";

    /// <summary>What could not be undone on the device, one sentence each; empty when nothing is left behind.</summary>
    public ImmutableArray<string> LeftBehind { get; init; } = [];

    /// <summary>How well the suite judged known switches, when that was measured.</summary>
    public NegativeControl? NegativeControl { get; init; }

    /// <summary>How many checks passed that did less than their requirement asks.</summary>
    public int PassedInPart => Checks.Count(c => c.Verdict == Results.Verdict.Pass && c.Partly.Length > 0);

    /// <summary>True when the database that answered has no switch in it.</summary>
    public bool IsDatabaseOnly => Device is { SwitchNames.IsEmpty: true };

    /// <summary>What the run says of the device.</summary>
    public CertificationVerdict Verdict =>
        Checks.Any(c => c.Verdict == Results.Verdict.Fail) ? CertificationVerdict.NotCertified
        : Ending != RunEnding.Completed || Checks.Any(c => c.Verdict == Results.Verdict.Inconclusive) || Checks.All(c => c.Verdict == Results.Verdict.NotApplicable)
            ? CertificationVerdict.Incomplete
        : Checks.Any(c => c.Verdict == Results.Verdict.PassWithDeviation) ? CertificationVerdict.CertifiedWithDeviations
        : CertificationVerdict.Certified;
}
