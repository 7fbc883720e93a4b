using VtepLab.Ovsdb;

namespace VtepLab.Protocols.Tests.Ovsdb.Client;

/// <summary>Expected updates by hand from RFC 7047 section 4.1.6 and the "update2" section of ovsdb-server(7).</summary>
public class ReplicaTests
{
    private const string A = "aaaaaaaa-0000-4000-8000-000000000000";
    private const string B = "bbbbbbbb-0000-4000-8000-000000000000";
    private const string C = "cccccccc-0000-4000-8000-000000000000";
    private const string Txn = "dddddddd-0000-4000-8000-000000000000";

    private static readonly Uuid RowA = Uuid.Parse(A);
    private readonly List<string> _told = [];
    private Replica _replica = null!;
    private ClientStage _stage = null!;

    [SetUp]
    public void SetUp()
    {
        _replica = new Replica();
        _told.Clear();
        _replica.Changed += change => _told.Add((change.IsResync ? "resync " : "") + string.Join(" ", change.Rows.Select(Show)));
        _stage = new ClientStage();
    }

    [TearDown]
    public void TearDown() => _stage.Dispose();

    [Test]
    public async Task The_first_method_that_the_server_accepts_is_used()
    {
        var feed = StartFeed();

        Assert.That(_stage.Next(), Is.EqualTo(
            """{"id":2,"method":"monitor_cond_since","params":["lab","replica of lab",{"Port":[{"columns":["bindings","name","tags"]}],"Switch":[{"columns":["config","key","load","mode","name","ports"]}]},"00000000-0000-0000-0000-000000000000"]}"""));
        _stage.Send("{'id':2,'error':'unknown method'}");
        Assert.That(_stage.Next(), Does.StartWith("""{"id":3,"method":"monitor_cond",""").And.EndsWith("}]}]}"));
        _stage.Send("{'id':3,'result':null,'error':{'error':'unknown method'}}");
        Assert.That(_stage.Next(), Does.StartWith("""{"id":4,"method":"monitor",""").And.EndsWith("}]}]}"));
        _stage.Send($"{{'id':4,'result':{{'Port':{{'{A}':{{'new':{{'name':'eth3','tags':1,'bindings':['map',[]]}}}}}}}},'error':null}}");

        Assert.That((await feed).Method, Is.EqualTo("monitor"));
        Assert.That(_told, Is.EqualTo(new[] { "resync +Port/aaaaaaaa" }));
        Assert.That(_replica.Table("Port").Find(RowA)!["tags"].Integer, Is.EqualTo(1));
        Assert.That(_replica.IsFilled, Is.True);
    }

    [Test]
    public void When_no_monitor_is_accepted_the_refusal_comes_out()
    {
        var feed = StartFeed();
        _stage.Send("{'id':2,'error':'a'}{'id':3,'error':'b'}{'id':4,'error':{'error':'unknown database'}}");

        Assert.That(() => feed, Throws.InstanceOf<OvsdbOperationException>().With.Message.EqualTo("leaf1 refused to monitor lab: unknown database"));
    }

    [Test]
    public async Task Columns_that_an_initial_row_leaves_out_have_their_defaults()
    {
        await FillAsync($"{{'Switch':{{'{A}':{{'initial':{{'name':'leaf1'}}}}}}}}");

        var row = _replica.Table("Switch").Find(RowA)!;
        Assert.That(row.ToString(), Is.EqualTo($"Switch {A} {{config: [], key: [], load: 0, mode: [], name: leaf1, ports: []}}"));
    }

    [Test]
    public async Task A_difference_of_a_set_adds_and_takes_members()
    {
        await FillAsync($"{{'Port':{{'{A}':{{'initial':{{'tags':['set',[1,2,3]]}}}}}}}}");

        Update2($"{{'Port':{{'{A}':{{'modify':{{'tags':['set',[2,7]]}}}}}}}}");

        Assert.That(_replica.Table("Port").Find(RowA)!["tags"], Is.EqualTo(Datum.Set(1, 3, 7)));
    }

