using System.Text;
using System.Text.Json.Nodes;
using VtepLab.HardwareVtep;
using VtepLab.Hosting;
using VtepLab.L2Gateway.Agent;
using VtepLab.Neutron;
using VtepLab.Ovsdb;
using VtepLab.OvsdbPeers;
using VtepLab.Runtime;
using VtepLab.Testing.Peers;

namespace VtepLab.Agents.Tests.L2Gateway;

/// <summary>What the original agent said to a switch's database and heard from it, captured beside the session on the bus: ours is held against it.</summary>
public class OvsdbSampleTests
{
    private static readonly string[] Compared = ["Logical_Switch", "Physical_Port", "Physical_Locator", "Ucast_Macs_Remote"];

    /// <summary>A switch that is served by our engine understands the original agent.</summary>
    [Test]
    public void The_monitor_request_of_the_original_gets_the_captured_reply_from_our_server()
    {
        var samples = Samples("captured-ovsdb.jsonl");
        var (request, reply) = (samples.First(s => (string?)s["method"] == "monitor"), samples[1]);
        var entropy = new Random(7);
        var server = new OvsdbServer(new OvsdbServerOptions { Time = TimeProvider.System, NewUuid = NewUuid });
        server.Add(new Database(VtepSchema.Load(new Version(1, 7, 0)), NewUuid));
        var client = new Listener();
        var session = server.OpenSession(client);

        session.Receive(Encoding.UTF8.GetBytes(
            new JsonObject { ["id"] = 0, ["method"] = "transact", ["params"] = new JsonArray(["hardware_vtep", .. Rows(reply["result"]!.AsObject())]) }.ToJsonString()));
        session.Receive(Encoding.UTF8.GetBytes(
            new JsonObject { ["id"] = request["id"]!.DeepClone(), ["method"] = "monitor", ["params"] = request["params"]!.DeepClone() }.ToJsonString()));

        Assert.That(client.Said[0]["result"]!.AsArray().Select(r => r?["error"]), Has.All.Null, client.Said[0].ToJsonString());
        Assert.That((string?)client.Said[1]["id"], Is.EqualTo((string?)request["id"]));
        Assert.That(Sorted(client.Said[1]["result"]!), Is.EqualTo(Sorted(reply["result"]!)));

        Guid NewUuid()
        {
            var bytes = new byte[16];
            entropy.NextBytes(bytes);
            return new Guid(bytes);
        }
    }

    /// <summary>The original's transactions go to one ovsdb-server as they were captured, and to another what our agent makes of the same calls.</summary>
    [Test]
    [Category(RealPeer.Category)]
    public async Task Our_agents_transactions_mean_what_the_captured_ones_meant()
    {
        var samples = Samples("captured-ovsdb.jsonl");
        var rows = Rows(samples[1]["result"]!.AsObject()).ToList();
        // The session on the bus that goes with them ends before somebody called the agent by hand; there are as many calls as transactions until then.
        var calls = Samples("captured-session.jsonl").Where(s => s.ContainsKey("call")).ToList();
        var transactions = samples.Where(s => (string?)s["method"] == "transact").Take(calls.Count).ToList();
        await using var theirs = await OvsdbServerPeer.StartAsync();
        await using var ours = await OvsdbServerPeer.StartAsync();
        foreach (var server in (OvsdbServerPeer[])[theirs, ours])
        {
            await TransactAsync(server, rows.Select(r => r.DeepClone()));
        }

        await LiveHost.RunAsync("agent", null, async host =>
        {
            var target = new OvsdbHost("tor-a", Endpoint.Parse(ours.Endpoint));
            var options = new AgentOptions { Host = "agent", OvsdbHosts = [target], TransactTimeout = TimeSpan.FromSeconds(30), ConnectPatience = TimeSpan.FromSeconds(30) };
            var session = new OvsdbClientSession(host, options.SessionWith(target, tables: []));
            session.Start();
            var agent = new GatewaySwitch(host, "tor-a", session, options);
            foreach (var (call, transaction) in calls.Zip(transactions))
            {
                var arguments = await TranslatedAsync(call["args"]!.AsObject(), theirs, ours);
                await TransactAsync(theirs, WithCapturedUuids(transaction, samples));
                await CarryOutAsync(agent, (string)call["call"]!, arguments);

                Assert.That(await MeaningAsync(ours), Is.EqualTo(await MeaningAsync(theirs)), $"after {call["call"]} {call["args"]!.ToJsonString()}");
            }
        });
        Assert.That(calls, Has.Count.EqualTo(13));
    }

    private static List<JsonObject> Samples(string file) =>
        [.. File.ReadLines(Path.Combine(TestContext.CurrentContext.TestDirectory, "L2Gateway", "Samples", file)).Select(l => JsonNode.Parse(l)!.AsObject())];

