using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace VtepLab.Cli.Tests;

/// <summary><c>vteplab neutron</c> while it runs, and a client of its API.</summary>
internal sealed class RunningNeutron : IAsyncDisposable
{
    private readonly RunningVteplab _process;
    private readonly HttpClient _client;

    private RunningNeutron(RunningVteplab process, Uri address)
    {
        _process = process;
        _client = new HttpClient { BaseAddress = address };
    }

    /// <summary>What the process wrote.</summary>
    public string Output => _process.Output;

    public static async Task<RunningNeutron> StartAsync(params string[] arguments)
    {
        var process = new RunningVteplab(["neutron", "--listen", "http://127.0.0.1:0", .. arguments]);
        await process.SaysAsync("listening on http://");
        var line = process.Output.Split('\n').First(l => l.StartsWith("listening on ", StringComparison.Ordinal));
        return new RunningNeutron(process, new Uri(line["listening on ".Length..]));
    }

    /// <summary>Asks; the body is null where there is none.</summary>
    public async Task<(int Status, JsonNode? Body)> AskAsync(string method, string path, JsonNode? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), "/v2.0" + path) { Content = body is null ? null : JsonContent.Create(body) };
        using var answer = await _client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return ((int)answer.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }

    /// <summary>Makes a resource and returns its id.</summary>
    public async Task<string> MakeAsync(string collection, JsonObject attributes)
    {
        var resource = collection[..^1].Replace('-', '_');
        var (status, body) = await AskAsync("POST", "/" + collection, new JsonObject { [resource] = attributes });
        return status == 201 ? (string)body![resource]!["id"]! : throw new AssertionException($"{status} {body?.ToJsonString()}\n{Output}");
    }

    /// <summary>The resources of a collection.</summary>
    public async Task<JsonArray> ListAsync(string collection) => (await AskAsync("GET", "/" + collection)).Body![collection.Replace('-', '_')]!.AsArray();

    public Task SignalAsync(string signal) => _process.SignalAsync(signal);

    public Task<ExitCode> EndAsync() => _process.EndAsync();

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _process.DisposeAsync();
    }
}
