using VtepLab.Ovsdb;

namespace VtepLab.Protocols.Tests.Ovsdb.Client;

public class OvsdbConnectionTests
{
    [Test]
    public async Task Calls_go_out_at_once_and_their_answers_may_come_in_any_order()
    {
        using var stage = new ClientStage();
        var first = stage.Connection.CallAsync("list_dbs");
        var second = stage.Connection.CallAsync("echo", json => json.Raw("[1]"u8));

        Assert.That(stage.Next(), Is.EqualTo("""{"id":1,"method":"list_dbs","params":[]}"""));
        Assert.That(stage.Next(), Is.EqualTo("""{"id":2,"method":"echo","params":[1]}"""));
        stage.Send("{'id':2,'result':[1],'error':null}{'id':1,'result':['a'],'error':null}");

        Assert.That((await second).ToString(), Is.EqualTo("[1]"));
        Assert.That((await first).ToString(), Is.EqualTo("""["a"]"""));
    }

    [Test]
    public async Task An_id_that_comes_back_as_text_is_recognised()
    {
        using var stage = new ClientStage();
        var call = stage.Connection.CallAsync("list_dbs");

        stage.Send("{'id':'1','result':[],'error':null}");

        Assert.That((await call).ToString(), Is.EqualTo("[]"));
    }

    // ovsdb-server since 2.4, RFC 7047, a bare string, ovsdb-server up to 2.3.
    [TestCase("{'id':1,'error':{'error':'unknown database','details':'d','syntax':'s'}}", "unknown database", "d", "s")]
    [TestCase("{'id':1,'result':null,'error':{'error':'unknown database'}}", "unknown database", null, null)]
    [TestCase("{'id':1,'error':'unknown method'}", "unknown method", null, null)]
    [TestCase("{'id':1,'result':{'error':'syntax error','details':'d'},'error':null}", "syntax error", "d", null)]
    public async Task An_error_is_told_as_the_wire_gave_it(string reply, string error, string? details, string? syntax)
    {
        using var stage = new ClientStage();
        var call = stage.Connection.CallAsync("get_schema");

        stage.Send(reply);

        var refused = (await Assert.ThrowsAsync<OvsdbOperationException>(() => call))!;
        Assert.That((refused.Error, refused.Details, refused.Syntax, refused.OperationIndex), Is.EqualTo((error, details, syntax, (int?)null)));
        Assert.That(refused.Message, Does.StartWith($"leaf1 refused get_schema: {error}"));
        Assert.That(refused.IsUnknownMethod, Is.EqualTo(error == "unknown method"));
    }

    [Test]
    public void What_arrives_is_told_in_its_order_also_across_notifications_and_answers()
    {
        using var stage = new ClientStage();
        var told = new List<string>();
        stage.Connection.NotificationReceived += (method, parameters) => told.Add(method + parameters);
        stage.Connection.Call("monitor", null, reply => told.Add("reply" + reply.Result));

        stage.Send("{'id':null,'method':'update','params':[1]}{'id':1,'result':{},'error':null}{'method':'update','params':[2]}");

        Assert.That(told, Is.EqualTo(new[] { "update[1]", "reply{}", "update[2]" }));
    }

    [Test]
    public void An_echo_request_is_answered_with_its_id_and_parameters()
    {
        using var stage = new ClientStage();

        stage.Send("{'id':'echo','method':'echo','params':[{'a':1}]}");

        Assert.That(stage.Next(), Is.EqualTo("""{"id":"echo","result":[{"a":1}],"error":null}"""));
    }

    [Test]
    public void Any_other_request_of_the_server_is_refused_and_the_connection_goes_on()
    {
        using var stage = new ClientStage();

        stage.Send("{'id':[7],'method':'list_dbs','params':[]}");

        Assert.That(stage.Next(), Is.EqualTo("""{"id":[7],"result":null,"error":"unknown method"}"""));
        Assert.That(stage.Connection.IsOpen, Is.True);
    }

