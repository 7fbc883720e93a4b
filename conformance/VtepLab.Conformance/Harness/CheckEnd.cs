namespace VtepLab.Conformance.Harness;

/// <summary>How a check leaves its method before the end.</summary>
/// <param name="reason">One sentence for people.</param>
public abstract class CheckEndException(string reason) : Exception(reason);

/// <summary>An expectation did not hold; the step that says so is already recorded.</summary>
/// <param name="reason">One sentence for people.</param>
public sealed class CheckFailedException(string reason) : CheckEndException(reason);

/// <summary>The device does not have what the requirement speaks of.</summary>
/// <param name="reason">One sentence for people.</param>
public sealed class NotApplicableException(string reason) : CheckEndException(reason);

/// <summary>A precondition could not be brought about, so nothing can be said.</summary>
/// <param name="reason">One sentence for people.</param>
public sealed class BlockedException(string reason) : CheckEndException(reason);
