namespace VtepLab.Conformance.Running;

/// <summary>Why a run could not even begin; the classes of the command line's exit codes.</summary>
public enum CertificationFault
{
    /// <summary>What was asked for makes no sense, or a file cannot be used.</summary>
    Usage,

    /// <summary>The device cannot be reached, or what answers is no hardware_vtep device.</summary>
    Unreachable,

    /// <summary>The selection holds no check.</summary>
    NothingSelected,
}

/// <summary>A run could not begin; the message is one line for people.</summary>
/// <param name="fault">The class of the trouble.</param>
/// <param name="message">One line: what was being done, to what, what was expected and found, and what helps.</param>
/// <param name="inner">What lay below.</param>
public sealed class CertificationException(CertificationFault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The class of the trouble.</summary>
    public CertificationFault Fault { get; } = fault;

    /// <summary>The command line's exit code for it.</summary>
    public int ExitCode => Fault switch
    {
        CertificationFault.Usage => 2,
        CertificationFault.Unreachable => 4,
        _ => 5,
    };
}
