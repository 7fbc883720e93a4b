using System.Text.Json.Nodes;
using VtepLab.Hosting;
using VtepLab.Runtime;
using VtepLab.Testing.Peers;

namespace VtepLab.Kernel.Tests;

/// <summary>What only the real broker can show: the queues' names, the bytes, and a broker that dies.</summary>
[Category(RealPeer.Category)]
public class LiveRabbitBusTests
{
    [Test]
    public async Task The_exchanges_and_queues_are_those_of_oslo_messaging()
    {
        var broker = SharedRabbitMq.Get();
        await broker.MakeSpaceAsync("names");
        var options = new LiveHostOptions { Bus = host => new RabbitBus(host, new RabbitBusOptions(new Uri(broker.Uri, "names"))) };
        string queues = "", exchanges = "", bindings = "";
        await LiveHost.RunAsync("agent", options, async host =>
        {
            await using var serving = await host.Bus.ServeAsync(new BusTarget("l2gateway_agent", "tor-agent"), (_, _) => new((JsonNode?)null));
            await host.Bus.CallAsync(new BusTarget("l2gateway_agent"), "m", [], TimeSpan.FromSeconds(10));
            queues = await broker.ControlAsync("list_queues", "-p", "names", "--no-table-headers", "name", "durable", "auto_delete", "arguments");
            exchanges = await broker.ControlAsync("list_exchanges", "-p", "names", "--no-table-headers", "name", "type", "durable", "auto_delete");
            bindings = await broker.ControlAsync("list_bindings", "-p", "names", "--no-table-headers", "source_name", "routing_key", "destination_name");
        });

        Assert.Multiple(() =>
        {
            // Names and flags as captured from neutron-server and oslo.messaging 14.
            Assert.That(Lines(queues), Has.Exactly(1).EqualTo("l2gateway_agent false false []"));
            Assert.That(Lines(queues), Has.Exactly(1).EqualTo("l2gateway_agent.tor-agent false false []"));
            Assert.That(
                Lines(queues), Has.Exactly(1).Match("^l2gateway_agent_fanout_[0-9a-f]{32} false false \\[\\{\"x-expires\",\\s*1800000\\}\\]$"));
            Assert.That(Lines(queues), Has.Exactly(1).Match("^reply_[0-9a-f]{32} false false \\[\\{\"x-expires\",\\s*1800000\\}\\]$"));
            Assert.That(Lines(exchanges), Does.Contain("neutron topic false false"));
            Assert.That(Lines(exchanges), Does.Contain("l2gateway_agent_fanout fanout false true"));
            Assert.That(Lines(bindings), Does.Contain("neutron l2gateway_agent l2gateway_agent"));
            Assert.That(Lines(bindings), Does.Contain("neutron l2gateway_agent.tor-agent l2gateway_agent.tor-agent"));
        });
    }

    [Test]
    public async Task After_a_broker_crash_the_bus_declares_again_and_goes_on()
    {
        await using var broker = await RabbitMqPeer.StartAsync();
        var options = new LiveHostOptions { Bus = host => new RabbitBus(host, new RabbitBusOptions(broker.Uri)) };
        await LiveHost.RunAsync("agent", options, async host =>
        {
            await using var serving = await host.Bus.ServeAsync(new BusTarget("topic", "s1"), (request, _) => new(request.Method));
            Assert.That((string?)await host.Bus.CallAsync(new BusTarget("topic"), "before", [], TimeSpan.FromSeconds(10)), Is.EqualTo("before"));

            await broker.CrashAsync();
            await broker.StartAgainAsync();

            // The first call may be lost with the broker's memory; calling again after a time-out is what agents do.
            var answer = "";
            while (answer != "after")
            {
                try
                {
                    answer = (string?)await host.Bus.CallAsync(new BusTarget("topic", "s1"), "after", [], TimeSpan.FromSeconds(5)) ?? "";
                }
                catch (TimeoutException)
                {
                    // Asked before the queue was declared again.
                }
            }
        }).WaitAsync(TimeSpan.FromSeconds(90));
    }

    [Test]
    public void A_request_has_the_members_that_were_captured_from_neutron()
    {
        // Captured: oslo.version, oslo.message; inside: method, args, version, _msg_id, _reply_q, _timeout, _unique_id, _context_*.
        var body = OsloMessage.Request(
            new BusTarget("l2gateway_agent", Version: "1.0"), "set_monitor_agent", new JsonObject { ["hostname"] = "l2gw-agent-1" },
            new JsonObject { ["is_admin"] = true }, "264642c6156f4500b0e16bbe67dee5e2", ("85332016205c44679579aefd8458b30b", "reply_1eec"));

        var envelope = JsonNode.Parse(body)!.AsObject();
        var inner = JsonNode.Parse((string)envelope["oslo.message"]!)!;
        Assert.That((string?)envelope["oslo.version"], Is.EqualTo("2.0"));
        Assert.That(JsonNode.DeepEquals(inner, JsonNode.Parse(
            """
            {"method": "set_monitor_agent", "args": {"hostname": "l2gw-agent-1"}, "version": "1.0", "_context_is_admin": true,
             "_msg_id": "85332016205c44679579aefd8458b30b", "_reply_q": "reply_1eec", "_timeout": null,
             "_unique_id": "264642c6156f4500b0e16bbe67dee5e2"}
            """)));
    }

