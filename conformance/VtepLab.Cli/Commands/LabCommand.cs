using System.CommandLine;
using VtepLab.Cli.Labs;
using VtepLab.Topology;

namespace VtepLab.Cli.Commands;

/// <summary><c>vteplab lab up</c>: the whole system of a topology file, live on this machine, until a signal ends it.</summary>
internal sealed class LabCommand
{
    private readonly Argument<string> file = new("topology") { Description = "the topology file; examples/l2gw.vteplab.yml comes with the program", HelpName = "FILE" };

    private readonly Option<string?> folder = Options.Path("--folder", "DIR", "where the nodes' files and logs go, and stay; /tmp/vteplab-NAME when not given");

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var lab = new LabCommand();
        var up = new Command("up", "Start every node, say where each is, and run until a signal") { lab.file, lab.folder };
        up.SetAction(lab.UpAsync);
        return new Command("lab", "Run a lab of real processes on this machine") { up };
    }

    private async Task<int> UpAsync(ParseResult parsed, CancellationToken cancel)
    {
        var described = Read(parsed.GetValue(file)!);
        var place = Path.GetFullPath(parsed.GetValue(folder) ?? Path.Combine(Path.GetTempPath(), $"vteplab-{described.Name}"));
        await using var running = new RunningLab(described, place);
        try
        {
            await running.StartAsync((node, where) => Console.Error.WriteLine($"vteplab: {node.Name} ({node.Kind}) is up: {where}"), cancel);
            Console.Out.WriteLine($"lab {described.Name} is up; logs are in {place}");
            Console.Out.Flush();
            var ended = await running.FirstEndAsync(cancel);
            throw new CommandException(ExitCode.Unreachable, $"{ended} has ended by itself; its log is {Path.Combine(place, ended)}.log");
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            Console.Error.WriteLine($"vteplab: lab {described.Name} goes down");
        }

        return (int)Signals.ServerEnd;
    }

    private static LabFile Read(string path)
    {
        try
        {
            var shipped = Path.Combine(AppContext.BaseDirectory, path);
            return LabFile.Parse(path, InputFile.Read(!File.Exists(path) && File.Exists(shipped) ? shipped : path, "topology file"));
        }
        catch (InputException e)
        {
            throw new CommandException(ExitCode.Usage, e.Message, e);
        }
    }
}
