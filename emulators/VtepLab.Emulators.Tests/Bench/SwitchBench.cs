using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using VtepLab.Emulators.HardwareVtep;
using VtepLab.Ovsdb;
using VtepLab.Runtime;

namespace VtepLab.Emulators.Tests.Bench;

/// <summary>A switch on the bench: peers talk to it without a network, time passes when the test says so.</summary>
internal sealed partial class SwitchBench
{
    private readonly List<Action> _turnEnds = [];
    private ulong _uuids;

    public SwitchBench(
        string quirks = "", Func<HardwareVtepOptions, HardwareVtepOptions>? configure = null, params IReadOnlyList<IFramePort> ports)
    {
        var options = new HardwareVtepOptions { Ports = ["eth1", "eth2"], Quirks = SwitchQuirks.Parse(quirks) };
        options = configure?.Invoke(options) ?? options;
        Core = new SwitchCore([options], new Database(SwitchSchema.Served(options), NewUuid), Time, NewUuid, _turnEnds.Add);
        Server = new OvsdbServer(Core.ServerOptions);
        Server.Add(Core.Database);
        if (ports.Count > 0)
        {
            Core.Attach(ports.ToDictionary(p => p.Name, p => p), () => 0);
        }

        Core.Start();
    }

    private Guid NewUuid() => new Uuid(0, ++_uuids).ToGuid();

    public BenchTime Time { get; } = new();

    public SwitchCore Core { get; }

    public OvsdbServer Server { get; }

    /// <summary>A peer with a session of its own.</summary>
    public BenchPeer Connect() => new(this);

    /// <summary>Lets everything that is ready happen.</summary>
    public void Settle()
    {
        _turnEnds.ForEach(a => a());
        _turnEnds.Clear();
        while (Core.IsBehind)
        {
            Core.React();
        }
    }

    /// <summary>Lets time pass.</summary>
    public void Pass(TimeSpan time)
    {
        Time.Advance(time);
        Server.RunTimers();
        Settle();
    }

    /// <summary>The rows of a table as JSON, sorted, UUIDs replaced by their order of appearance.</summary>
    public string Dump(string table, params string[] columns)
    {
        var rows = new BenchPeer(this).Transact(
            $$"""{"op":"select","table":"{{table}}","where":[],"columns":[{{string.Join(',', columns.Select(c => $"\"{c}\""))}}]}""")[0]!["rows"]!.AsArray();
        return Anonymous(string.Join('\n', rows.Select(r => r!.ToJsonString()).Order(StringComparer.Ordinal)));
    }

    /// <summary>A text with every UUID replaced by its order of appearance.</summary>
    public static string Anonymous(string text)
    {
        var seen = new Dictionary<string, string>();
        return UuidPattern().Replace(text, m => seen.TryGetValue(m.Value, out var name) ? name : seen[m.Value] = $"<{seen.Count}>");
    }

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex UuidPattern();
}

/// <summary>Time that stands still until it is moved.</summary>
internal sealed class BenchTime : TimeProvider
{
    private long _ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _ticks;

    public void Advance(TimeSpan time) => _ticks += time.Ticks;
}

/// <summary>A controller at the bench.</summary>
internal sealed class BenchPeer : ISessionOutput
{
    private readonly SwitchBench _bench;
    private readonly OvsdbSession _session;
    private int _lastId;

    public BenchPeer(SwitchBench bench)
    {
        _bench = bench;
        _session = bench.Server.OpenSession(this, "bench");
    }

    public long UnsentBytes => 0;

    /// <summary>All that came, in order.</summary>
    public List<string> Received { get; } = [];

    /// <summary>Sends messages that arrive together, and lets everything happen that follows.</summary>
    public BenchPeer Say(params string[] messages)
    {
        foreach (var message in messages)
        {
            _session.Receive(System.Text.Encoding.UTF8.GetBytes(message));
        }

        _bench.Settle();
        return this;
    }

    /// <summary>A request; its reply, or null when none came.</summary>
    public JsonNode? Call(string method, string parameters)
    {
        var id = ++_lastId;
        Say($$"""{"id":{{id}},"method":"{{method}}","params":{{parameters}}}""");
        return Received.Select(m => JsonNode.Parse(m)).LastOrDefault(m => m!["method"] is null && m["id"]?.ToJsonString() == $"{id}");
    }

    /// <summary>A transaction on hardware_vtep; its results.</summary>
    public JsonArray Transact(params string[] operations) =>
        Call("transact", $"[\"hardware_vtep\",{string.Join(',', operations)}]")!["result"]!.AsArray();

    public void Hang() => _session.Close();

    public void Send(ReadOnlySpan<byte> message) => Received.Add(System.Text.Encoding.UTF8.GetString(message));

    public void Disconnect(string reason) => Received.Add($"disconnected: {reason}");
}

/// <summary>Operations that many tests need.</summary>
internal static class Ops
{
    public static string Network(string name, long? key) => $$$"""
        {"op":"insert","table":"Logical_Switch","uuid-name":"{{{name}}}","row":{"name":"{{{name}}}"{{{(key is null ? "" : $",\"tunnel_key\":{key}")}}} }}
        """;

    public static string Bind(string port, int vlan, string network) => $$$"""
        {"op":"mutate","table":"Physical_Port","where":[["name","==","{{{port}}}"]],"mutations":[["vlan_bindings","insert",["map",[[{{{vlan}}},{{{network}}}]]]]]}
        """;

    public static string Unbind(string port, int vlan) => $$$"""
        {"op":"mutate","table":"Physical_Port","where":[["name","==","{{{port}}}"]],"mutations":[["vlan_bindings","delete",["set",[{{{vlan}}}]]]]}
        """;

    public static string Locator(string name, string ip) => $$$"""
        {"op":"insert","table":"Physical_Locator","uuid-name":"{{{name}}}","row":{"encapsulation_type":"vxlan_over_ipv4","dst_ip":"{{{ip}}}"}}
        """;

    public static string RemoteMac(string mac, string network, string locator) => $$$"""
        {"op":"insert","table":"Ucast_Macs_Remote","row":{"MAC":"{{{mac}}}","logical_switch":{{{network}}},"locator":{{{locator}}} }}
        """;

    public static string Delete(string table, string where = "") => $$$"""{"op":"delete","table":"{{{table}}}","where":[{{{where}}}]}""";

    public static string Named(string name) => $"[\"named-uuid\",\"{name}\"]";
}
