using System.Globalization;
using System.Text.Json.Nodes;
using VtepLab.Hosting;
using VtepLab.Neutron;
using VtepLab.Ovsdb;
using VtepLab.Runtime;
using VtepLab.Testing.Peers;
using VtepLab.Topology;

namespace VtepLab.Benchmarks.L2Gateway;

/// <summary>What an agent holds of memory that mirrors many switches, each an ovsdb-server with many MAC addresses.</summary>
internal static class MirrorMemory
{
    private const int RowsEach = 1000; // Of one transaction.
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(20);

    // An agent whose report waits behind all that it tells must not lose its role, and its copies with it, before they are measured.
    private const int ReportInterval = 120;

    /// <summary>Starts the servers, fills them, elects the agent, waits until it has told of all, and prints its resident memory then and a while later.</summary>
    public static async Task RunAsync(int switches, int macs)
    {
        await using var broker = await RabbitMqPeer.StartAsync();
        using var directory = new TempDirectory();
        var servers = new List<OvsdbServerPeer>();
        PeerProcess? agent = null;
        try
        {
            for (var n = 0; n < switches; n++)
            {
                servers.Add(await OvsdbServerPeer.StartAsync());
            }

            agent = GatewayRig.StartOurs(broker, directory, servers.Select((s, n) => $"leaf{n}:127.0.0.1:{s.Port}"), ReportInterval);
            await LiveHost.RunAsync("bench", new LiveHostOptions { Bus = host => new RabbitBus(host, new RabbitBusOptions(broker.Uri)) }, async host =>
            {
                foreach (var server in servers)
                {
                    await FillAsync(host, server, macs);
                }

                await MeasureAsync(host, agent, switches, macs);
            });
        }
        finally
        {
            if (agent is not null)
            {
                await agent.DisposeAsync();
            }

            foreach (var server in servers)
            {
                await server.DisposeAsync();
            }
        }
    }

    private static async Task MeasureAsync(IHost host, PeerProcess agent, int switches, int macs)
    {
        var told = new Dictionary<string, int>();
        await using var serving = await host.Bus.ServeAsync(new BusTarget("l2gateway_plugin", "controller", Version: "1.2"), (request, _) =>
        {
            if (request.Method == "update_ovsdb_changes")
            {
                var data = request.Arguments["ovsdb_data"]!; // One of the parts in which a large switch is told.
                var name = data["ovsdb_identifier"]!.ToString();
                told[name] = told.GetValueOrDefault(name) + (data["new_remote_macs"]?.AsArray().Count ?? 0);
            }

            return new((JsonNode?)"alive");
        });
        var before = Resident(agent);
        var start = host.Time.GetTimestamp();
        await host.Bus.CastAsync(
            new BusTarget("l2gateway_agent", Fanout: true), "set_monitor_agent", new JsonObject { ["hostname"] = "agent-1" },
            new JsonObject { [CastOrigin.TermMember] = 1 }); // As a plugin of ours.
        while (told.Count < switches || told.Values.Any(t => t < macs))
        {
            await host.DelayAsync(TimeSpan.FromMilliseconds(100));
        }

        if (told.Values.Any(t => t != macs))
        {
            throw new InvalidOperationException($"expected {macs} MACs of each switch, was told of {string.Join(", ", told.Values.Distinct())}");
        }

        Print($"{switches} switches with {macs} MACs each: told of all after", host.Time.GetElapsedTime(start).TotalSeconds, "s");
        Print("resident before", before, "MB");
        Print("resident when all was told", Resident(agent), "MB");
        Print("most that was ever resident", Resident(agent, "VmHWM"), "MB");
        await host.DelayAsync(Quiet);
        var after = Resident(agent);
        if (agent.Output.Contains("no longer monitors", StringComparison.Ordinal))
        {
            throw new InvalidOperationException("the agent gave up what was to be measured");
        }

        Print($"resident {Quiet.TotalSeconds} s later", after, "MB");
        Print("of it for each MAC", (after - before) * 1e6 / switches / macs, "bytes");
    }

    private static void Print(string what, double value, string unit) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-60} {value,8:0.0} {unit}"));

    private static double Resident(PeerProcess process, string what = "VmRSS")
    {
        var line = File.ReadLines($"/proc/{process.Id}/status").First(text => text.StartsWith($"{what}:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) * 1024 / 1e6;
    }

    private static Task<bool> FillAsync(IHost host, OvsdbServerPeer server, int macs) => OvsdbVisit.RunAsync(
        host, Endpoint.Parse(server.Endpoint), null, "leaf",
        async (client, schema) =>
        {
            var first = new OvsdbTransaction(schema);
            var made = first.Insert("Logical_Switch", ("name", "blue"), ("tunnel_key", 5000));
            first.Insert("Ucast_Macs_Remote", ("MAC", "02:00:00:00:00:00"), ("logical_switch", made), ("locator", Node(first)));
            await client.TransactAsync(first);
            var read = new OvsdbTransaction(schema);
            read.Select("Logical_Switch", Where.EveryRow, "_uuid");
            read.Select("Physical_Locator", Where.EveryRow, "_uuid");
            var found = await client.TransactAsync(read);
            var (network, node) = (found.RowsOf(0)[0].Uuid, found.RowsOf(1)[0].Uuid);
            for (var n = 1; n < macs; n += RowsEach)
            {
                var rows = new OvsdbTransaction(schema);
                for (var i = n; i < Math.Min(n + RowsEach, macs); i++)
                {
                    rows.Insert(
                        "Ucast_Macs_Remote", ("MAC", $"fa:16:3e:{i >> 16:x2}:{(i >> 8) & 255:x2}:{i & 255:x2}"), ("ipaddr", $"10.0.{(i >> 8) & 255}.{i & 255}"),
                        ("logical_switch", network), ("locator", node));
                }

                await client.TransactAsync(rows);
            }

            return true;
        },
        CancellationToken.None);

    private static Uuid Node(OvsdbTransaction transaction) =>
        transaction.Insert("Physical_Locator", ("encapsulation_type", "vxlan_over_ipv4"), ("dst_ip", "192.0.2.11"));
}
