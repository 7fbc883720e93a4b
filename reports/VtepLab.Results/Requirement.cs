namespace VtepLab.Results;

/// <summary>How much a requirement binds.</summary>
public enum RequirementLevel
{
    /// <summary>A controller or another VTEP breaks without it.</summary>
    Must,

    /// <summary>Robust operation depends on it.</summary>
    Should,

    /// <summary>An optional feature, tested only when the switch has it.</summary>
    May,
}

/// <summary>One numbered requirement of the conformance catalogue.</summary>
/// <param name="Id">The stable id, <c>VTEP-PRO-005</c>.</param>
/// <param name="Group">The catalogue's section, such as <c>Protocol (RFC 7047)</c>.</param>
/// <param name="Level">How much it binds.</param>
/// <param name="Reason">Why it has this level: spec, loss, leak, stuck, interop, ops.</param>
/// <param name="Source">What it rests on, such as <c>RFC 7047 section 4.1.11</c>.</param>
/// <param name="Needs">What a test needs: <c>O</c> OVSDB, <c>W</c> a test VTEP on the underlay, <c>H</c> a host on a port; <c>O,W,H</c>.</param>
/// <param name="Do">What the tester does.</param>
/// <param name="See">What must be seen.</param>
/// <param name="Catches">The defect it is there to catch.</param>
/// <param name="IsDangerous">True when the check is known to crash real products and runs only when asked for.</param>
public sealed record Requirement(
    string Id, string Group, RequirementLevel Level, string Reason, string Source, string Needs, string Do, string See, string Catches,
    bool IsDangerous = false);
