namespace VtepLab.Conformance.Harness;

/// <summary>Makes a static method <c>Task Method(CheckContext)</c> the check of a requirement.</summary>
/// <param name="id">The requirement's id.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CheckAttribute(string id) : Attribute
{
    /// <summary>The requirement's id.</summary>
    public string Id { get; } = id;

    /// <summary>Defects of the emulated switch, by name, each of which the check has to catch; separated by spaces.</summary>
    public string Catches { get; init; } = "";

    /// <summary>
    /// True for a check that spends its time waiting: it has connections of its own only, writes nothing into the database, and runs
    /// beside the others.
    /// </summary>
    public bool RunsBeside { get; init; }

    /// <summary>True: a device that is gone afterwards has failed the check, not merely left it open.</summary>
    public bool DeviceMustSurvive { get; init; }

    /// <summary>What the check does less than its catalogue entry says, as <c>two probe intervals instead of ten</c>; empty when nothing.</summary>
    public string Partly { get; init; } = "";
}
