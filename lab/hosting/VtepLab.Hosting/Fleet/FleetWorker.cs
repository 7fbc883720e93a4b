using System.Globalization;
using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace VtepLab.Hosting;

/// <summary>Runs a range of seeds; the same range must give the same bytes everywhere. Called on a thread of its own.</summary>
/// <param name="job">What is to be done, as the coordinator says it.</param>
/// <param name="range">The seeds.</param>
/// <param name="cancel">Stops it; what it returns then is dropped and the range goes to another worker.</param>
public delegate byte[] FleetWork(ReadOnlyMemory<byte> job, FleetRange range, CancellationToken cancel);

/// <summary>Takes one range at a time from the queue, runs it, and acknowledges it when the broker has its result.</summary>
public sealed class FleetWorker
{
    private readonly FleetOptions _options;
    private readonly FleetWork _work;

    /// <summary>Makes a worker.</summary>
    public FleetWorker(FleetOptions options, FleetWork work)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_options, _work) = (options, work);
    }

    /// <summary>Called when the broker has confirmed a result, before the range is acknowledged.</summary>
    public Action<FleetRange>? Reported { get; init; }

    /// <summary>Told in words what goes on: connected, lost, dropped.</summary>
    public Action<string>? Say { get; init; }

    /// <summary>Works until it is cancelled.</summary>
    /// <exception cref="FleetException">The broker cannot be reached at first.</exception>
    public async Task RunAsync(CancellationToken cancel)
    {
        for (var met = false; !cancel.IsCancellationRequested;)
        {
            try
            {
                await using var link = await FleetLink.OpenAsync(_options, "vteplab worker", cancel);
                met = true;
                await link.ConsumeAsync(_options.Queue, 1, cancel);
                Say?.Invoke($"waiting for work from {_options.Broker.Authority}");
                while (true)
                {
                    await DoAsync(link, await link.NextAsync(cancel), cancel);
                }
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (FleetLink.IsLoss(e))
            {
                if (!met)
                {
                    throw new FleetException($"no broker at {_options.Broker.Authority}: {e.InnerException?.Message ?? e.Message}", e);
                }

                Say?.Invoke($"lost the broker: {e.Message}");
                await Task.Delay(_options.Retry, TimeProvider.System, CancellationToken.None);
            }
        }
    }

    private async Task DoAsync(FleetLink link, BasicDeliverEventArgs delivery, CancellationToken cancel)
    {
        var properties = delivery.BasicProperties;
        if (Read(properties) is not { } range || properties.ReplyTo is not { Length: > 0 } results)
        {
            Say?.Invoke("dropped a message that is no range of seeds");
            await link.Channel.BasicRejectAsync(delivery.DeliveryTag, requeue: false, cancel);
            return;
        }

        if (await link.ExistsAsync(results, cancel))
        {
            var (type, body) = Deliveries(properties) >= _options.MostDeliveries
                ? (FleetLink.Failure, Encoding.UTF8.GetBytes($"{_options.MostDeliveries} workers went away while they ran them"))
                : await RunOnThreadAsync(delivery.Body, range, cancel);
            cancel.ThrowIfCancellationRequested();
            try
            {
                await link.PublishAsync(results, new BasicProperties { CorrelationId = properties.MessageId, Type = type }, body, cancel);
                Reported?.Invoke(range);
            }
            catch (PublishException e) when (e.IsReturn)
            {
                Say?.Invoke($"nobody waits for seeds {range} any more"); // The coordinator went meanwhile.
            }
        }

        await link.Channel.BasicAckAsync(delivery.DeliveryTag, multiple: false, cancel);
    }

    private Task<(string Type, byte[] Body)> RunOnThreadAsync(ReadOnlyMemory<byte> job, FleetRange range, CancellationToken cancel) =>
        Task.Factory.StartNew(
            () =>
            {
                try
                {
                    return (FleetLink.Result, _work(job, range, cancel));
                }
#pragma warning disable CA1031 // Whatever the work throws is the answer: another worker would find the same.
                catch (Exception e) when (!cancel.IsCancellationRequested)
#pragma warning restore CA1031
                {
                    return (FleetLink.Failure, Encoding.UTF8.GetBytes($"{e.GetType().Name}: {e.Message}"));
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static FleetRange? Read(IReadOnlyBasicProperties properties) =>
        ulong.TryParse(FleetLink.Text(FleetLink.Header(properties, FleetLink.First)), NumberStyles.None, CultureInfo.InvariantCulture, out var first)
        && FleetLink.Number(FleetLink.Text(FleetLink.Header(properties, FleetLink.Count))) is var count and > 0
            ? new FleetRange(first, count)
            : null;

    /// <summary>How often the broker handed it out before, as quorum queues count it.</summary>
    private static long Deliveries(IReadOnlyBasicProperties properties) =>
        FleetLink.Header(properties, "x-delivery-count") is IConvertible count ? count.ToInt64(CultureInfo.InvariantCulture) : 0;
}