    [Test]
    public async Task A_difference_of_a_map_adds_changes_and_takes_pairs()
    {
        await FillAsync($"{{'Switch':{{'{A}':{{'initial':{{'config':['map',[['a','1'],['b','2'],['c','3']]]}}}}}}}}");

        Update2($"{{'Switch':{{'{A}':{{'modify':{{'config':['map',[['a','1'],['b','9'],['d','4']]]}}}}}}}}");

        Assert.That(_replica.Table("Switch").Find(RowA)!["config"].ToString(), Is.EqualTo("{b=9, c=3, d=4}"));
    }

    [TestCase("8", "8")]
    [TestCase("['set',[]]", "[]")]
    public async Task A_difference_of_an_optional_column_is_its_new_value(string difference, string value)
    {
        await FillAsync($"{{'Switch':{{'{A}':{{'initial':{{'key':7}}}}}}}}");

        Update2($"{{'Switch':{{'{A}':{{'modify':{{'key':{difference}}}}}}}}}");

        Assert.That(_replica.Table("Switch").Find(RowA)!["key"].ToString(), Is.EqualTo(value));
    }

    [Test]
    public async Task An_update_is_told_once_with_all_its_rows_as_they_were_and_are()
    {
        await FillAsync($"{{'Port':{{'{A}':{{'initial':{{'name':'old'}}}},'{B}':{{'initial':{{'name':'gone'}}}}}}}}");
        ReplicaChange? seen = null;
        _replica.Changed += change => seen = change;

        Update2($"{{'Switch':{{'{C}':{{'insert':{{'name':'leaf1'}}}}}},'Port':{{'{B}':{{'delete':null}},'{A}':{{'modify':{{'name':'new'}}}}}}}}");

        Assert.That(_told.Skip(1), Is.EqualTo(new[] { "~Port/aaaaaaaa -Port/bbbbbbbb +Switch/cccccccc" }));
        Assert.That((seen!.Rows[0].Old!["name"].String, seen.Rows[0].New!["name"].String), Is.EqualTo(("old", "new")));
        Assert.That((seen.Rows[0].Affects("name"), seen.Rows[0].Affects("tags")), Is.EqualTo((true, false)));
    }

    [Test]
    public async Task Plain_updates_insert_modify_and_delete()
    {
        await FillAsync($"{{'Port':{{'{A}':{{'initial':{{'name':'eth1'}}}},'{B}':{{'initial':{{'name':'eth2'}}}}}}}}");

        Update($"{{'Port':{{'{A}':{{'old':{{'name':'eth1'}},'new':{{'name':'eth9','tags':4,'bindings':['map',[]]}}}},'{B}':{{'old':{{'name':'eth2','tags':['set',[]],'bindings':['map',[]]}}}},'{C}':{{'new':{{'name':'eth3','tags':['set',[]],'bindings':['map',[]]}}}}}}}}");

        Assert.That(_told.Last(), Is.EqualTo("~Port/aaaaaaaa -Port/bbbbbbbb +Port/cccccccc"));
        Assert.That(_replica.Table("Port").Rows.Select(row => row["name"].String), Is.EqualTo(new[] { "eth9", "eth3" }));
    }

