using VtepLab.Topology;

namespace VtepLab.Scenarios;

/// <summary>Checks of steps that need no waiting.</summary>
internal static class Expect
{
    /// <summary>Fails the step when something is not so.</summary>
    /// <exception cref="LabExpectationException">It is not.</exception>
    public static void That(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new LabExpectationException(otherwise);
        }
    }
}