    [Test]
    public async Task A_silent_peer_is_probed_after_5_s_and_given_up_after_5_s_more()
    {
        using var stage = new ClientStage();

        stage.Time.Advance(TimeSpan.FromSeconds(4.999));
        Assert.That(stage.TryNext(), Is.Null);
        stage.Time.Advance(TimeSpan.FromSeconds(0.001));
        Assert.That(stage.Next(), Is.EqualTo("""{"id":"echo","method":"echo","params":[]}"""));
        stage.Time.Advance(TimeSpan.FromSeconds(4.999));
        Assert.That(stage.Run.IsCompleted, Is.False);
        stage.Time.Advance(TimeSpan.FromSeconds(0.001));

        var silent = (await Assert.ThrowsAsync<OvsdbProtocolException>(() => stage.Run))!;
        Assert.That(silent.IsTransient, Is.True);
        Assert.That(silent.Message, Is.EqualTo("leaf1 sent nothing for 10 s, not even an echo reply (inactivity probe 5 s)."));
    }

    [Test]
    public void Any_byte_of_the_peer_puts_the_probe_off()
    {
        using var stage = new ClientStage();

        stage.Time.Advance(TimeSpan.FromSeconds(3));
        stage.Send("{");
        stage.Time.Advance(TimeSpan.FromSeconds(4));
        Assert.That(stage.TryNext(), Is.Null);
        stage.Time.Advance(TimeSpan.FromSeconds(1.05)); // A hundredth of the interval more, for a probe of the peer's own to come first.
        Assert.That(stage.Next(), Does.Contain("echo"));
        stage.Send("'id':'echo','result':[],'error':null}");
        stage.Time.Advance(TimeSpan.FromSeconds(4.9));

        Assert.That(stage.Run.IsCompleted, Is.False);
    }

    [Test]
    public void A_probe_of_zero_never_probes()
    {
        using var stage = new ClientStage(new OvsdbConnectionOptions { InactivityProbe = TimeSpan.Zero });

        stage.Time.Advance(TimeSpan.FromDays(1));

        Assert.That(stage.TryNext(), Is.Null);
        Assert.That(stage.Run.IsCompleted, Is.False);
    }

    [Test]
    public async Task A_call_without_an_answer_in_time_fails_and_the_late_answer_hurts_nobody()
    {
        using var stage = new ClientStage(new OvsdbConnectionOptions { InactivityProbe = TimeSpan.Zero });
        var call = stage.Connection.CallAsync("list_dbs", timeout: TimeSpan.FromSeconds(2));

        stage.Time.Advance(TimeSpan.FromSeconds(2));
        stage.Send("{'id':1,'result':['late'],'error':null}");
        var next = stage.Connection.CallAsync("list_dbs");
        stage.Send("{'id':2,'result':['in time'],'error':null}");

        var late = (await Assert.ThrowsAsync<OvsdbProtocolException>(() => call))!;
        Assert.That((late.Message, late.IsTransient), Is.EqualTo(("leaf1 did not answer list_dbs within 2 s.", true)));
        Assert.That((await next).ToString(), Is.EqualTo("""["in time"]"""));
    }

