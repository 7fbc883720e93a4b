using System.Text;
using System.Text.Json.Nodes;
using VtepLab.Conformance.Wire;
using VtepLab.Runtime;

namespace VtepLab.Conformance.Tests;

/// <summary>The defects that stand before a good device, and the requirements that have to catch them.</summary>
internal static class Fronts
{
    public static readonly (string Requirement, string Defect, Func<IHost, Endpoint, DefectiveFront> Make)[] All =
    [
        ("VTEP-PRO-037", "rows that leave the condition of a monitor stay", (h, d) => new KeepsConditionalRows(h, d)),
        ("VTEP-SEC-006", "strangers keep their place", (h, d) => new HoldsTheDoor(h, d)),
        ("VTEP-SEC-007", "silent sessions are never probed", (h, d) => new NeverProbes(h, d)),
        ("VTEP-ROB-004", "silent sessions are never probed", (h, d) => new NeverProbes(h, d)),
        ("VTEP-PRO-030", "silent sessions are never probed", (h, d) => new NeverProbes(h, d)),
        ("VTEP-SEC-009", "the answer to a probe ends the session", (h, d) => new DislikesEchoReplies(h, d)),
        ("VTEP-SEC-013", "closed connections are not forgotten", (h, d) => new ForgetsNoConnection(h, d)),
        ("VTEP-INV-002", "the switch has no name", (h, d) => new HasNoName(h, d)),
        ("VTEP-MAC-008", "a locator that comes back is lost", (h, d) => new LosesLocators(h, d)),
        ("VTEP-RES-007", "the last connection owns the device", (h, d) => new OneOwner(h, d)),
        ("VTEP-RES-013", "a reader that stops holds up everybody", (h, d) => new OneQueue(h, d)),
        ("VTEP-SCL-002", "every operation takes 30 ms", (h, d) => new SlowOperations(h, d)),
        ("VTEP-SCL-005", "long messages are swallowed", (h, d) => new SwallowsLongMessages(h, d)),
        ("VTEP-SCL-006", "nobody is served while MACs are programmed", (h, d) => new OneThread(h, d)),
        ("VTEP-ROB-001", "malformed JSON ends the process", (h, d) => new DiesOf(h, d, t => t.Contains("\"method\":}", StringComparison.Ordinal))),
        ("VTEP-ROB-002", "JSON-RPC 2.0 ends the process", (h, d) => new DiesOf(h, d, t => t.Contains("jsonrpc", StringComparison.Ordinal))),
        ("VTEP-ROB-011", "a monitor with two params ends the process", (h, d) => new DiesOf(h, d, t => t.Contains("[\"hardware_vtep\",\"monitor\"]", StringComparison.Ordinal))),
        ("VTEP-ROB-014", "-1 * 0 ends the process", (h, d) => new DiesOf(h, d, t => t.Contains("\"*=\"", StringComparison.Ordinal))),
        ("VTEP-ROB-015", "a reply that nobody asked for ends the process", (h, d) => new DiesOf(h, d, t => t.Contains("\"nosuch\",\"result\"", StringComparison.Ordinal))),
    ];

    private static bool IsEcho(JsonObject message) => (string?)message["method"] == "echo" && message["id"] is not null;

    private static bool IsTransact(JsonObject message) => (string?)message["method"] == "transact";

    private sealed class KeepsConditionalRows(IHost host, Endpoint device) : DefectiveFront(host, device)
    {
        protected override Task<JsonObject?> FromDeviceAsync(FrontSession session, JsonObject message) => Task.FromResult(
            (string?)message["method"] == "update2" && WireJson.Write(message).Contains("\"delete\":null", StringComparison.Ordinal) ? null : message);
    }

    private sealed class HoldsTheDoor(IHost host, Endpoint device) : DefectiveFront(host, device)
    {
        protected override bool HoldsStrangers => true;
    }

    private sealed class NeverProbes(IHost host, Endpoint device) : DefectiveFront(host, device)
    {
        protected override async Task<JsonObject?> FromDeviceAsync(FrontSession session, JsonObject message)
        {
            if (!IsEcho(message))
            {
                return message;
            }

            await session.ToDeviceAsync(new JsonObject { ["id"] = message["id"]!.DeepClone(), ["result"] = new JsonArray(), ["error"] = null });
            return null;
        }
    }

    private sealed class DislikesEchoReplies(IHost host, Endpoint device) : DefectiveFront(host, device)
    {
        protected override Task<JsonObject?> FromTesterAsync(FrontSession session, JsonObject message)
        {
            if (message["result"] is not null)
            {
                session.End();
            }

            return Task.FromResult<JsonObject?>(message);
        }
    }

