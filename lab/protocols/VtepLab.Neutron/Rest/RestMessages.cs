using System.Text.Json.Nodes;

namespace VtepLab.Neutron.Rest;

/// <summary>A request to Neutron's REST API, however it came.</summary>
/// <param name="Method">GET, POST, PUT or DELETE.</param>
/// <param name="Path">The path, unescaped, from the root: <c>/v2.0/networks</c>.</param>
/// <param name="Query">The query's names and values in the order of the request; a name may come several times.</param>
/// <param name="Body">The body's bytes; empty when there is none.</param>
/// <param name="Caller">Who asks.</param>
/// <param name="BaseAddress">What links begin with, such as <c>http://192.0.2.1:9696</c>.</param>
public sealed record RestRequest(
    string Method, string Path, IReadOnlyList<KeyValuePair<string, string>> Query, ReadOnlyMemory<byte> Body, RestCaller Caller,
    string BaseAddress = "http://localhost:9696")
{
    /// <summary>A request without a body or a query.</summary>
    public static RestRequest Get(string path) => new("GET", path, [], ReadOnlyMemory<byte>.Empty, RestCaller.Admin);
}

/// <summary>Who asks: what a proxy with Keystone would have found out; <c>noauth</c> takes it from the headers.</summary>
/// <param name="Project">The project's id.</param>
/// <param name="IsAdmin">Whether the caller is an administrator.</param>
public sealed record RestCaller(string Project, bool IsAdmin)
{
    /// <summary>Neutron's caller where nobody is asked for a name (<c>auth_strategy = noauth</c>).</summary>
    public static RestCaller Admin { get; } = new("fake_project_id", true);
}

/// <summary>An answer.</summary>
/// <param name="Status">The HTTP status code.</param>
/// <param name="Body">The JSON body; null for none.</param>
public sealed record RestResponse(int Status, JsonNode? Body)
{
    /// <summary>The body that says what went wrong.</summary>
    public static RestResponse Of(NeutronException error) => new(
        error.Status,
        new JsonObject { ["NeutronError"] = new JsonObject { ["type"] = error.Type, ["message"] = error.Message, ["detail"] = "" } });
}

/// <summary>A request that is refused, as Neutron says it.</summary>
/// <param name="status">The HTTP status code.</param>
/// <param name="type">The exception's class name in Neutron.</param>
/// <param name="message">Neutron's text.</param>
public sealed class NeutronException(int status, string type, string message) : Exception(message)
{
    /// <summary>The HTTP status code.</summary>
    public int Status { get; } = status;

    /// <summary>The exception's class name in Neutron.</summary>
    public string Type { get; } = type;

    /// <summary>400, found by the API layer itself.</summary>
    public static NeutronException BadRequest(string message) => new(400, "HTTPBadRequest", message);

    /// <summary>400, found by the plugin.</summary>
    public static NeutronException InvalidInput(string message) => new(400, "InvalidInput", $"Invalid input for operation: {message}.");

    /// <summary>500 without a reason: what a crash of the original looks like from outside.</summary>
    public static NeutronException Internal() =>
        new(500, "HTTPInternalServerError", "Request Failed: internal server error while processing your request.");

    /// <summary>404 for a path that leads nowhere.</summary>
    public static NeutronException NoResource() => new(404, "HTTPNotFound", "The resource could not be found.");
}
