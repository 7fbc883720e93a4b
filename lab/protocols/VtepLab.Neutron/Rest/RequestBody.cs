using System.Text.Json;
using System.Text.Json.Nodes;

namespace VtepLab.Neutron.Rest;

/// <summary>Reads the one resource of a POST or PUT and refuses what Neutron's API layer refuses.</summary>
public static class RequestBody
{
    /// <summary>The attributes that were given.</summary>
    /// <param name="request">The request.</param>
    /// <param name="resource">The resource's name in the body, such as <c>l2_gateway</c>.</param>
    /// <param name="known">The attributes there are.</param>
    /// <exception cref="NeutronException">No JSON, no such resource in it, several of them, or an attribute that there is not.</exception>
    public static JsonObject Read(RestRequest request, string resource, params IReadOnlyList<string> known)
    {
        JsonNode? parsed;
        try
        {
            parsed = JsonNode.Parse(request.Body.Span);
            _ = parsed?.ToJsonString(); // Finds names that come twice now.
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new NeutronException(400, "MalformedRequestBody", "Malformed request body: Cannot understand JSON.");
        }

        if (parsed is JsonObject several && several.ContainsKey(resource + "s"))
        {
            throw NeutronException.BadRequest("Bulk operation not supported");
        }

        var attributes = parsed is JsonObject body && body[resource] is JsonObject found
            ? found
            : throw NeutronException.BadRequest($"Unable to find '{resource}' in request body");
        var unknown = attributes.Select(a => a.Key).Where(a => !known.Contains(a)).ToList();
        return unknown.Count == 0
            ? attributes
            : throw NeutronException.BadRequest($"Unrecognized attribute(s) '{string.Join(", ", unknown)}'");
    }

    /// <summary>Refuses attributes that cannot be changed.</summary>
    /// <exception cref="NeutronException">One of them was given.</exception>
    public static void RefuseReadOnly(JsonObject attributes, params IReadOnlyList<string> changeable)
    {
        var refused = attributes.Select(a => a.Key).FirstOrDefault(a => !changeable.Contains(a));
        if (refused is not null)
        {
            throw NeutronException.BadRequest($"Cannot update read-only attribute {refused}");
        }
    }

    /// <summary>A string attribute.</summary>
    /// <param name="attributes">What was given.</param>
    /// <param name="name">The attribute's name.</param>
    /// <param name="otherwise">Its value when it was not given; null when it has to be.</param>
    /// <exception cref="NeutronException">It is missing or no string.</exception>
    public static string Text(JsonObject attributes, string name, string? otherwise = null)
    {
        if (!attributes.TryGetPropertyValue(name, out var value))
        {
            return otherwise ?? throw NeutronException.BadRequest($"Failed to parse request. Required attribute '{name}' not specified");
        }

        return value is JsonValue text && text.GetValueKind() == JsonValueKind.String
            ? text.GetValue<string>()
            : throw NeutronException.BadRequest($"Invalid input for {name}. Reason: '{value?.ToJsonString() ?? "None"}' is not a valid string.");
    }
}
