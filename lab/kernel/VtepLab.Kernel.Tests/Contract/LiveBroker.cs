using VtepLab.Hosting;
using VtepLab.Runtime;
using VtepLab.Testing.Peers;

namespace VtepLab.Kernel.Tests.Contract;

/// <summary>A real RabbitMQ, brought into trouble as its operator would; each run has a virtual host of its own.</summary>
public sealed class LiveBroker : IBrokerWorld
{
    private const string Publish =
        """
        import amqp, sys
        connection = amqp.Connection(host='127.0.0.1:' + sys.argv[1], virtual_host=sys.argv[2], login_method='PLAIN')
        connection.connect()
        channel = connection.channel()
        channel.basic_publish(amqp.Message(sys.stdin.buffer.read(), content_type='application/json'), exchange='', routing_key=sys.argv[3])
        connection.close()
        """;

    private static int _runs;
    private WarningLog _log = new();
    private string _space = "";

    public IReadOnlyList<string> Warnings => _log.Lines;

    private static RabbitMqPeer Broker => SharedRabbitMq.Get();

    public void Run(Func<IHost, IHost, Task> body, bool isImpatient = false, int largest = 0) => RunAsync(body, isImpatient, largest).GetAwaiter().GetResult();

    public Task BlockAsync(bool isBlocked) => Broker.EvaluateAsync($"vm_memory_monitor:set_vm_memory_high_watermark({(isBlocked ? "0" : "{absolute, \"256MB\"}")})");

    public Task RefuseAsync(bool isRefused, string topic) => Broker.ControlAsync(isRefused
        ? ["set_policy", "-p", _space, "--apply-to", "queues", "full", $"^{topic}$", """{"max-length": 0, "overflow": "reject-publish"}"""]
        : ["clear_policy", "-p", _space, "full"]);

    public async Task CloseStuckChannelAsync()
    {
        while (!Warnings.Any(w => w.Contains("timed out", StringComparison.Ordinal)))
        {
            await Task.Delay(20);
        }
    }

    public Task DeleteQueueAsync(string topic) => Broker.ControlAsync("delete_queue", "-p", _space, topic);

    public async Task PoisonAsync(string topic, string body) => (await PeerProcess.RunAsync(
        RealPeer.Require("/usr/bin/python3"), ["-c", Publish, $"{Broker.Port}", _space, topic], input: body)).Success();

    private async Task RunAsync(Func<IHost, IHost, Task> body, bool isImpatient, int largest)
    {
        _space = $"trouble{Interlocked.Increment(ref _runs)}";
        await Broker.MakeSpaceAsync(_space);
        if (isImpatient)
        {
            await SetPatienceAsync("1000", "500");
        }

        if (largest > 0)
        {
            await SetLargestAsync(largest);
        }

        var options = new LiveHostOptions { Logs = _log = new WarningLog(), Bus = host => new RabbitBus(host, new RabbitBusOptions(new Uri(Broker.Uri, _space))) };
        try
        {
            await LiveHost.RunAsync("server", options, server => body(server, new SecondHost(server, options.Bus!(server)))).WaitAsync(TimeSpan.FromMinutes(2));
        }
        finally
        {
            if (largest > 0)
            {
                await SetLargestAsync(128 << 20); // RabbitMQ's own.
            }

            if (isImpatient)
            {
                await SetPatienceAsync("1800000", "60000"); // RabbitMQ's own: half an hour, looked at every minute.
            }
        }
    }

    private static Task<string> SetLargestAsync(int bytes) => Broker.EvaluateAsync($"application:set_env(rabbit, max_message_size, {bytes})");

    private static Task<string> SetPatienceAsync(string milliseconds, string lookEvery) => Broker.EvaluateAsync(
        $"application:set_env(rabbit, consumer_timeout, {milliseconds}), application:set_env(rabbit, channel_tick_interval, {lookEvery})");
}
