using System.Runtime.InteropServices;

namespace VtepLab.Cli;

/// <summary>What the user asks for by a signal: a good end the first time, an end at once the second time.</summary>
internal static class Signals
{
    private static readonly CancellationTokenSource Asked = new();
    private static readonly List<PosixSignalRegistration> Registrations = [];

    /// <summary>Cancelled by the first signal.</summary>
    public static CancellationToken Token => Asked.Token;

    /// <summary>How a server ends that ran until it was told to stop: SIGTERM is its good end, the interrupt key is an interrupt.</summary>
    public static ExitCode ServerEnd { get; private set; } = ExitCode.Interrupted;

    /// <summary>Begins to listen for SIGINT and SIGTERM.</summary>
    public static void Watch()
    {
        Registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, On));
        Registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, On));
    }

    private static void On(PosixSignalContext signal)
    {
        if (Asked.IsCancellationRequested)
        {
            return; // The second one does what it does by itself: it ends the process.
        }

        ServerEnd = signal.Signal == PosixSignal.SIGTERM ? ExitCode.Passed : ExitCode.Interrupted;
        signal.Cancel = true;
        Asked.Cancel();
    }
}
