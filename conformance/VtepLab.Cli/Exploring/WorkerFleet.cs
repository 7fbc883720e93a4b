using System.Text.Json;
using VtepLab.Gherkin;
using VtepLab.Hosting;
using VtepLab.Scenarios;
using VtepLab.Simulation;

namespace VtepLab.Cli.Exploring;

/// <summary>Exploration on worker processes that share a RabbitMQ: what is asked of them, and how it is done.</summary>
internal static class WorkerFleet
{
    /// <summary>The place where workers of this very program meet; others must not run its seeds.</summary>
    /// <param name="option">The option that gave the address.</param>
    /// <param name="address"><c>amqp://USER:PASSWORD@HOST:PORT/VHOST</c>.</param>
    /// <exception cref="CommandException">It is no such address.</exception>
    public static FleetOptions At(string option, string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var broker) && broker.Scheme is "amqp" or "amqps" && broker.Host.Length > 0
            ? new FleetOptions(broker, $"vteplab.seeds.{BuildIdentity.Text}")
            : throw new CommandException(
                ExitCode.Usage, $"{option}: expected amqp://USER:PASSWORD@HOST:PORT/VHOST, found '{TransportUrl.WithoutPassword(address)}'");

    /// <summary>Runs a scenario's seeds on the workers; the outcomes are those of this process, in the order of the seeds.</summary>
    /// <param name="options">Where the workers are.</param>
    /// <param name="pickle">The scenario.</param>
    /// <param name="faults">The faults as the user wrote them; null for what the scenario asks for.</param>
    /// <param name="limits">When a run never ends.</param>
    /// <param name="range">The seeds.</param>
    /// <param name="progress">Called with each outcome as it comes.</param>
    /// <param name="cancel">Gives up; there are no outcomes then.</param>
    /// <exception cref="CommandException">The broker cannot be reached, or a worker failed.</exception>
    public static async Task<IReadOnlyList<RunOutcome>> ExploreAsync(
        FleetOptions options, Pickle pickle, string? faults, RunLimits limits, SeedRange range, Action<RunOutcome> progress, CancellationToken cancel)
    {
        try
        {
            var report = await FleetCoordinator.RunAsync(
                options,
                JsonSerializer.SerializeToUtf8Bytes(new Job(pickle.Location, pickle.Name, faults, limits)),
                new FleetRange(range.First, range.Count),
                Math.Clamp(range.Count / 100, 1, 100),
                (_, result) =>
                {
                    foreach (var outcome in OutcomeJson.Read(result))
                    {
                        progress(outcome);
                    }
                },
                cancel);
            return [.. report.Results.SelectMany(r => OutcomeJson.Read(r))];
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return [];
        }
        catch (FleetException e)
        {
            throw new CommandException(e.InnerException is null ? ExitCode.Bug : ExitCode.Unreachable, e.Message, e);
        }
    }

    /// <summary>Runs a range of a job, as a worker.</summary>
    public static byte[] Work(ReadOnlyMemory<byte> job, FleetRange range, int threads, CancellationToken cancel)
    {
        var wanted = JsonSerializer.Deserialize<Job>(job.Span) ?? throw new FormatException("the job is null");
        var pickle = ScenarioBook.Pickles.FirstOrDefault(p => p.Location == wanted.Location && p.Name == wanted.Name)
            ?? throw new FormatException($"this worker has no scenario '{wanted.Name}' at {wanted.Location}");
        var experiment = wanted.Limits.On(ScenarioExperiment.Of(pickle, FaultSelection.Parse(wanted.Faults)));
        return OutcomeJson.Write(Explorer.Explore(experiment, range.First, range.Count, threads, cancel: cancel));
    }

    private sealed record Job(string Location, string Name, string? Faults, RunLimits Limits);
}
