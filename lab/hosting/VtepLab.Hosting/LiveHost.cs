using System.Collections.ObjectModel;
using Microsoft.Extensions.Logging;
using VtepLab.Runtime;

namespace VtepLab.Hosting;

/// <summary>A host in the real world: system time, sockets, files, on one thread, which is mostly its own.</summary>
/// <remarks>
/// All code of the host runs on its loop, one continuation at a time, as it does in the simulation. Use <see cref="RunAsync"/>; it
/// serves a <c>Main</c> and a test alike.
/// </remarks>
#pragma warning disable CA1001 // Its token outlives the run in work that was left behind, so the source is never disposed; it holds no timer.
public sealed class LiveHost : IHost
#pragma warning restore CA1001
{
    private readonly LiveHostOptions _options;
    private readonly EventLoop _loop;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SortedDictionary<long, (string Name, Task Work)> _spawned = [];
    private IReadOnlyDictionary<string, IFramePort>? _framePorts;
    private readonly DirectoryStore? _store;
    private IMessageBus? _bus;
    private Exception? _crash;
    private long _spawns;

    private LiveHost(string name, LiveHostOptions options)
    {
        (Name, _options, Stopping) = (name, options, _stopping.Token);
        _loop = !options.SharesLoop ? new EventLoop(name, e => Crash("a callback", e), options.TrimAfter)
            : SynchronizationContext.Current as EventLoop ?? throw new InvalidOperationException($"{name} is to share a loop, and was not started on one");
        _store = options.StoreDirectory is { } directory ? new DirectoryStore(directory) : null;
        Time = new LiveTime(_loop);
        Network = new LiveNetwork(options, Time, _loop);
        Entropy = new LiveEntropy();
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public TimeProvider Time { get; }

    /// <inheritdoc/>
    public INetwork Network { get; }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, IFramePort> FramePorts =>
        _framePorts ??= _options.FramePorts?.Invoke(this) ?? ReadOnlyDictionary<string, IFramePort>.Empty;

    /// <inheritdoc/>
    public IMessageBus Bus => _bus ??= _options.Bus?.Invoke(this)
        ?? throw new InvalidOperationException($"{Name} is attached to no message bus");

    /// <inheritdoc/>
    public IEntropy Entropy { get; }

    /// <inheritdoc/>
    public IStore Store => _store ?? throw new InvalidOperationException($"{Name} has no store directory");

    /// <inheritdoc/>
    public ILoggerFactory Logs => _options.Logs;

    /// <inheritdoc/>
    public CancellationToken Stopping { get; }

    /// <summary>Runs a host until its body has returned and what it spawned has ended.</summary>
    /// <param name="name">The host's name.</param>
    /// <param name="options">What it is made of; null for the defaults.</param>
    /// <param name="body">The host's program; runs on the host's loop.</param>
    /// <param name="stop">Asks the host to stop in good order: cancels <see cref="Stopping"/>.</param>
    /// <exception cref="HostCrashedException">Spawned work let an exception out.</exception>
    public static Task RunAsync(string name, LiveHostOptions? options, Func<IHost, Task> body, CancellationToken stop = default) =>
        RunAsync(
            name,
            options,
            async host =>
            {
                await body(host);
                return true;
            },
            stop);

    /// <summary>As the other one, with the body's result.</summary>
    public static Task<T> RunAsync<T>(string name, LiveHostOptions? options, Func<IHost, Task<T>> body, CancellationToken stop = default)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var host = new LiveHost(name, options ?? new LiveHostOptions());
        var registration = stop.UnsafeRegister(_ => host._loop.Post(_ => host.RequestStop(), null), null);
        var caller = ExecutionContext.Capture(); // So that a test's assertions know their test.
        host._loop.Post(
            _ =>
            {
                if (caller is null)
                {
                    _ = host.LiveAsync(body, done, registration);
                }
                else
                {
                    ExecutionContext.Run(caller, _ => _ = host.LiveAsync(body, done, registration), null);
                }
            },
            null);
        return done.Task;
    }

    /// <inheritdoc/>
    public void Spawn(string name, Func<CancellationToken, Task> work)
    {
        if (!_loop.IsCurrent)
        {
            throw new InvalidOperationException($"'{name}' was spawned on {Name} from a foreign thread");
        }

        var id = _spawns++;
        var task = WatchAsync(id, name, work);
        if (!task.IsCompleted)
        {
            _spawned.Add(id, (name, task));
        }
    }

    /// <inheritdoc/>
    public async ValueTask DelayAsync(TimeSpan delay, CancellationToken cancel = default) => await Task.Delay(delay, Time, cancel);

    /// <inheritdoc/>
    public async ValueTask YieldAsync() => await Task.Yield();

    private async Task LiveAsync<T>(Func<IHost, Task<T>> body, TaskCompletionSource<T> done, CancellationTokenRegistration stop)
    {
        Exception? failure = null;
        T result = default!;
        try
        {
            result = await body(this);
        }
#pragma warning disable CA1031 // The body's exception is the caller's; it travels through the task.
        catch (Exception e)
#pragma warning restore CA1031
        {
            failure = e;
        }

        RequestStop();
        await StopSpawnedAsync();
        await ReleaseAsync();
        await stop.DisposeAsync();
        if (!_options.SharesLoop)
        {
            _loop.Complete();
        }

        failure = _crash ?? failure;
        if (failure is null)
        {
            done.SetResult(result);
        }
        else if (failure is OperationCanceledException cancelled)
        {
            done.SetCanceled(cancelled.CancellationToken);
        }
        else
        {
            done.SetException(failure);
        }
    }

    private async Task WatchAsync(long id, string name, Func<CancellationToken, Task> work)
    {
        try
        {
            await work(Stopping);
        }
        catch (OperationCanceledException)
        {
            // Cancellation is how work ends in good order.
        }
#pragma warning disable CA1031 // Whatever else leaves spawned work is a crash of the host.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Crash(name, e);
        }
        finally
        {
            _spawned.Remove(id);
        }
    }

    private async Task StopSpawnedAsync()
    {
        var deadline = Time.GetTimestamp() + (long)(_options.StopGrace.TotalSeconds * Time.TimestampFrequency);
        while (_spawned.Count > 0)
        {
            var left = Time.GetElapsedTime(Time.GetTimestamp(), deadline);
            var (name, work) = _spawned.Values.First();
            try
            {
                await work.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, Time);
            }
            catch (TimeoutException)
            {
                Logs.CreateLogger<LiveHost>().LogWarning(
                    "{Host} was asked to stop, but '{Work}' still runs after {Grace}; leaving it behind", Name, name, _options.StopGrace);
                return;
            }
        }
    }

    private async Task ReleaseAsync()
    {
        foreach (var port in (_framePorts?.Values ?? []).OfType<IDisposable>())
        {
            port.Dispose();
        }

        if (_bus is IAsyncDisposable bus)
        {
            await bus.DisposeAsync();
        }

        _store?.Dispose();
    }

    private void RequestStop()
    {
        if (!_stopping.IsCancellationRequested)
        {
            _stopping.Cancel();
        }
    }

    private void Crash(string work, Exception e)
    {
        _crash ??= new HostCrashedException($"{Name} crashed: '{work}' let out {e.GetType().Name}: {e.Message}", e);
        RequestStop();
    }
}