    [Test]
    public void A_request_with_all_of_a_switch_comes_out_as_it_went_in()
    {
        // Lengths of all sizes and what has to be escaped, so that the pieces it is written in end anywhere.
        var arguments = new JsonObject
        {
            ["macs"] = new JsonArray([.. Enumerable.Range(0, 5000).Select(n => (JsonNode)(new string('x', n % 23) + "\"\\\n\u00e9\U0001f600"))]),
        };

        var request = OsloMessage.ReadRequest(OsloMessage.Open(OsloMessage.Request(new BusTarget("topic"), "tell", arguments, null, "u", null)));

        Assert.That(JsonNode.DeepEquals(request.Arguments, arguments));
    }

    [Test]
    public void A_captured_failure_is_read_with_class_and_message()
    {
        var reply = OsloMessage.Open(
            """
            {"oslo.version": "2.0", "oslo.message": "{\"_msg_id\": \"93cf\", \"_unique_id\": \"85c4\", \"ending\": true, \"result\": null, \"failure\": \"{\\\"class\\\": \\\"OVSDBError\\\", \\\"module\\\": \\\"networking_l2gw.services.l2gateway.exceptions\\\", \\\"message\\\": \\\"Error from the OVSDB server: referential integrity violation\\\", \\\"tb\\\": [], \\\"args\\\": [], \\\"kwargs\\\": {}}\"}"}
            """u8.ToArray());

        var failure = OsloMessage.ReadFailure(reply);

        Assert.That(failure?.RemoteClass, Is.EqualTo("OVSDBError"));
        Assert.That(failure?.Message, Is.EqualTo("Error from the OVSDB server: referential integrity violation"));
    }

    [TestCase("")]
    [TestCase("[]")]
    [TestCase("not json")]
    [TestCase("{\"oslo.version\": \"2.0\", \"oslo.message\": \"[1]\"}")]
    [TestCase("{\"oslo.version\": \"2.0\", \"oslo.message\": 7}")]
    public void What_is_no_message_is_refused(string body) =>
        Assert.That(() => OsloMessage.Open(System.Text.Encoding.UTF8.GetBytes(body)), Throws.InstanceOf<FormatException>());

    [TestCase("""{"method": "a", "method": "b"}""", "method")]
    [TestCase("""{"oslo.message": "{\"args\": {}, \"args\": {}}"}""", "args")]
    [TestCase("{\"oslo.message\": \"{\\\"\\\\ud800\\\": 1}\"}", "oslo.messaging")]
    public void A_message_with_a_name_twice_or_a_name_that_is_no_text_is_refused(string body, string what) => Assert.That(
        () => OsloMessage.ReadRequest(OsloMessage.Open(System.Text.Encoding.UTF8.GetBytes(body))), Throws.InstanceOf<FormatException>().With.Message.Contains(what));

    [TestCase("""{"method": "m", "args": 7}""", "args")]
    [TestCase("""{"method": "m", "version": 1.0}""", "version")]
    [TestCase("""{"method": "m", "_reply_q": {}}""", "_reply_q")]
    [TestCase("""{"method": "\ud800"}""", "method")]
    public void A_request_with_a_member_of_the_wrong_kind_is_refused(string body, string member) => Assert.That(
        () => OsloMessage.ReadRequest(OsloMessage.Open(System.Text.Encoding.UTF8.GetBytes(body))),
        Throws.InstanceOf<FormatException>().With.Message.Contains(member));

    [TestCase("""{"failure": 7}""")]
    [TestCase("""{"failure": "no JSON"}""")]
    [TestCase("""{"failure": "{\"class\": 7}"}""")]
    public void A_failure_that_cannot_be_read_is_a_failure_all_the_same(string reply) =>
        Assert.That(OsloMessage.ReadFailure(JsonNode.Parse(reply)!.AsObject())?.RemoteClass, Is.EqualTo("RemoteError"));

    private static string[] Lines(string table) =>
        [.. table.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => string.Join(' ', l.Split('\t', StringSplitOptions.RemoveEmptyEntries)))];
}
