namespace VtepLab.Cli;

/// <summary>How the command ends; scripts rely on the numbers.</summary>
public enum ExitCode
{
    /// <summary>All passed, apart from what does not apply and what was declared.</summary>
    Passed = 0,

    /// <summary>A check or a scenario failed or could not be judged.</summary>
    Failed = 1,

    /// <summary>The command line or a file is wrong.</summary>
    Usage = 2,

    /// <summary>A bug of ours.</summary>
    Bug = 3,

    /// <summary>The device or a peer cannot be reached, or was lost.</summary>
    Unreachable = 4,

    /// <summary>Nothing was selected.</summary>
    NothingSelected = 5,

    /// <summary>Interrupted by a signal.</summary>
    Interrupted = 130,
}
