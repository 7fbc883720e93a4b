namespace VtepLab.Conformance.Input;

/// <summary>How long the suite waits; a device file may override each.</summary>
public sealed record Timing
{
    /// <summary>For the answer to a request.</summary>
    public TimeSpan Reply { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>For an effect inside the database (T_db of the catalogue).</summary>
    public TimeSpan Database { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>For an effect that passes through the switch's hardware (T_hw of the catalogue).</summary>
    public TimeSpan Hardware { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long nothing has to come before "nothing came" is said.</summary>
    public TimeSpan Quiet { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>For a device to answer again after it was lost.</summary>
    public TimeSpan Recovery { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Silence after which the device sends a probe; the same again without an answer ends the connection.</summary>
    public TimeSpan Probe { get; init; } = TimeSpan.FromSeconds(5);
}