    // Operations that make the rows of a monitor's reply, with their UUIDs and without what the server writes itself; Global holds the switches.
    private static IEnumerable<JsonNode> Rows(JsonObject updates)
    {
        var rows =
            from table in updates
            from row in table.Value!.AsObject()
            let columns = row.Value!["new"]!.DeepClone().AsObject()
            where columns.Remove("_version")
            select (JsonNode)new JsonObject { ["op"] = "insert", ["table"] = table.Key, ["uuid"] = row.Key, ["row"] = columns };
        var switches = updates["Physical_Switch"]!.AsObject().Select(s => (JsonNode)new JsonArray("uuid", s.Key));
        return rows.Append(new JsonObject
        {
            ["op"] = "insert", ["table"] = "Global", ["row"] = new JsonObject { ["switches"] = new JsonArray("set", new JsonArray([.. switches])) },
        });
    }

    // A row that is inserted gets the UUID that the captured server gave it, for later transactions name it.
    private static IEnumerable<JsonNode> WithCapturedUuids(JsonObject transaction, List<JsonObject> samples)
    {
        var reply = samples.Single(s => (string?)s["kind"] == "reply" && (string?)s["id"] == (string?)transaction["id"])["result"]!.AsArray();
        return transaction["params"]!.AsArray().Skip(1).Select((operation, n) =>
        {
            var copy = operation!.DeepClone();
            if (reply[n]!["uuid"] is JsonArray made)
            {
                copy["uuid"] = made[1]!.DeepClone();
            }

            return copy;
        });
    }

    private static async Task<JsonArray> TransactAsync(OvsdbServerPeer server, IEnumerable<JsonNode> operations)
    {
        var answer = await server.OvsdbClientAsync("transact", new JsonArray(["hardware_vtep", .. operations]).ToJsonString());
        var results = JsonNode.Parse(answer)!.AsArray();
        Assert.That(results.Select(r => r?["error"]), Has.All.Null, answer);
        return results;
    }

    private static async Task CarryOutAsync(GatewaySwitch agent, string method, JsonObject arguments) => await (method switch
    {
        L2GatewayRpc.AddVif => agent.AddVifAsync(AddVifRequest.Read(arguments), default),
        L2GatewayRpc.UpdateVif => agent.UpdateVifAsync(UpdateVifRequest.Read(arguments), default),
        L2GatewayRpc.DeleteVif => agent.DeleteVifAsync(DeleteVifRequest.Read(arguments), default),
        _ => agent.UpdateConnectionAsync(UpdateConnectionRequest.Read(arguments), default),
    });

    // The UUIDs in a captured call are those of the captured server; ours has given the same rows others.
    private static async Task<JsonObject> TranslatedAsync(JsonObject arguments, OvsdbServerPeer theirs, OvsdbServerPeer ours)
    {
        var text = arguments.ToJsonString();
        var known = await NamesAsync(ours);
        foreach (var (name, uuid) in await NamesAsync(theirs))
        {
            text = text.Replace(uuid, known[name], StringComparison.Ordinal);
        }

        return JsonNode.Parse(text)!.AsObject();
    }

    private static async Task<List<(string Table, JsonObject Row)>> ContentAsync(OvsdbServerPeer server)
    {
        var selects = Compared.Select(t => (JsonNode)new JsonObject { ["op"] = "select", ["table"] = t, ["where"] = new JsonArray() });
        var results = await TransactAsync(server, selects);
        return [.. Compared.SelectMany((table, n) => results[n]!["rows"]!.AsArray().Select(r => (table, r!.AsObject())))];
    }

    // What a row is known by, whatever its UUID.
    private static async Task<Dictionary<string, string>> NamesAsync(OvsdbServerPeer server) =>
        (await ContentAsync(server)).ToDictionary(r => $"{r.Table} {r.Row["name"] ?? r.Row["dst_ip"] ?? r.Row["MAC"]}", r => (string)r.Row["_uuid"]![1]!);

    // All rows, each reference by the name of what it refers to.
    private static async Task<string> MeaningAsync(OvsdbServerPeer server)
    {
        var names = await NamesAsync(server);
        var lines = (await ContentAsync(server)).Select(r =>
        {
            r.Row.Remove("_version");
            var text = $"{r.Table} {Sorted(r.Row)}";
            return names.Aggregate(text, (line, name) => line.Replace(name.Value, $"<{name.Key}>", StringComparison.Ordinal));
        });
        return string.Join('\n', lines.Order(StringComparer.Ordinal));
    }

    // Members in the order of their names, sets in that of their elements, and no versions.
    private static string Sorted(JsonNode node) => node switch
    {
        JsonObject json => $"{{{string.Join(",", json.Where(m => m.Key != "_version").OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => $"\"{m.Key}\":{Sorted(m.Value!)}"))}}}",
        JsonArray { Count: 2 } set when set[0]?.ToString() is "set" or "map" && set[1] is JsonArray members =>
            $"{set[0]}[{string.Join(",", members.Select(m => Sorted(m!)).Order(StringComparer.Ordinal))}]",
        _ => node.ToJsonString(),
    };

    private sealed class Listener : ISessionOutput
    {
        public List<JsonObject> Said { get; } = [];

        public long UnsentBytes => 0;

        public void Send(ReadOnlySpan<byte> message) => Said.Add(JsonNode.Parse(message)!.AsObject());

        public void Disconnect(string reason) => Assert.Fail(reason);
    }
}
