using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using VtepLab.Emulators.Neutron;
using VtepLab.L2Gateway.Plugin;
using VtepLab.Neutron.Rest;
using VtepLab.Topology;

namespace VtepLab.Agents.Tests.L2Gateway.Plugin;

/// <summary>
/// Replays requests that were made to the original and holds our answers against its: status and body, ids by the order in which they
/// come. Before a case that refers to nothing made earlier everything is deleted, as it was when they were taken.
/// </summary>
public partial class ApiSampleTests
{
    // The order of devices, interfaces and filters is chance at the original.
    private static readonly string[] Unordered = ["devices", "interfaces", "segmentation_id", "l2_gateways", "l2_gateway_connections"];

    [Test]
    public void Every_request_is_answered_as_the_original_answered_it()
    {
        // Lists are sorted by id, and ids are chance: under this seed the gateways of the page tests have them in the original's order.
        var (differences, count) = SimulatedLab.Run(1, ReplayAsync);

        Assert.That(differences, Is.Empty);
        Assert.That(count, Is.EqualTo(97));
    }

    private static async Task<(string Differences, int Count)> ReplayAsync(SimulatedLab lab)
    {
        var agent = await AgreeableAgent.StartAsync(lab);
        await using var controller = await NeutronController.StartAsync(
            lab.Driver, new NeutronServerOptions { Database = new() }, new PluginOptions { Database = new() });
        await agent.TellAsync();
        var ids = new Dictionary<string, string>();
        var differences = new StringBuilder();
        var samples = File.ReadAllLines(Path.Combine(TestContext.CurrentContext.TestDirectory, "L2Gateway/Plugin/l2gw-api-samples.jsonl"))
            .Select(l => JsonNode.Parse(l)!.AsObject()).ToList();
        var section = "";
        for (var number = 0; number < samples.Count; number++)
        {
            var sample = samples[number];
            if (section != (string?)sample["case"])
            {
                section = (string)sample["case"]!;
                if (!Uuids().Matches((string)sample["path"]!).Any(m => ids.ContainsKey(m.Value)))
                {
                    await controller.EmptyAsync();
                }
            }

            await controller.MakeNetworksAsync(sample, ids);
            var path = Ours((string)sample["path"]!, ids);
            var body = sample["request"] is { } given ? Ours(given.ToJsonString(), ids) : (string?)sample["note"] == "bad JSON" ? "{" : "";
            var cut = path.IndexOf('?', StringComparison.Ordinal);
            var answer = await controller.RequestAsync(new RestRequest(
                (string)sample["method"]!, "/v2.0" + (cut < 0 ? path : path[..cut]), cut < 0 ? [] : NeutronController.ReadQuery(path[(cut + 1)..]),
                Encoding.UTF8.GetBytes(body), RestCaller.Admin, "http://neutron.example:9696"));
            Learn(sample["answer"], answer.Body, ids);
            var expected = $"{sample["status"]} {Normal(sample["answer"])}";
            var found = $"{answer.Status} {Normal(answer.Body)}";
            if (expected != found)
            {
                differences.AppendLine($"{number} {sample["method"]} {sample["path"]} ({sample["note"]})\n  expected {expected}\n  found    {found}");
            }
        }

        return (differences.ToString(), samples.Count);
    }

    // What the original called a thing, and what we call it: found by place in answers that are alike.
    private static void Learn(JsonNode? theirs, JsonNode? ours, Dictionary<string, string> ids)
    {
        switch (theirs, ours)
        {
            case (JsonObject one, JsonObject other):
                foreach (var (name, value) in one)
                {
                    if (name == "id" && value is not null && other["id"] is { } id)
                    {
                        ids.TryAdd((string)value!, (string)id!);
                    }
                    else if (other.TryGetPropertyValue(name, out var mine))
                    {
                        Learn(value, mine, ids);
                    }
                }

                break;
            case (JsonArray one, JsonArray other) when one.Count == 1 && other.Count == 1:
                Learn(one[0], other[0], ids);
                break;
        }
    }

    private static string Ours(string text, Dictionary<string, string> ids) => Uuids().Replace(text, match => ids.GetValueOrDefault(match.Value, match.Value));

    private static string Normal(JsonNode? json) =>
        Uuids().Replace(Sorted(json)?.ToJsonString() ?? "", "<id>").Replace("\\u0027", "'", StringComparison.Ordinal);

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => KeyValuePair.Create(
            m.Key, Unordered.Contains(m.Key) && m.Value is JsonArray list
                ? new JsonArray([.. list.Select(Sorted).OrderBy(i => Uuids().Replace(i?.ToJsonString() ?? "", "<id>"), StringComparer.Ordinal)])
                : Sorted(m.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Sorted)]),
        _ => node?.DeepClone(),
    };

    [GeneratedRegex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")]
    private static partial Regex Uuids();
}
