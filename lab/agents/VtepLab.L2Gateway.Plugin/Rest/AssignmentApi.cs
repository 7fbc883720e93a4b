using System.Text.Json;
using System.Text.Json.Nodes;
using VtepLab.Neutron.Rest;
using VtepLab.Ovsdb;
using VtepLab.Runtime;
using JsonValue = System.Text.Json.Nodes.JsonValue;

namespace VtepLab.L2Gateway.Plugin;

/// <summary>
/// <c>/v2.0/l2-gateway-assignments</c>: which agents look after which switch, instead of <c>ovsdb_hosts</c> in each agent's file; the
/// specification's future work. No agents named means every agent. The agent that monitors tells of what it is assigned only, so
/// agents that may be elected need all.
/// </summary>
internal sealed class AssignmentApi(IHost host, PluginModel model, Func<CancellationToken, Task> tell)
{
    private static readonly string[] Attributes = ["id", "ovsdb_identifier", "ovsdb_host", "agents"];

    public async Task<RestResponse> HandleAsync(string id, RestRequest request, CancellationToken cancel) => (request.Method, id.Length > 0) switch
    {
        ("GET", false) => new(200, new CollectionQuery(request.Query, "id", "ovsdb_identifier").Page(
            "l2_gateway_assignments", model.Assignments.Select(ToJson), $"{request.BaseAddress}/v2.0/l2-gateway-assignments")),
        ("GET", true) => new(200, Body(Find(id))),
        ("POST", false) => new(201, await CreateAsync(request, cancel)),
        ("PUT", true) => new(200, await UpdateAsync(id, request, cancel)),
        ("DELETE", true) => await DeleteAsync(id, cancel),
        _ => throw NeutronException.NoResource(),
    };

    private async Task<JsonNode> CreateAsync(RestRequest request, CancellationToken cancel)
    {
        var body = RequestBody.Read(request, "l2_gateway_assignment", Attributes);
        var assignment = new SwitchAssignment(
            host.Entropy.NewUuid().ToString("D"), RequestBody.Text(body, "ovsdb_identifier"), Endpoint(RequestBody.Text(body, "ovsdb_host")), [.. Agents(body)]);
        await model.WriteAsync(
            write =>
            {
                if (model.Assignments.FirstOrDefault(a => a.OvsdbIdentifier == assignment.OvsdbIdentifier) is not { } other)
                {
                    write.Insert("Assignment", [.. Columns(assignment), ("id", assignment.Id), ("ovsdb_identifier", assignment.OvsdbIdentifier)]);
                }
                else if (other.Id != assignment.Id)
                {
                    throw new NeutronException(
                        409, "L2GatewayAssignmentExists", $"The switch {assignment.OvsdbIdentifier} is assigned already, by {other.Id}.");
                }
            },
            cancel);
        await tell(cancel);
        return Body(Find(assignment.Id));
    }

    private async Task<JsonNode> UpdateAsync(string id, RestRequest request, CancellationToken cancel)
    {
        var body = RequestBody.Read(request, "l2_gateway_assignment", Attributes);
        RequestBody.RefuseReadOnly(body, "ovsdb_host", "agents");
        var old = Find(id);
        var changed = old with
        {
            OvsdbHost = Endpoint(RequestBody.Text(body, "ovsdb_host", old.OvsdbHost)),
            Agents = body.ContainsKey("agents") ? [.. Agents(body)] : old.Agents,
        };
        await model.WriteAsync(write => write.Update("Assignment", Where.Column("id", id), Columns(changed)), cancel);
        await tell(cancel);
        return Body(Find(id));
    }

    private async Task<RestResponse> DeleteAsync(string id, CancellationToken cancel)
    {
        _ = Find(id);
        await model.WriteAsync(write => write.Delete("Assignment", Where.Column("id", id)), cancel);
        await tell(cancel);
        return new RestResponse(204, null);
    }

    private static (string, Datum)[] Columns(SwitchAssignment assignment) =>
        [("ovsdb_host", assignment.OvsdbHost), ("agents", Datum.Set(assignment.Agents.Select(a => (Atom)a)))];

    private static string Endpoint(string text) => Runtime.Endpoint.TryParse(text, out _, out var error)
        ? text
        : throw NeutronException.BadRequest($"Invalid input for ovsdb_host. Reason: {error}.");

    private static IEnumerable<string> Agents(JsonObject body) =>
        !body.ContainsKey("agents") ? [] : body["agents"] is JsonArray agents && agents.All(a => a is JsonValue v && v.GetValueKind() == JsonValueKind.String)
            ? agents.Select(a => a!.ToString()).Distinct()
            : throw NeutronException.BadRequest("Invalid input for agents. Reason: expected a list of the agents' host names.");

    private SwitchAssignment Find(string id) => model.Assignments.FirstOrDefault(a => a.Id == id)
        ?? throw new NeutronException(404, "L2GatewayAssignmentNotFound", $"L2 Gateway assignment {id} could not be found");

    private static JsonObject Body(SwitchAssignment assignment) => new() { ["l2_gateway_assignment"] = ToJson(assignment) };

    private static JsonObject ToJson(SwitchAssignment assignment) => new()
    {
        ["id"] = assignment.Id, ["ovsdb_identifier"] = assignment.OvsdbIdentifier, ["ovsdb_host"] = assignment.OvsdbHost,
        ["agents"] = new JsonArray([.. assignment.Agents.Select(a => (JsonNode)a)]),
    };
}
