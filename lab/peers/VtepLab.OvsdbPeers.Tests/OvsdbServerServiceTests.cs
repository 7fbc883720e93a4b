using System.Buffers;
using System.Text;
using VtepLab.HardwareVtep;
using VtepLab.Ovsdb;
using VtepLab.Runtime;
using VtepLab.Simulation;

namespace VtepLab.OvsdbPeers.Tests;

public class OvsdbServerServiceTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    [Test]
    public void A_manager_row_makes_the_server_connect_out_and_its_status_tells_so()
    {
        var stage = new LeafStage(new OvsdbServerServiceOptions { Managers = ManagerColumn.HardwareVtep });
        var session = stage.Connect("ptcp:6632");
        Row manager = null!;
        stage.World.RunUntil(() => stage.Service is not null, Soon);

        manager = stage.AddManager("tcp:192.0.2.1:6632");
        stage.World.RunUntil(() => session.IsActive, Soon);
        stage.World.RunFor(TimeSpan.FromSeconds(6));

        Assert.That(manager["is_connected"].Boolean, Is.True);
        Assert.That(manager["status"].ToString(), Is.EqualTo("{sec_since_connect=4, state=ACTIVE}").Or.EqualTo("{sec_since_connect=5, state=ACTIVE}"));
    }

    [Test]
    public void A_manager_that_is_taken_away_is_disconnected()
    {
        var stage = new LeafStage(new OvsdbServerServiceOptions { Managers = ManagerColumn.HardwareVtep });
        var session = stage.Connect("ptcp:6632");
        stage.World.RunUntil(() => stage.Service is not null, Soon);
        stage.AddManager("tcp:192.0.2.1:6632");
        stage.World.RunUntil(() => session.IsActive, Soon);

        stage.Commit(transaction => transaction.Set(stage.Database.Table("Global").All.Single(), "managers", Datum.Empty));
        stage.World.RunUntil(() => !session.IsActive, Soon);
        stage.World.RunFor(TimeSpan.FromSeconds(20));

        Assert.That(session.IsActive, Is.False);
        Assert.That(stage.Service.Remotes, Is.Empty);
    }

    [Test]
    public void A_passive_manager_row_opens_a_port_and_tells_which()
    {
        var stage = new LeafStage(new OvsdbServerServiceOptions { Managers = ManagerColumn.HardwareVtep });
        stage.World.RunUntil(() => stage.Service is not null, Soon);

        var manager = stage.AddManager("ptcp:0");
        stage.World.RunFor(TimeSpan.FromSeconds(3));
        var port = Map(manager["status"])["bound_port"];
        var session = stage.Connect($"tcp:leaf1:{port}");
        stage.World.RunUntil(() => session.IsActive, Soon);
        stage.World.RunFor(TimeSpan.FromSeconds(3));

        Assert.That(manager["is_connected"].Boolean, Is.True);
    }

    [Test]
    public void A_manager_whose_target_makes_no_sense_says_why_in_its_status()
    {
        var stage = new LeafStage(new OvsdbServerServiceOptions { Managers = ManagerColumn.HardwareVtep });
        stage.World.RunUntil(() => stage.Service is not null, Soon);

        var manager = stage.AddManager("http://192.0.2.1");
        var secure = stage.AddManager("ssl:192.0.2.1");
        stage.World.RunFor(TimeSpan.FromSeconds(6));

        Assert.That(Map(manager["status"])["last_error"], Does.StartWith("'http://192.0.2.1' is no endpoint"));
        Assert.That(Map(secure["status"])["last_error"], Does.Contain("needs a private key"));
        Assert.That(Map(secure["status"])["state"], Is.EqualTo("BACKOFF"));
        Assert.That(Map(manager["status"])["state"], Is.EqualTo("BACKOFF"));
    }

    // Keys and values as ovsdb-server 3.1.0 filled them with the same two peers and one on its unix socket.
    [Test]
    public void The_status_of_a_manager_tells_which_locks_it_holds_waits_for_and_has_lost()
    {
        var stage = new LeafStage(new OvsdbServerServiceOptions
        {
            Managers = ManagerColumn.HardwareVtep, Remotes = [Endpoint.Parse("ptcp:6640")], InactivityProbe = TimeSpan.Zero,
        });
        stage.World.RunUntil(() => stage.Service is not null, Soon);
        _ = new LockingPeer(stage, 6641, "lock b", "lock a", "steal c");
        _ = new LockingPeer(stage, 6642, "lock a", "lock d", "lock b");
        var first = stage.AddManager("tcp:192.0.2.1:6641");
        stage.World.RunFor(Soon);
        var second = stage.AddManager("tcp:192.0.2.1:6642");
        stage.World.RunFor(Soon);
        _ = new RawClient(stage, """{"id":1,"method":"steal","params":["c"]}""");
        stage.World.RunFor(TimeSpan.FromSeconds(3));

        var (one, two) = (Map(first["status"]), Map(second["status"]));

        Assert.That(one.Remove("sec_since_connect") && two.Remove("sec_since_connect"), Is.True);
        Assert.That(one, Is.EqualTo(new Dictionary<string, string> { ["locks_held"] = "a b", ["locks_lost"] = "c", ["state"] = "ACTIVE" }));
        Assert.That(two, Is.EqualTo(new Dictionary<string, string> { ["locks_held"] = "d", ["locks_waiting"] = "a b", ["state"] = "ACTIVE" }));
    }

    // As ovsdb-server 3.1.0 tells it: nothing of locks or states, and 0 for both times.
    [Test]
    public void The_status_of_a_manager_row_that_listens_tells_its_port_and_how_many_connections_it_has()
    {
        var stage = new LeafStage(new OvsdbServerServiceOptions { Managers = ManagerColumn.HardwareVtep });
        stage.World.RunUntil(() => stage.Service is not null, Soon);
        var manager = stage.AddManager("ptcp:6640");
        stage.World.RunFor(TimeSpan.FromSeconds(3));
        Assert.That(manager["status"].ToString(), Is.EqualTo("{bound_port=6640, sec_since_connect=0, sec_since_disconnect=0}"));
        Assert.That(manager["is_connected"].Boolean, Is.False);

        _ = new RawClient(stage);
        _ = new RawClient(stage);
        stage.World.RunFor(TimeSpan.FromSeconds(3));

        Assert.That(
            manager["status"].ToString(),
            Is.EqualTo("{bound_port=6640, n_connections=2, sec_since_connect=0, sec_since_disconnect=0}"));
        Assert.That(manager["is_connected"].Boolean, Is.True);
    }

    [Test]
    public void Managers_are_followed_beyond_a_conversion_of_their_database()
    {
        var stage = new LeafStage(new OvsdbServerServiceOptions
        {
            Managers = ManagerColumn.HardwareVtep, Remotes = [Endpoint.Parse("ptcp:6640")],
        });
        stage.World.RunUntil(() => stage.Service is not null, Soon);
        stage.AddManager("ptcp:6641");
        stage.World.RunFor(Soon);
        var schema = new JsonWriter();
        VtepSchema.Load().WriteTo(schema);
        var text = Encoding.UTF8.GetString(schema.Written);

        var converted = new RawClient(stage, $$"""{"id":1,"method":"convert","params":["hardware_vtep",{{text}}]}""");
        stage.World.RunUntil(() => converted.Received.Length > 0, Soon);
        var database = stage.Service.Server.Find("hardware_vtep")!;
        Assert.That(database, Is.Not.SameAs(stage.Database));
        using (var transaction = database.Begin())
        {
            transaction.Set(database.Table("Manager").All.Single(), "target", "ptcp:6642");
            Assert.That(transaction.Commit(), Is.Null);
        }

        stage.World.RunFor(TimeSpan.FromSeconds(3));

        Assert.That(stage.Service.ListeningOn.Select(endpoint => endpoint.Port), Is.EqualTo(new[] { 6640, 6642 }));
        Assert.That(Map(database.Table("Manager").All.Single()["status"])["bound_port"], Is.EqualTo("6642"));
    }

    [Test]
    public void A_manager_is_tried_again_no_later_than_its_max_backoff()
    {
        var stage = new LeafStage(new OvsdbServerServiceOptions { Managers = ManagerColumn.HardwareVtep });
        stage.World.RunUntil(() => stage.Service is not null, Soon);
        stage.AddManager("tcp:192.0.2.1:6632", ("max_backoff", 2000));
        stage.World.RunFor(TimeSpan.FromSeconds(60));

        var session = stage.Connect("ptcp:6632");
        stage.World.RunUntil(() => session.IsActive, TimeSpan.FromSeconds(2.1));

        Assert.That(session.IsActive, Is.True);
    }

    [Test]
    public void A_silent_peer_gets_an_echo_request_after_5_s_and_is_let_go_after_10()
    {
        var stage = new LeafStage();
        var raw = new RawClient(stage);
        stage.World.RunUntil(() => raw.IsConnected, Soon);
        var began = stage.World.Now;

        stage.World.RunUntil(() => raw.HasEnded, TimeSpan.FromSeconds(20));

        Assert.That(raw.Received, Is.EqualTo("""{"id":"echo","method":"echo","params":[]}"""));
        Assert.That((stage.World.Now - began).TotalSeconds, Is.EqualTo(10).Within(0.1));
    }

    [Test]
    public void A_wait_is_answered_when_its_time_is_over_without_any_other_traffic()
    {
        var stage = new LeafStage();
        var session = stage.Connect();
        stage.World.RunUntil(() => session.IsActive, Soon);
        var began = stage.World.Now;

        var refused = stage.World.Run(async () =>
        {
            var transaction = session.NewTransaction();
            transaction.Wait("Logical_Switch", Where.EveryRow, ["name"], [["blue"]], timeout: TimeSpan.FromSeconds(3));
            try
            {
                await session.TransactAsync(transaction);
                return null;
            }
            catch (OvsdbOperationException error)
            {
                return error;
            }
        });

        Assert.That(refused!.IsTimedOut, Is.True);
        Assert.That((stage.World.Now - began).TotalSeconds, Is.EqualTo(3).Within(0.1));
    }

    [TestCase("{\"id\":1,\"method\":\"echo\"")]
    [TestCase("]")]
    [TestCase("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"list_dbs\",\"params\":[]}")]
    [TestCase("GET / HTTP/1.1\r\n\r\n")]
    [TestCase("\u0016\u0003\u0001\u0002")]
    [TestCase("{\"id\":1,\"method\":\"transact\",\"params\":[\"hardware_vtep\",{\"op\":\"insert\"")]
    public void Nonsense_on_one_connection_does_not_disturb_another(string nonsense)
    {
        var stage = new LeafStage();
        var session = stage.Connect();
        stage.World.RunUntil(() => session.IsActive, Soon);

        var raw = new RawClient(stage, nonsense);
        stage.World.RunUntil(() => raw.HasEnded, TimeSpan.FromSeconds(20));

        Assert.That(session.IsActive, Is.True);
        Assert.That(stage.Service.Server.Sessions, Has.Count.EqualTo(1));
        stage.World.Run(() => session.Client!.EchoAsync());
    }

    // 400 connections a seed, each with a request that was cut, repeated or had bytes replaced.
    [Test]
    public void Random_input_never_crashes_the_server_or_disturbs_another_session([Range(1, 5)] int seed)
    {
        const int Connections = 400;
        var stage = new LeafStage(seed: (ulong)seed);
        var session = stage.Connect();
        stage.World.RunUntil(() => session.IsActive, Soon);
        var chance = stage.World.Random("fuzz");
        string[] seeds =
        [
            """{"id":1,"method":"transact","params":["hardware_vtep",{"op":"insert","table":"Logical_Switch","row":{"name":"x"}},{"op":"mutate","table":"Physical_Port","where":[],"mutations":[["vlan_bindings","insert",["map",[]]]]}]}""",
            """{"id":2,"method":"monitor_cond","params":["hardware_vtep","m",{"Logical_Switch":[{"columns":["name"],"where":[["name","==","x"]]}]}]}{"id":3,"method":"monitor_cond_change","params":["m","n",{"Logical_Switch":[{"where":[true]}]}]}""",
            """{"id":4,"method":"lock","params":["a"]}{"id":5,"method":"steal","params":["a"]}{"id":6,"method":"get_schema","params":["hardware_vtep"]}{"id":"echo","result":[],"error":null}""",
        ];
        var peers = new List<RawClient>();
        for (var i = 0; i < Connections; i++)
        {
            var text = new StringBuilder(seeds[i % seeds.Length]);
            for (var edit = 0; edit < 1 + (int)(chance.NextUInt64() % 4); edit++)
            {
                var at = (int)(chance.NextUInt64() % (ulong)text.Length);
                switch (chance.NextUInt64() % 3)
                {
                    case 0:
                        text[at] = "{}[]\",:\\0x\u00ff\u0001"[(int)(chance.NextUInt64() % 12)];
                        break;
                    case 1:
                        text.Remove(at, 1 + (int)(chance.NextUInt64() % (ulong)(text.Length - at)));
                        text.Append('}');
                        break;
                    default:
                        text.Insert(at, text.ToString(at, Math.Min(12, text.Length - at)));
                        break;
                }
            }

            peers.Add(new RawClient(stage, text.ToString(), closes: true));
        }

        stage.World.RunUntil(() => peers.TrueForAll(peer => peer.HasEnded) && stage.Service.Server.Sessions.Count == 1, TimeSpan.FromSeconds(60));

        stage.World.Run(() => session.Client!.EchoAsync());
        TestContext.Out.WriteLine($"{Connections} connections tried.");
    }

    [Test]
    public void A_peer_that_does_not_read_is_let_go_and_the_others_go_on()
    {
        var stage = new LeafStage(world: new SimulationOptions { Window = (4 << 10, 4 << 10) });
        var session = stage.Connect();
        stage.World.RunUntil(() => session.IsActive, Soon);
        var deaf = new RawClient(stage, """{"id":1,"method":"monitor","params":["hardware_vtep",null,{"Logical_Switch":[{}]}]}""", reads: false);
        stage.World.RunUntil(() => stage.Service.Server.Sessions.Count == 2, Soon);
        stage.World.RunFor(TimeSpan.FromMilliseconds(50));

        for (var i = 0; i < 2000; i++)
        {
            stage.Commit(transaction => transaction.Insert("Logical_Switch", ("name", $"ls{i}"), ("description", new string('x', 100))));
            stage.World.RunFor(TimeSpan.FromMilliseconds(1));
        }

        stage.World.RunUntil(() => stage.Service.Server.Sessions.Count == 1, TimeSpan.FromSeconds(15));

        Assert.That(deaf.Received, Is.Empty);
        Assert.That(session.Replica.Table("Logical_Switch").Count, Is.EqualTo(2000));
    }

    [Test]
    public void A_stop_sends_what_is_still_to_be_sent_and_ends_every_connection()
    {
        var stage = new LeafStage();
        var session = stage.Connect();
        stage.World.RunUntil(() => session.IsActive, Soon);
        stage.Leaf.Services.Spawn("stop", _ =>
        {
            stage.Commit(transaction => transaction.Insert("Logical_Switch", ("name", "last")));
            return stage.Service.StopAsync();
        });

        stage.World.RunUntil(() => !session.IsActive, Soon);

        Assert.That(session.Replica.Table("Logical_Switch").Rows.Single()["name"].String, Is.EqualTo("last"));
        Assert.That(stage.Service.ListeningOn, Is.Empty);
    }

    [Test]
    public void An_address_that_is_taken_is_told_at_the_start()
    {
        var stage = new LeafStage();
        stage.World.RunUntil(() => stage.Service is not null, Soon);
        NetworkException? taken = null;
        stage.Leaf.Services.Spawn("second", async _ =>
        {
            try
            {
                await new OvsdbServerService(stage.Leaf.Services, stage.Service.Server, stage.Options).StartAsync();
            }
            catch (NetworkException e)
            {
                taken = e;
            }
        });

        stage.World.RunUntil(() => taken is not null, Soon);

        Assert.That(taken!.Error, Is.EqualTo(NetworkError.AddressUnavailable));
    }

    private static Dictionary<string, string> Map(Datum status) => status.Pairs.ToDictionary(pair => pair.Key.String, pair => pair.Value.String);

    /// <summary>A controller that listens and asks whoever dials in for locks, each <c>lock NAME</c> or <c>steal NAME</c>.</summary>
    private sealed class LockingPeer
    {
        public LockingPeer(LeafStage stage, int port, params string[] requests) =>
            stage.Controller.Services.Spawn("locking", async cancel =>
            {
                await using var listener = await stage.Controller.Services.Network.ListenAsync(Endpoint.Parse($"ptcp:{port}"), cancel: cancel);
                var connection = await listener.AcceptAsync(cancel);
                foreach (var request in requests.Select(request => request.Split(' ')))
                {
                    await connection.Output.WriteAsync(Encoding.UTF8.GetBytes($$"""{"id":1,"method":"{{request[0]}}","params":["{{request[1]}}"]}"""), cancel);
                }
            });
    }

    /// <summary>A peer that sends bytes and keeps what comes back.</summary>
    private sealed class RawClient
    {
        public RawClient(LeafStage stage, string sends = "", bool reads = true, bool closes = false) =>
            stage.Controller.Services.Spawn("raw", async cancel =>
            {
                var connection = await stage.Controller.Services.Network.ConnectAsync(Endpoint.Parse("tcp:leaf1:6640"), cancel: cancel);
                IsConnected = true;
                try
                {
                    await connection.Output.WriteAsync(Encoding.Latin1.GetBytes(sends), cancel);
                    if (closes)
                    {
                        await connection.Output.CompleteAsync();
                    }

                    while (reads)
                    {
                        var read = await connection.Input.ReadAsync(cancel);
                        Received += Encoding.UTF8.GetString(read.Buffer.ToArray());
                        connection.Input.AdvanceTo(read.Buffer.End);
                        reads = !read.IsCompleted;
                    }
                }
                catch (NetworkException)
                {
                    // The server has reset it.
                }

                HasEnded = true;
            });

        public bool IsConnected { get; private set; }

        public bool HasEnded { get; private set; }

        public string Received { get; private set; } = "";
    }
}