    [Test]
    public void A_transaction_that_is_given_up_is_withdrawn()
    {
        using var stage = new ClientStage();
        using var giveUp = new CancellationTokenSource();
        var call = stage.Connection.CallAsync("transact", json => json.Raw("[\"d\"]"u8), cancel: giveUp.Token);
        stage.Next();

        giveUp.Cancel();

        Assert.That(() => call, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(stage.Next(), Is.EqualTo("""{"id":null,"method":"cancel","params":[1]}"""));
        stage.Send("{'id':1,'error':'canceled'}");
        Assert.That(stage.Connection.IsOpen, Is.True);
    }

    [TestCase("", "leaf1 closed the connection before it said anything.")]
    [TestCase("{'id'", "leaf1 closed the connection in the middle of a message.")]
    public void When_the_peer_closes_every_call_fails_and_may_be_tried_again(string last, string why)
    {
        using var stage = new ClientStage();
        var calls = new[] { stage.Connection.CallAsync("list_dbs"), stage.Connection.CallAsync("get_server_id") };

        stage.Send(last);
        stage.Close();

        foreach (var call in calls)
        {
            Assert.That(() => call, Throws.InstanceOf<OvsdbProtocolException>().With.Property("IsTransient").True.And.Message.EndsWith(why));
        }

        Assert.That(() => stage.Run, Throws.InstanceOf<OvsdbProtocolException>().With.Message.EqualTo(why));
        Assert.That(() => stage.Connection.CallAsync("list_dbs"), Throws.InstanceOf<OvsdbProtocolException>().With.Message.StartWith("leaf1 is not connected"));
    }

    [TestCase("HTTP/1.1 400 Bad Request\r\n", "leaf1 sent something else than OVSDB. Byte 4 of the JSON stream: expected true, false or null, found another word.")]
    [TestCase("{'id':9,'result':1}", "leaf1 sent something else than OVSDB. Expected a reply to one of the requests 1 to 0, found one to 9.")]
    [TestCase("{'hello':1}", "leaf1 sent something else than OVSDB. Expected a JSON-RPC request, notification or reply, found {\"hello\":1}.")]
    public void What_is_no_OVSDB_ends_the_connection_for_good(string sent, string message)
    {
        using var stage = new ClientStage();

        stage.Send(sent);

        Assert.That(() => stage.Run, Throws.InstanceOf<OvsdbProtocolException>()
            .With.Message.EqualTo(message).And.Property("IsTransient").False);
    }

    [Test]
    public void A_peer_that_does_not_read_is_given_up_when_the_limit_of_unsent_bytes_is_reached()
    {
        using var stage = new ClientStage(new OvsdbConnectionOptions { MaxUnsentBytes = 1 << 20 });
        var filler = new byte[400_000];
        filler.AsSpan().Fill((byte)' ');

        // The pipe takes a megabyte; what comes after it waits here.
        for (var i = 0; i < 6 && stage.Connection.IsOpen; i++)
        {
            stage.Connection.Notify("x", json =>
            {
                json.Raw("["u8);
                json.Raw(filler);
                json.Raw("]"u8);
            });
        }

        Assert.That(() => stage.Run, Throws.InstanceOf<OvsdbProtocolException>().With.Message
            .EqualTo("leaf1 does not read: more than 1048576 bytes wait for it."));
    }

    [Test]
    public void An_exception_of_a_handler_is_not_blamed_on_the_peer()
    {
        using var stage = new ClientStage();
        stage.Connection.NotificationReceived += (_, _) => throw new InvalidOperationException("a bug");

        stage.Send("{'method':'update','params':[]}");

        Assert.That(() => stage.Run, Throws.InvalidOperationException.With.Message.EqualTo("a bug"));
        Assert.That(stage.Connection.IsOpen, Is.False);
    }

    [Test]
    public void A_stop_fails_what_waits_and_is_a_cancellation()
    {
        using var stage = new ClientStage();
        var call = stage.Connection.CallAsync("list_dbs");

        stage.Stop();

        Assert.That(() => stage.Run, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(() => call, Throws.InstanceOf<OvsdbProtocolException>().With.Message.Contains("closed on our side"));
        Assert.That(stage.Connection.Ended.IsCompletedSuccessfully, Is.True);
    }

    [Test]
    public void The_tap_sees_every_message_of_both_directions()
    {
        var seen = new List<string>();
        using var stage = new ClientStage(new OvsdbConnectionOptions
        {
            Tap = (isSent, message) => seen.Add((isSent ? "> " : "< ") + System.Text.Encoding.UTF8.GetString(message)),
        });

        _ = stage.Connection.CallAsync("list_dbs");
        stage.Send(" {'id':1,'result':[],'error':null} ");

        Assert.That(seen, Is.EqualTo(new[] { """> {"id":1,"method":"list_dbs","params":[]}""", """< {"id":1,"result":[],"error":null}""" }));
    }
}
