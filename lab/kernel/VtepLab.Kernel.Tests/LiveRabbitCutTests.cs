using System.Text.Json.Nodes;
using VtepLab.Hosting;
using VtepLab.Runtime;
using VtepLab.Testing.Peers;

namespace VtepLab.Kernel.Tests;

/// <summary>A network that is cut between a host and the broker without a word, several brokers, and TLS.</summary>
[Category(RealPeer.Category)]
[Parallelizable(ParallelScope.Children)] // Each has a broker of its own, and mostly waits for it.
public class LiveRabbitCutTests
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [Test]
    public async Task What_was_cast_into_a_network_that_is_cut_arrives_by_another_broker_once_the_heartbeat_is_missed()
    {
        await using var broker = await RabbitMqPeer.StartAsync();
        using var first = new CutRelay(broker.Port);
        using var second = new CutRelay(broker.Port);
        await BetweenAsync(OptionsFor(broker.Port), OptionsFor(first.Port, second.Port), async (sender, heard) =>
        {
            await sender.Bus.CastAsync(new BusTarget("topic"), "0", []);
            first.Cut();
            var casts = Enumerable.Range(1, 5).Select(n => sender.Bus.CastAsync(new BusTarget("topic"), $"{n}", []).AsTask()).ToList();
            await Task.WhenAll(casts).WaitAsync(Patience, sender.Time);
            await heard.CountAsync(sender, 6);
        });
        Assert.That(second.Connections, Is.Positive, "the other broker's turn");
    }

    [Test]
    public async Task A_server_that_is_cut_off_gets_what_the_broker_had_sent_into_nothing()
    {
        await using var broker = await RabbitMqPeer.StartAsync();
        using var relay = new CutRelay(broker.Port);
        await BetweenAsync(OptionsFor(relay.Port), OptionsFor(broker.Port), async (sender, heard) =>
        {
            await sender.Bus.CastAsync(new BusTarget("topic"), "0", []);
            await heard.CountAsync(sender, 1);
            relay.Cut();
            for (var n = 1; n <= 5; n++)
            {
                await sender.Bus.CastAsync(new BusTarget("topic"), $"{n}", []); // The broker delivers it to a consumer that is not there any more.
            }

            relay.Mend();
            await heard.CountAsync(sender, 6);
        });
    }

    [Test]
    public async Task TLS_is_spoken_with_certificates_on_both_sides_and_a_stranger_s_broker_is_refused()
    {
        using var certificates = new CertificateFolder();
        await certificates.CertifyAsync("ca");
        await certificates.CertifyAsync("other");
        await certificates.CertifyAsync("broker", signedBy: "ca");
        await certificates.CertifyAsync("agent", signedBy: "ca");
        await using var broker = await RabbitMqPeer.StartAsync(certificates);
        var tls = new RabbitTls(certificates["ca.pem"], certificates["agent.pem"], certificates["agent.key"]);
        var good = OptionsFor(broker.TlsPort) with { Tls = tls };
        await BetweenAsync(good, good, async (sender, heard) =>
        {
            await sender.Bus.CastAsync(new BusTarget("topic"), "0", []);
            await heard.CountAsync(sender, 1);
        });

        foreach (var bad in (RabbitTls[])[tls with { CaFile = certificates["other.pem"] }, tls with { ChecksHostName = true }])
        {
            await LiveHost.RunAsync("stranger", Live(OptionsFor(broker.TlsPort) with { Tls = bad }), async host =>
                await Assert.ThrowsAsync<TimeoutException>(async () => await host.Bus.CallAsync(new BusTarget("topic"), "m", [], TimeSpan.FromSeconds(5))));
        }
    }

    // Two hosts, of which one serves and the other sends.
    private static Task BetweenAsync(RabbitBusOptions server, RabbitBusOptions client, Func<IHost, Heard, Task> test) =>
        LiveHost.RunAsync("server", Live(server), async host =>
        {
            var heard = new Heard();
            await using var serving = await host.Bus.ServeAsync(new BusTarget("topic", "s1"), (request, _) =>
            {
                heard.Add(request.Method);
                return new((JsonNode?)null);
            });
            await LiveHost.RunAsync("client", Live(client), sender => test(sender, heard));
            Assert.That(heard.All, Is.EquivalentTo(heard.All.Distinct()), "each once");
        }).WaitAsync(Patience * 2);

    private static LiveHostOptions Live(RabbitBusOptions options) => new() { Bus = host => new RabbitBus(host, options) };

    private static RabbitBusOptions OptionsFor(params int[] ports) =>
        new([.. ports.Select(p => new Uri($"amqp://guest:guest@127.0.0.1:{p}/"))]) { Heartbeat = Heartbeat };

    // Read on one host's loop, written on another's.
    private sealed class Heard
    {
        private readonly List<string> _methods = [];

        public IReadOnlyList<string> All
        {
            get
            {
                lock (_methods)
                {
                    return [.. _methods];
                }
            }
        }

        public void Add(string method)
        {
            lock (_methods)
            {
                _methods.Add(method);
            }
        }

        public async Task CountAsync(IHost host, int count)
        {
            var start = host.Time.GetTimestamp();
            while (All.Count < count && host.Time.GetElapsedTime(start) < Patience)
            {
                await host.DelayAsync(TimeSpan.FromMilliseconds(100));
            }

            Assert.That(All.Order(), Is.EqualTo(Enumerable.Range(0, count).Select(n => $"{n}")));
        }
    }
}
