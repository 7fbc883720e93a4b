using System.CommandLine;
using System.CommandLine.Invocation;
using System.Runtime.InteropServices;
using VtepLab.Cli;
using VtepLab.Cli.Commands;

// The first signal asks for a good end: the device is cleaned up and the report is written. The second one ends at once.
using var interrupted = new CancellationTokenSource();
void OnSignal(PosixSignalContext signal)
{
    if (!interrupted.IsCancellationRequested)
    {
        signal.Cancel = true;
        interrupted.Cancel();
    }
}

using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);

var root = RootCommands.Create();
var parsed = root.Parse(args, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
if (parsed.Action is ParseErrorAction)
{
    Console.Error.WriteLine(UsageMessage.Of(parsed));
    return (int)ExitCode.Usage;
}

try
{
    return await parsed.InvokeAsync(
        new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, interrupted.Token);
}
#pragma warning disable CA1031 // Whatever went wrong, the user gets one line and the code of the contract, never a stack trace.
catch (Exception e)
#pragma warning restore CA1031
{
    var (code, message) = Faults.Explain(e, args);
    Console.Error.WriteLine($"vteplab: {message}");
    return (int)code;
}
