using System.CommandLine;
using Spectre.Console;
using VtepLab.Cli.Exploring;
using VtepLab.Cli.Output;
using VtepLab.Hosting;

namespace VtepLab.Cli.Commands;

/// <summary><c>vteplab worker</c>: runs seeds for those who say <c>explore --workers</c>, on this machine or another.</summary>
internal sealed class WorkerCommand
{
    private readonly Option<string> queue = new("--queue")
    {
        Description = "the RabbitMQ that hands out the seeds: amqp://USER:PASSWORD@HOST:PORT/VHOST", HelpName = "URL", Required = true,
    };

    private readonly Option<int> threads = ThreadsOption.Make();

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var worker = new WorkerCommand();
        var command = new Command("worker", "Run seeds for 'explore --workers', until it is interrupted") { worker.queue, worker.threads };
        command.SetAction(worker.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        var worker = new FleetWorker(
            WorkerFleet.At("--queue", parsed.GetValue(queue)!),
            (job, range, stop) => WorkerFleet.Work(job, range, parsed.GetValue(threads), stop))
        {
            Reported = range => Say($"ran seeds {range}"),
            Say = Say,
        };
        try
        {
            await worker.RunAsync(cancel);
        }
        catch (FleetException e)
        {
            throw new CommandException(ExitCode.Unreachable, e.Message, e);
        }

        return (int)Signals.ServerEnd;
    }

    private static void Say(string line) => Terminal.Error.WriteLine(Safe.Line(line));
}