    [Test]
    public async Task An_update_that_leaves_every_row_as_it_was_is_not_told()
    {
        await FillAsync($"{{'Port':{{'{A}':{{'initial':{{'name':'eth1'}}}}}}}}");

        Update2($"{{'Port':{{'{A}':{{'modify':{{'name':'eth1'}}}}}}}}");
        Update2("{}");

        Assert.That(_told, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_new_connection_tells_exactly_what_changed_meanwhile()
    {
        await FillAsync($"{{'Port':{{'{A}':{{'initial':{{'name':'same'}}}},'{B}':{{'initial':{{'name':'gone'}}}}}}}}");
        _stage.Dispose();
        _stage = new ClientStage();

        await FillAsync($"{{'Port':{{'{A}':{{'initial':{{'name':'same'}}}},'{C}':{{'initial':{{'name':'new'}}}}}}}}");

        Assert.That(_told.Skip(1), Is.EqualTo(new[] { "resync -Port/bbbbbbbb +Port/cccccccc" }));
    }

    [Test]
    public async Task A_new_connection_to_an_unchanged_database_tells_nothing()
    {
        await FillAsync($"{{'Port':{{'{A}':{{'initial':{{'name':'same'}}}}}}}}");
        _stage.Dispose();
        _stage = new ClientStage();

        await FillAsync($"{{'Port':{{'{A}':{{'initial':{{'name':'same'}}}}}}}}");

        Assert.That(_told, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_server_that_knows_the_last_transaction_sends_only_what_came_after_it()
    {
        await FillAsync($"{{'Port':{{'{A}':{{'initial':{{'name':'eth1'}}}}}}}}", last: C);
        _stage.Send($"{{'method':'update3','params':['replica of lab','{Txn}',{{'Port':{{'{A}':{{'modify':{{'name':'eth2'}}}}}}}}]}}");
        _stage.Dispose();
        _stage = new ClientStage();
        var feed = StartFeed();
        Assert.That(_stage.Next(), Does.EndWith($",\"{Txn}\"]}}"));

        _stage.Send($"{{'id':2,'result':[true,'{A}',{{'Port':{{'{B}':{{'insert':{{'name':'eth3'}}}}}}}}],'error':null}}");
        await feed;

        Assert.That(_told, Is.EqualTo(new[] { "resync +Port/aaaaaaaa", "~Port/aaaaaaaa", "resync +Port/bbbbbbbb" }));
        Assert.That(_replica.LastTransactionId, Is.EqualTo(RowA));
    }

    [TestCase("'modify':{'name':'x'}", B, "a row changes that was never there")]
    [TestCase("'delete':null", B, "a row goes that was never there")]
    [TestCase("'insert':{'name':'x'}", A, "a row appears that is there already")]
    public async Task An_update_that_does_not_fit_changes_nothing_and_ends_the_connection(string update, string row, string why)
    {
        await FillAsync($"{{'Port':{{'{A}':{{'initial':{{'name':'eth1'}}}}}}}}");

        Update2($"{{'Port':{{'{C}':{{'insert':{{'name':'other'}}}},'{row}':{{{update}}}}}}}");

        Assert.That(() => _stage.Run, Throws.InstanceOf<OvsdbProtocolException>()
            .With.Property("IsTransient").True.And.Message.Contains($"row {row} of table Port: {why}."));
        Assert.That(_told, Has.Count.EqualTo(1));
        Assert.That(_replica.Table("Port").Count, Is.EqualTo(1));
    }

    [TestCase("{'Port':{'aaaaaaaa-0000-4000-8000-000000000000':{'modify':{'name':5}}}}", "Column name of table Port: expected string, found 5.")]
    [TestCase("{'Router':{}}", "Expected updates of monitored tables, found table Router with {}.")]
    [TestCase("{'Port':{'a':{'delete':null}}}", "Expected the UUID of a row of table Port, found \"a\".")]
    [TestCase("[]", "Expected table updates, found [].")]
    public async Task An_update_that_makes_no_sense_ends_the_connection(string update, string why)
    {
        await FillAsync($"{{'Port':{{'{A}':{{'initial':{{'name':'eth1'}}}}}}}}");

        Update2(update);

        Assert.That(() => _stage.Run, Throws.InstanceOf<OvsdbProtocolException>().With.Message.EndsWith(why));
    }

    [Test]
    public async Task A_replica_of_some_columns_asks_for_those_the_schema_has()
    {
        _replica = new Replica([new MonitoredTable("Port", ["name", "no_such_column"]), new MonitoredTable("No_Such_Table")]);
        var feed = StartFeed();

        Assert.That(_stage.Next(), Does.Contain("""{"Port":[{"columns":["name"]}]}"""));
        _stage.Send($"{{'id':2,'result':[false,'{Uuid.Zero}',{{'Port':{{'{A}':{{'initial':{{'name':'eth1'}}}}}}}}],'error':null}}");
        await feed;

        Assert.That(_replica.Has("No_Such_Table"), Is.False);
        Assert.That(() => _replica.Table("Port").Find(RowA)!["tags"], Throws.ArgumentException);
    }

    [Test]
    public async Task A_database_that_goes_ends_the_connection_so_that_it_is_looked_for_again()
    {
        await FillAsync("{}");

        _stage.Send("{'method':'monitor_canceled','params':['replica of lab']}");

        Assert.That(() => _stage.Run, Throws.InstanceOf<OvsdbProtocolException>()
            .With.Property("IsTransient").True.And.Message.Contains("leaf1 no longer serves lab."));
    }

    // Rows of single values are bytes in pages, others objects; a row may be the one and then the other.
    [Test]
    public async Task Rows_are_what_they_were_told_to_be_after_any_history_and_stay_so_for_who_holds_them()
    {
        await FillAsync("{}");
        var random = new Random(1);
        var model = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var held = new List<(ReplicaRow Row, string Text)>();
        for (var n = 0; n < 1500; n++)
        {
            var id = $"{random.Next(90):x8}-0000-4000-8000-000000000000";
            var before = model.ContainsKey(id) ? "'old':{}" : null;
            if (before is not null && random.Next(2) == 0)
            {
                Update($"{{'Port':{{'{id}':{{{before}}}}}}}");
                model.Remove(id);
                continue;
            }

            var tags = random.Next(3) switch { 0 => "['set',[]]", 1 => $"{n}", _ => $"['set',[{n},{n + 1}]]" };
            Update($"{{'Port':{{'{id}':{{{(before is null ? "" : before + ",")}'new':{{'name':'eth{n}','tags':{tags}}}}}}}}}");
            model[id] = $"eth{n}";
            var now = _replica.Table("Port").Find(Uuid.Parse(id))!;
            held.Add((now, now.ToString()));
        }

        Assert.That(_replica.Table("Port").Rows.Select(r => (r.Uuid.ToString(), r["name"].String)), Is.EqualTo(model.Select(m => (m.Key, m.Value))));
        Assert.That(_replica.Table("Port"), Has.Count.EqualTo(model.Count));
        Assert.That(held.Select(h => h.Row.ToString()), Is.EqualTo(held.Select(h => h.Text)));
        Assert.That(_replica.Table("Port").Find("name", model.Last().Value)!.Uuid.ToString(), Is.EqualTo(model.Last().Key));
    }

    [Test]
    public async Task The_list_of_rows_stays_as_it_was_when_the_replica_changes()
    {
        await FillAsync($"{{'Port':{{'{A}':{{'initial':{{'name':'eth1'}}}}}}}}");
        var before = _replica.Table("Port").Rows;

        Update2($"{{'Port':{{'{A}':{{'delete':null}}}}}}");

        Assert.That(before, Has.Count.EqualTo(1));
        Assert.That(_replica.Table("Port").Rows, Is.Empty);
    }

    private static string Show(ReplicaRowChange change) =>
        $"{(change.IsInsert ? '+' : change.IsDelete ? '-' : '~')}{change.Table}/{change.Uuid.ToString()[..8]}";

    private Task<ReplicaFeed> StartFeed()
    {
        var feed = ReplicaFeed.StartAsync(_stage.Client, _replica, "lab");
        Assert.That(_stage.Next(), Is.EqualTo("""{"id":1,"method":"get_schema","params":["lab"]}"""));
        _stage.Send($"{{\"id\":1,\"result\":{TestSchema.Json},\"error\":null}}");
        return feed;
    }

    private async Task FillAsync(string rows, string? last = null)
    {
        var feed = StartFeed();
        Assert.That(_stage.Next(), Does.Contain("monitor_cond_since"));
        _stage.Send($"{{'id':2,'result':[false,'{last ?? Uuid.Zero.ToString()}',{rows}],'error':null}}");
        await feed;
    }

    private void Update(string rows) => _stage.Send($"{{'method':'update','params':['replica of lab',{rows}]}}");

    private void Update2(string rows) => _stage.Send($"{{'method':'update2','params':['replica of lab',{rows}]}}");
}
