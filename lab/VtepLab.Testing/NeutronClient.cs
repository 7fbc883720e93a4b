using System.Text;
using System.Text.Json.Nodes;

namespace VtepLab.Testing;

/// <summary>A client of a Neutron server's REST API.</summary>
/// <param name="address">Where the server is, without the version's path.</param>
/// <param name="patience">How long a request may take; 100 seconds unless it is said.</param>
public class NeutronClient(Uri address, TimeSpan? patience = null) : IDisposable
{
    private readonly HttpClient _client = new() { BaseAddress = address, Timeout = patience ?? TimeSpan.FromSeconds(100) };

    /// <summary>Asks; the body is null where there is none.</summary>
    public async Task<(int Status, JsonNode? Body)> AskAsync(string method, string path, JsonNode? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), "/v2.0" + path)
        {
            // With its length: the server of OpenStack takes a body that comes in chunks for none.
            Content = body is null ? null : new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"),
        };
        using var answer = await _client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return ((int)answer.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }

    /// <summary>Makes a resource and returns its id.</summary>
    /// <exception cref="InvalidOperationException">The server did not make it.</exception>
    public async Task<string> MakeAsync(string collection, JsonObject attributes)
    {
        var resource = collection[..^1].Replace('-', '_');
        var (status, body) = await AskAsync("POST", "/" + collection, new JsonObject { [resource] = attributes });
        return status == 201 ? (string)body![resource]!["id"]! : throw new InvalidOperationException($"POST {collection}: {status} {body?.ToJsonString()}");
    }

    /// <summary>The resources of a collection.</summary>
    public async Task<JsonArray> ListAsync(string collection) => (await AskAsync("GET", "/" + collection)).Body![collection.Replace('-', '_')]!.AsArray();

    /// <inheritdoc/>
    public void Dispose()
    {
        _client.Dispose();
        GC.SuppressFinalize(this);
    }
}
