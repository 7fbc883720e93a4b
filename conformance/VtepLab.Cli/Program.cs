using System.CommandLine;
using System.CommandLine.Invocation;
using VtepLab.Cli;
using VtepLab.Cli.Commands;
using VtepLab.Cli.Exploring;

Signals.Watch();
var parsed = RootCommands.Create().Parse(args, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
if (parsed.Action is ParseErrorAction)
{
    Console.Error.WriteLine(UsageMessage.Of(parsed));
    return (int)ExitCode.Usage;
}

try
{
    OwnScenarios.Load();
    return await parsed.InvokeAsync(
        new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, Signals.Token);
}
#pragma warning disable CA1031 // Whatever went wrong, the user gets one line and the code of the contract, never a stack trace.
catch (Exception e)
#pragma warning restore CA1031
{
    var (code, message) = Faults.Explain(e, args);
    Console.Error.WriteLine($"vteplab: {message}");
    return (int)code;
}