    private sealed class ForgetsNoConnection(IHost host, Endpoint device) : DefectiveFront(host, device)
    {
        protected override bool Takes() => Accepted <= 32;
    }

    private sealed class HasNoName(IHost host, Endpoint device) : DefectiveFront(host, device)
    {
        protected override Task<JsonObject?> FromDeviceAsync(FrontSession session, JsonObject message) => Task.FromResult(
            (JsonObject?)JsonNode.Parse(WireJson.Write(message).Replace("\"leaf1\"", "\"\"", StringComparison.Ordinal)));
    }

    private sealed class LosesLocators(IHost host, Endpoint device) : DefectiveFront(host, device)
    {
        private readonly HashSet<string> _addresses = [];

        protected override async Task<JsonObject?> FromTesterAsync(FrontSession session, JsonObject message)
        {
            var operations = IsTransact(message) ? message["params"]!.AsArray().Skip(1).Select(o => o!.AsObject()).ToList() : [];
            var address = operations.Select(o => (string?)o["row"]?["dst_ip"]).FirstOrDefault(a => a is not null);
            if (address is null || _addresses.Add(address))
            {
                return message;
            }

            var results = operations.Select(_ => (JsonNode?)new JsonObject { ["uuid"] = Ovs.Uuid("11111111-2222-4333-8444-555555555555") }).ToArray();
            await session.ToTesterAsync(new JsonObject { ["id"] = message["id"]!.DeepClone(), ["result"] = new JsonArray(results), ["error"] = null });
            return null;
        }
    }

    private sealed class OneOwner(IHost host, Endpoint device) : DefectiveFront(host, device)
    {
        protected override Task<JsonObject?> FromTesterAsync(FrontSession session, JsonObject message)
        {
            if (IsTransact(message))
            {
                foreach (var other in Sessions.Where(s => s != session).ToList())
                {
                    other.End();
                }
            }

            return Task.FromResult<JsonObject?>(message);
        }
    }

    private sealed class OneQueue(IHost host, Endpoint device) : DefectiveFront(host, device)
    {
        private Task _before = Task.CompletedTask;

        protected override Task<JsonObject?> FromDeviceAsync(FrontSession session, JsonObject message)
        {
            var turn = SendInTurnAsync(_before, session, message);
            _before = turn;
            return Task.FromResult<JsonObject?>(null);
        }

        private static async Task SendInTurnAsync(Task before, FrontSession session, JsonObject message)
        {
            await before;
            try
            {
                await session.ToTesterAsync(message);
            }
            catch (Exception e) when (e is IOException or InvalidOperationException)
            {
                // That reader has gone.
            }
        }
    }

    private sealed class SlowOperations(IHost host, Endpoint device) : DefectiveFront(host, device)
    {
        protected override async Task<JsonObject?> FromTesterAsync(FrontSession session, JsonObject message)
        {
            if (IsTransact(message))
            {
                await Host.DelayAsync(TimeSpan.FromMilliseconds(30 * (message["params"]!.AsArray().Count - 1)));
            }

            return message;
        }
    }

    private sealed class SwallowsLongMessages(IHost host, Endpoint device) : DefectiveFront(host, device)
    {
        protected override Task<JsonObject?> FromTesterAsync(FrontSession session, JsonObject message) =>
            Task.FromResult(WireJson.Write(message).Length > 1_000_000 ? null : message);
    }

    private sealed class OneThread(IHost host, Endpoint device) : DefectiveFront(host, device)
    {
        private Task _busy = Task.CompletedTask;

        protected override async Task<JsonObject?> FromTesterAsync(FrontSession session, JsonObject message)
        {
            if (IsTransact(message) && message["params"]!.AsArray().Count > 100)
            {
                _busy = Host.DelayAsync(TimeSpan.FromSeconds(2)).AsTask();
            }

            await _busy;
            return message;
        }
    }

    private sealed class DiesOf(IHost host, Endpoint device, Func<string, bool> poison) : DefectiveFront(host, device)
    {
        private readonly Dictionary<FrontSession, StringBuilder> _seen = [];

        protected override async Task OnBytesAsync(FrontSession session, ReadOnlyMemory<byte> bytes)
        {
            if (!_seen.TryGetValue(session, out var seen))
            {
                _seen.Add(session, seen = new StringBuilder());
            }

            // A mutation may be cut by segments, so the end of what came before is kept.
            seen.Append(Encoding.UTF8.GetString(bytes.Span));
            var text = seen.ToString();
            seen.Clear().Append(text.AsSpan(Math.Max(0, text.Length - 200)));
            if (poison(text))
            {
                await DieAsync();
            }
        }
    }
}
