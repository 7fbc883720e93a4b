using System.Collections.Immutable;

namespace VtepLab.Results;

/// <summary>What a check found.</summary>
public enum Verdict
{
    /// <summary>The requirement holds.</summary>
    Pass,

    /// <summary>The requirement is broken.</summary>
    Fail,

    /// <summary>The requirement is broken, and the vendor declared beforehand that it would be.</summary>
    PassWithDeviation,

    /// <summary>The device does not have what the requirement speaks of; the message says why.</summary>
    NotApplicable,

    /// <summary>The check could not be carried through: a precondition failed or the device was lost.</summary>
    Inconclusive,
}

/// <summary>One thing a check did, what it expected and what it saw.</summary>
/// <param name="Did">What was done, in words: <c>insert a second Logical_Switch named blue</c>.</param>
/// <param name="Expected">What had to be seen.</param>
/// <param name="Seen">What was seen.</param>
/// <param name="Holds">True when what was seen is what had to be; null for a step that only prepares.</param>
/// <param name="FirstMessage">Sequence number of the first message of the conversation that belongs to the step; 0 for none.</param>
/// <param name="LastMessage">Sequence number of the last one.</param>
public sealed record CheckStep(string Did, string Expected, string Seen, bool? Holds, long FirstMessage, long LastMessage);

/// <summary>The result of one check, with what it rests on.</summary>
/// <param name="Requirement">The requirement that was checked.</param>
/// <param name="Verdict">What was found.</param>
/// <param name="Message">One sentence that says so to a person.</param>
/// <param name="StartedAt">Since the start of the run.</param>
/// <param name="Duration">How long the check took, on the world's clock.</param>
/// <param name="Steps">What was done, in order.</param>
/// <param name="Evidence">Sequence numbers, ascending, of the messages that belong to the check.</param>
/// <param name="Deviation">The declared deviation that covers it, if one does.</param>
public sealed record CheckResult(
    Requirement Requirement, Verdict Verdict, string Message, TimeSpan StartedAt, TimeSpan Duration, ImmutableArray<CheckStep> Steps,
    ImmutableArray<long> Evidence, DeclaredDeviation? Deviation = null)
{
    /// <summary>For a pass: what the check did less than the requirement asks, or empty.</summary>
    public string Partly { get; init; } = "";
}

/// <summary>What a vendor declares not to support.</summary>
/// <param name="Id">The requirement's id.</param>
/// <param name="Reason">Why.</param>
/// <param name="Issue">Where it is tracked, or empty.</param>
/// <param name="Until">The last day on which the declaration counts, or null.</param>
public sealed record DeclaredDeviation(string Id, string Reason, string Issue, DateOnly? Until);
