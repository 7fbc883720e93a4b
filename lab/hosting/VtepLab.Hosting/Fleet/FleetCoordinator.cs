using System.Globalization;
using System.Text;
using RabbitMQ.Client;

namespace VtepLab.Hosting;

/// <summary>What came back from the workers.</summary>
/// <param name="Results">One result for each range, in the order of the seeds, whoever ran it and whenever.</param>
/// <param name="Repeated">How many results came for a range that had one; they were dropped.</param>
public sealed record FleetReport(IReadOnlyList<byte[]> Results, int Repeated);

/// <summary>Hands ranges of seeds to workers through a quorum queue and gathers one result for each.</summary>
/// <remarks>
/// The broker hands a range out again when its worker goes before it has answered, so a range may be run twice; results are kept
/// by range, so it counts once. A second result that differs from the first is an error: the same seeds must give the same bytes.
/// </remarks>
public sealed class FleetCoordinator
{
    private const int Ahead = 256; // Ranges that wait in the broker at most; the others stay here.

    private readonly FleetOptions _options;
    private readonly ReadOnlyMemory<byte> _job;
    private readonly IReadOnlyList<FleetRange> _ranges;
    private readonly byte[]?[] _results;
    private readonly string _queue;
    private int _missing;
    private int _repeated;

    private FleetCoordinator(FleetOptions options, ReadOnlyMemory<byte> job, IReadOnlyList<FleetRange> ranges)
    {
        (_options, _job, _ranges) = (options, job, ranges);
        (_results, _missing) = (new byte[]?[ranges.Count], ranges.Count);
        _queue = $"{options.Queue}.results.{Guid.NewGuid():N}";
    }

    private Action<FleetRange, byte[]>? Arrived { get; init; }

    /// <summary>Runs all seeds of a range on the workers.</summary>
    /// <param name="options">Where the workers are.</param>
    /// <param name="job">What is to be done with each range, in the words of the workers' program.</param>
    /// <param name="all">The seeds.</param>
    /// <param name="size">Seeds to a range: some seconds of work, so that a worker's death costs little and the broker's ack time-out (30 min) is far.</param>
    /// <param name="arrived">Called with each range's result, one call at a time, in the order of arrival.</param>
    /// <param name="cancel">Gives up; ranges that still wait are dropped by the workers.</param>
    /// <exception cref="FleetException">The broker cannot be reached at first, a worker failed, or two of them disagree.</exception>
    public static async Task<FleetReport> RunAsync(
        FleetOptions options, ReadOnlyMemory<byte> job, FleetRange all, int size, Action<FleetRange, byte[]>? arrived = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var coordinator = new FleetCoordinator(options, job, all.Split(size)) { Arrived = arrived };
        for (var met = false; coordinator._missing > 0;)
        {
            try
            {
                await using var link = await FleetLink.OpenAsync(options, "vteplab coordinator", cancel);
                met = true;
                await coordinator.UseAsync(link, cancel);
            }
            catch (Exception e) when (FleetLink.IsLoss(e) && !cancel.IsCancellationRequested)
            {
                if (!met)
                {
                    throw new FleetException($"no broker at {options.Broker.Authority}: {e.InnerException?.Message ?? e.Message}", e);
                }

                await Task.Delay(options.Retry, TimeProvider.System, cancel);
            }
        }

        return new FleetReport([.. coordinator._results.Select(r => r!)], coordinator._repeated);
    }

    private async Task UseAsync(FleetLink link, CancellationToken cancel)
    {
        await link.DeclareAsync(_queue, _options.ResultsExpire, cancel);
        try
        {
            await link.ConsumeAsync(_queue, 64, cancel);
            var waiting = new Queue<int>(Enumerable.Range(0, _ranges.Count).Where(i => _results[i] is null)); // Again after a loss: they may be lost too.
            var outside = 0;
            while (_missing > 0)
            {
                var sent = new List<Task>();
                while (outside < Ahead && waiting.TryDequeue(out var next))
                {
                    sent.Add(SendAsync(link, next, cancel));
                    outside++;
                }

                await Task.WhenAll(sent);
                var delivery = await link.NextAsync(cancel);
                outside -= Take(FleetLink.Number(delivery.BasicProperties.CorrelationId), delivery.BasicProperties.Type, delivery.Body) ? 1 : 0;
                await link.Channel.BasicAckAsync(delivery.DeliveryTag, multiple: false, cancel);
            }
        }
        finally
        {
            // Done, failed or cancelled: workers drop the ranges of one who has no queue any more. After a loss of the broker this fails too.
            if (link.Channel.IsOpen)
            {
                await link.Channel.QueueDeleteAsync(_queue, ifUnused: false, ifEmpty: false, cancellationToken: CancellationToken.None);
            }
        }
    }

    private Task SendAsync(FleetLink link, int number, CancellationToken cancel)
    {
        var range = _ranges[number];
        var properties = new BasicProperties
        {
            MessageId = number.ToString(CultureInfo.InvariantCulture),
            ReplyTo = _queue,
            Headers = new Dictionary<string, object?>
            {
                [FleetLink.First] = range.First.ToString(CultureInfo.InvariantCulture), [FleetLink.Count] = range.Count,
            },
        };
        return link.PublishAsync(_options.Queue, properties, _job, cancel).AsTask();
    }

    /// <summary>Keeps a result; false when its range has one already.</summary>
    private bool Take(int number, string? type, ReadOnlyMemory<byte> body)
    {
        if (number < 0 || number >= _ranges.Count)
        {
            return false; // None of ours.
        }

        var range = _ranges[number];
        if (type != FleetLink.Result)
        {
            throw new FleetException($"seeds {range}: {Encoding.UTF8.GetString(body.Span)}");
        }

        if (_results[number] is { } known)
        {
            _repeated++;
            return known.AsSpan().SequenceEqual(body.Span)
                ? false
                : throw new FleetException($"seeds {range} were run twice with different results: the workers are not the same program, or it is not deterministic");
        }

        var result = body.ToArray();
        _results[number] = result;
        _missing--;
        Arrived?.Invoke(range, result);
        return true;
    }
}
