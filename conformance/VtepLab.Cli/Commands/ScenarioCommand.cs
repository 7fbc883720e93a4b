using System.Collections.Immutable;
using System.CommandLine;
using System.Diagnostics;
using Spectre.Console;
using VtepLab.Cli.Exploring;
using VtepLab.Cli.Labs;
using VtepLab.Cli.Output;
using VtepLab.Gherkin;
using VtepLab.Reports;
using VtepLab.Results;
using VtepLab.Scenarios;
using VtepLab.Topology;

namespace VtepLab.Cli.Commands;

/// <summary><c>vteplab scenario</c>: runs Gherkin scenarios in virtual time, or live against a device.</summary>
internal sealed class ScenarioCommand
{
    private readonly Option<string> filter = new("--filter") { Description = "only scenarios whose name or tag holds this text", HelpName = "TEXT", DefaultValueFactory = _ => "" };
    private readonly Option<string> tags = new("--tags") { Description = "only scenarios whose tags this allows, such as '@baseline and not @slow'", HelpName = "EXPR", DefaultValueFactory = _ => "" };
    private readonly Option<ulong> seed = new("--seed") { Description = "decides everything that chance decides in a simulated run", HelpName = "N", DefaultValueFactory = _ => 1 };
    private readonly Option<string?> device = Options.Path("--device", "FILE", "device file (YAML): run live, with this device for the scenario's switch");
    private readonly Option<bool> live = new("--live") { Description = "run live, over a RabbitMQ and with an ovsdb-server (Debian's) that are started for it" };
    private readonly Option<string?> bus = new("--bus") { Description = "run live over this RabbitMQ, and not over a bus of the command's own", HelpName = "amqp://USER:PASSWORD@HOST:PORT/VHOST" };
    private readonly RunLimitOptions limits = new();
    private readonly Option<string?> folder = Options.Path("--out", "-o", "DIR", "write junit.xml here, and the frames of simulated scenarios that have links as ID.pcapng");

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var scenario = new ScenarioCommand();
        var command = new Command("scenario", "Run Gherkin scenarios in virtual time, or live with a device")
        {
            scenario.filter, scenario.tags, scenario.seed, scenario.device, scenario.live, scenario.bus, scenario.folder,
        };
        scenario.limits.AddTo(command);
        command.SetAction(scenario.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        var options = OptionsOf(parsed);
        await using var peers = parsed.GetValue(live) ? await StartPeersAsync(options, cancel) : null;
        options = peers?.Give(options) ?? options;
        if (options.Bus is not null && options.Devices.Count == 0)
        {
            throw new CommandException(ExitCode.Usage, "--bus needs --device or --live: what runs in virtual time has a bus of its own");
        }

        var selected = Select(parsed, options.Devices.Count);
        var place = parsed.GetValue(folder) is { } path ? RunFolder.Make(path, "scenario", DateTimeOffset.UtcNow) : null;
        var results = new List<ScenarioResult>();
        foreach (var pickle in selected)
        {
            if (cancel.IsCancellationRequested)
            {
                break;
            }

            var clock = Stopwatch.StartNew();
            try
            {
                var result = options.Devices.Count == 0 && place is not null
                    ? Simulate(pickle, options, place, cancel)
                    : await ScenarioRunner.RunAsync(pickle, options, cancel);
                results.Add(result);
                Show(result, clock.Elapsed);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                break;
            }
        }

        place?.Write(new ScenarioJUnitWriter([.. results]));
        int passed = results.Count(r => r.Status == ScenarioStatus.Passed), failed = results.Count - passed;
        Terminal.Out.WriteLine(FormattableString.Invariant($"{passed} passed, {failed} failed, {selected.Length - results.Count} skipped"));
        return (int)(cancel.IsCancellationRequested ? ExitCode.Interrupted : failed > 0 ? ExitCode.Failed : ExitCode.Passed);
    }

    private static ScenarioResult Simulate(Pickle pickle, ScenarioRunOptions options, RunFolder place, CancellationToken cancel)
    {
        ScenarioResult? result = null;
        place.WriteWhenOpened(FrameFile.NameOf(pickle), frames => result = ScenarioRunner.RunSimulated(pickle, options with { Frames = frames }, cancel));
        return result!;
    }

    private static async Task<ScenarioPeers> StartPeersAsync(ScenarioRunOptions options, CancellationToken cancel)
    {
        Terminal.Error.WriteLine("starting the real peers");
        return await ScenarioPeers.StartAsync(withBroker: options.Bus is null, withSwitches: options.Devices.Count == 0, cancel);
    }

    private ScenarioRunOptions OptionsOf(ParseResult parsed)
    {
        var given = parsed.GetValue(bus) is { } url ? TransportUrl.ToUri(url) : null;
        if (parsed.GetValue(device) is not { } file)
        {
            var (eventLimit, timeLimit) = limits.Of(parsed);
            return new ScenarioRunOptions { Seed = parsed.GetValue(seed), EventLimit = eventLimit, TimeLimit = timeLimit, Bus = given };
        }

        var description = DeviceFile.Read(file);
        var endpoint = description.Endpoint ?? throw new CommandException(ExitCode.Usage, $"{file} says no endpoint: where is the device?");
        return new ScenarioRunOptions
        {
            Devices = [new LabDevice(endpoint, description.Tls, [.. description.Ports.Select(p => p.Name)])],
            DeviceFile = file,
            Bus = given,
        };
    }

    private ImmutableArray<Pickle> Select(ParseResult parsed, int devices)
    {
        ImmutableArray<Pickle> selected;
        try
        {
            selected = ScenarioBook.Select(parsed.GetValue(filter)!, parsed.GetValue(tags)!);
        }
        catch (FormatException e)
        {
            throw new CommandException(ExitCode.Usage, $"--tags: {e.Message}", e);
        }

        ImmutableArray<Pickle> runnable = devices == 0 ? selected
            : [.. selected.Where(p => p.Tags.Contains(ScenarioRunner.LiveTag) && (devices > 1 || !p.Tags.Contains(ScenarioRunner.TwoSwitchesTag)))];
        return !runnable.IsEmpty ? runnable : throw new CommandException(
            ExitCode.NothingSelected,
            selected.IsEmpty
                ? "no scenario matches; 'vteplab list scenarios' lists them"
                : $"a real device can take part in scenarios tagged {ScenarioRunner.LiveTag} only, and alone not in those tagged {ScenarioRunner.TwoSwitchesTag}: "
                    + $"none of the {selected.Length} selected is left");
    }

    private static void Show(ScenarioResult result, TimeSpan took)
    {
        var isPassed = result.Status == ScenarioStatus.Passed;
        var (word, colour) = isPassed ? ("ok", "green") : ("FAIL", "red");
        var world = result.Seed is null ? "live" : "virtual";
        Terminal.Error.MarkupLine(FormattableString.Invariant(
            $"[{colour}]{word,-4}[/] {Safe.Markup(result.Name)}  [grey]{world} {result.Duration:hh\\:mm\\:ss\\.fff}  {took.TotalMilliseconds:0} ms[/]"));
        if (!isPassed)
        {
            foreach (var line in ScenarioReport.Describe(result).TrimEnd().Split('\n'))
            {
                Terminal.Out.WriteLine(Safe.Line(line));
            }
        }
    }
}
