using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using VtepLab.Hosting;
using VtepLab.Runtime;
using VtepLab.Simulation;

namespace VtepLab.Topology;

/// <summary>A lab in real time, in this process: every machine is a live host, joined by a bus over loopback.</summary>
/// <remarks>All machines share the driver's loop: steps look into the agents, the plugin and the switches, and two loops would tear what they look at.</remarks>
public sealed class LiveLab : LabWorld
{
    private static readonly Endpoint AnyLoopbackPort = new(EndpointScheme.PassiveTcp, "127.0.0.1", 0);

    private readonly LiveHostOptions _options;
    private readonly CancellationToken _stop;
    private readonly long _start;

    private LiveLab(IHost driver, IReadOnlyList<LabDevice> devices, LiveHostOptions options, CancellationToken stop)
    {
        (Driver, _options, _stop, Devices) = (driver, options with { SharesLoop = true }, stop, devices);
        _start = driver.Time.GetTimestamp();
    }

    /// <inheritdoc/>
    public override IHost Driver { get; }

    /// <inheritdoc/>
    public override ulong? Seed => null;

    /// <inheritdoc/>
    public override string Position => $"live, after {Driver.Time.GetElapsedTime(_start):c}";

    /// <summary>Runs something in a new lab, to its end, and stops every machine.</summary>
    /// <param name="devices">The real switches; null for emulated ones, in real time and on loopback ports.</param>
    /// <param name="body">Runs on the lab's driver.</param>
    /// <param name="bus">The RabbitMQ that joins the machines, <c>amqp://…</c>; null for a bus of this process's own.</param>
    /// <param name="logs">Where logs go; null for nowhere.</param>
    /// <param name="cancel">Gives up: the driver's host is asked to stop.</param>
    public static async Task<T> RunAsync<T>(
        IReadOnlyList<LabDevice>? devices, Func<LiveLab, Task<T>> body, Uri? bus = null, ILoggerFactory? logs = null, CancellationToken cancel = default)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var plain = new LiveHostOptions { Logs = logs ?? NullLoggerFactory.Instance };
        if (bus is not null)
        {
            var rabbit = new RabbitBusOptions(bus);
            return await RunAsync(devices ?? [], body, plain with { Bus = host => new RabbitBus(host, rabbit) }, stop);
        }

        var listening = new TaskCompletionSource<Endpoint>(TaskCreationOptions.RunContinuationsAsynchronously);
        var broker = LiveHost.RunAsync("broker", plain, host => StreamBus.RunBrokerAsync(host, AnyLoopbackPort, at => listening.TrySetResult(at)), stop.Token);
        if (await Task.WhenAny(broker, listening.Task) == broker)
        {
            await broker; // Throws why it does not listen.
        }

        var at = await listening.Task;
        var options = plain with { Bus = host => StreamBus.Attach(host, new Endpoint(EndpointScheme.Tcp, at.Host, at.Port)) };
        try
        {
            return await RunAsync(devices ?? [], body, options, stop);
        }
        finally
        {
            stop.Cancel();
            await Task.WhenAny(broker); // Ends cancelled.
        }
    }

    private static Task<T> RunAsync<T>(IReadOnlyList<LabDevice> devices, Func<LiveLab, Task<T>> body, LiveHostOptions options, CancellationTokenSource stop) =>
        LiveHost.RunAsync(
            "scenario",
            options,
            async host =>
            {
                var lab = new LiveLab(host, devices, options, stop.Token);
                try
                {
                    return await body(lab);
                }
                finally
                {
                    foreach (var machine in lab.Machines.Values)
                    {
                        await machine.StopAsync();
                    }
                }
            },
            stop.Token);

    /// <inheritdoc/>
    protected override LabMachine Add(string name, Func<IHost, Task> program) => new LiveMachine(name, program, _options, _stop);

    /// <inheritdoc/>
    protected override async ValueTask<Endpoint> NewListenerAsync(string machine)
    {
        // A port that was free a moment ago: a machine that restarts has to come back at the same one.
        await using var probe = await Driver.Network.ListenAsync(AnyLoopbackPort);
        return probe.Local;
    }

    private sealed class LiveMachine : LabMachine
    {
        private readonly Func<IHost, Task> _program;
        private readonly LiveHostOptions _options;
        private readonly CancellationToken _stopAll;
        private CancellationTokenSource _stop;
        private Task _run;

        public LiveMachine(string name, Func<IHost, Task> program, LiveHostOptions options, CancellationToken stopAll)
        {
            (Name, _program, _options, _stopAll) = (name, program, options, stopAll);
            (_stop, _run) = Boot();
        }

        public override string Name { get; }

        // A live machine is a loop in this process: it can be ended, but not torn.
        public override Task CrashAsync() => StopAsync();

        public override Task PauseAsync() => throw new LabExpectationException($"{Name} is a loop of this process and cannot be paused alone");

        public override Task ResumeAsync() => PauseAsync();

        public override async Task RestartAsync()
        {
            await StopAsync();
            (_stop, _run) = Boot();
        }

        public override async Task StopAsync()
        {
            _stop.Cancel();
            try
            {
                await _run;
            }
            catch (OperationCanceledException)
            {
                // As asked for.
            }
        }

        private (CancellationTokenSource Stop, Task Run) Boot()
        {
            var stop = CancellationTokenSource.CreateLinkedTokenSource(_stopAll);
            return (stop, LiveHost.RunAsync(Name, _options, _program, stop.Token));
        }
    }
}
