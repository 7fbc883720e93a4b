using System.Text.Json.Nodes;
using VtepLab.Testing;

namespace VtepLab.Cli.Tests;

/// <summary><c>vteplab neutron</c> while it runs, and a client of its API.</summary>
internal sealed class RunningNeutron : IAsyncDisposable
{
    private readonly RunningVteplab _process;

    private RunningNeutron(RunningVteplab process, Uri address)
    {
        _process = process;
        Client = new NeutronClient(address);
    }

    /// <summary>A client of its API.</summary>
    public NeutronClient Client { get; }

    /// <summary>What the process wrote.</summary>
    public string Output => _process.Output;

    public static async Task<RunningNeutron> StartAsync(params string[] arguments)
    {
        var process = new RunningVteplab(["neutron", "--listen", "http://127.0.0.1:0", .. arguments]);
        await process.SaysAsync("listening on http://");
        var line = process.Output.Split('\n').First(l => l.StartsWith("listening on ", StringComparison.Ordinal));
        return new RunningNeutron(process, new Uri(line["listening on ".Length..]));
    }

    /// <inheritdoc cref="NeutronClient.AskAsync"/>
    public Task<(int Status, JsonNode? Body)> AskAsync(string method, string path, JsonNode? body = null) => Client.AskAsync(method, path, body);

    /// <inheritdoc cref="NeutronClient.MakeAsync"/>
    public Task<string> MakeAsync(string collection, JsonObject attributes) => Client.MakeAsync(collection, attributes);

    /// <inheritdoc cref="NeutronClient.ListAsync"/>
    public Task<JsonArray> ListAsync(string collection) => Client.ListAsync(collection);

    public Task SignalAsync(string signal) => _process.SignalAsync(signal);

    public Task<ExitCode> EndAsync() => _process.EndAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _process.DisposeAsync();
    }
}
