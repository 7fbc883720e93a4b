using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using VtepLab.Testing.Peers;

namespace VtepLab.Cli.Tests;

/// <summary>Debian's oslo.messaging as the other end of the bus: an L2 gateway agent and an L2 agent, told what to say by the test.</summary>
internal sealed class OsloPeer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly List<JsonObject> _said = [];
    private readonly System.Text.StringBuilder _errors = new();

    private OsloPeer(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, e) =>
        {
            if (e.Data?.StartsWith('{') == true)
            {
                lock (_said)
                {
                    _said.Add(JsonNode.Parse(e.Data)!.AsObject());
                }
            }
        };
        process.ErrorDataReceived += (_, e) =>
        {
            lock (_said)
            {
                _errors.AppendLine(e.Data);
            }
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>What it said so far, in order.</summary>
    public IReadOnlyList<JsonObject> Said
    {
        get
        {
            lock (_said)
            {
                return [.. _said];
            }
        }
    }

    /// <summary>Starts one.</summary>
    /// <param name="broker">The bus.</param>
    /// <param name="host">Its name.</param>
    /// <param name="isGatewayAgent">Whether it is an L2 gateway agent too, and so gets its share of what is for any of them.</param>
    public static async Task<OsloPeer> StartAsync(RabbitMqPeer broker, string host, bool isGatewayAgent = true)
    {
        var python = RealPeer.Require("/usr/bin/python3"); // Debian's own, whose packages they are.
        if (!Directory.Exists("/usr/lib/python3/dist-packages/oslo_messaging"))
        {
            RealPeer.Missing("this machine has no python3-oslo.messaging; './vteplab test' installs what the tests need");
        }

        var peer = new OsloPeer(Process.Start(new ProcessStartInfo(
            python, [Path.Combine(TestContext.CurrentContext.TestDirectory, "oslo_peer.py"), $"rabbit://guest:guest@127.0.0.1:{broker.Port}/", host, .. (string[])(isGatewayAgent ? ["l2gateway_agent"] : [])])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!);
        await peer.SaysAsync(s => s.ContainsKey("ready"), "ready");
        return peer;
    }

    /// <summary>Waits until it has said something, and returns the first that fits.</summary>
    public async Task<JsonObject> SaysAsync(Func<JsonObject, bool> which, string what, int after = 0)
    {
        for (var tries = 0; tries < 1000; tries++)
        {
            if (Said.Skip(after).FirstOrDefault(which) is { } found)
            {
                return found;
            }

            await Task.Delay(100);
        }

        lock (_said)
        {
            throw new AssertionException($"oslo.messaging was not told of {what} in 100 s. It said:\n{string.Join('\n', _said.Select(s => s.ToJsonString()))}\n{_errors}");
        }
    }

    /// <summary>Waits for a call or cast of a method and returns its arguments.</summary>
    public async Task<JsonObject> GetsAsync(string method, Func<JsonObject, bool>? which = null, int after = 0) =>
        (await SaysAsync(s => (string?)s["method"] == method && which?.Invoke(s["args"]!.AsObject()) != false, method, after))["args"]!.AsObject();

    /// <summary>Calls a method and returns the reply.</summary>
    public async Task<JsonNode?> CallAsync(string topic, string method, string version, JsonObject arguments)
    {
        var said = await SendAsync("call", topic, method, version, arguments);
        return said.ContainsKey("failed") ? throw new AssertionException(said.ToJsonString()) : said["reply"];
    }

    /// <summary>Casts.</summary>
    public Task CastAsync(string topic, string method, JsonObject arguments) => SendAsync("cast", topic, method, "1.0", arguments);

    /// <summary>Reports as an L2 agent with VXLAN.</summary>
    public Task<JsonNode?> ReportL2AgentAsync(string host, string tunnelIp, bool l2Population = true) => CallAsync(
        "q-reports-plugin", "report_state", "1.2", Report("Open vSwitch agent", "neutron-openvswitch-agent", "N/A", host, new JsonObject
        {
            ["tunnel_types"] = new JsonArray("vxlan"), ["tunneling_ip"] = tunnelIp, ["l2_population"] = l2Population,
        }));

    /// <summary>The arguments of a report.</summary>
    public static JsonObject Report(string type, string binary, string topic, string host, JsonObject configurations) => new()
    {
        ["time"] = DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff", CultureInfo.InvariantCulture), // A Neutron server ignores what is older than itself.
        ["agent_state"] = new JsonObject
        {
            ["agent_state"] = new JsonObject
            {
                ["agent_type"] = type, ["binary"] = binary, ["host"] = host, ["topic"] = topic, ["start_flag"] = true, ["configurations"] = configurations,
            },
        },
    };

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private async Task<JsonObject> SendAsync(string kind, string topic, string method, string version, JsonObject arguments)
    {
        var before = Said.Count;
        await _process.StandardInput.WriteLineAsync(
            new JsonObject { [kind] = method, ["topic"] = topic, ["version"] = version, ["args"] = arguments }.ToJsonString());
        await _process.StandardInput.FlushAsync();
        return await SaysAsync(s => s.ContainsKey("reply") || s.ContainsKey("sent") || s.ContainsKey("failed"), $"the end of {method}", before);
    }
}
