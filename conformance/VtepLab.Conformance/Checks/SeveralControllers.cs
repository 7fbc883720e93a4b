using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using VtepLab.Conformance.Harness;
using VtepLab.Conformance.Wire;

namespace VtepLab.Conformance.Checks;

/// <summary>Controllers that come and go, work side by side, or are slow; and how much the device bears.</summary>
public static class SeveralControllers
{
    /// <summary>What a controller wrote belongs to the device, not to the connection.</summary>
    [Check("VTEP-RES-001", Catches = "flushes-at-disconnect", Partly = "cut for a moment instead of 10 min")]
    public static async Task Rows_outlive_the_connection_that_wrote_them(CheckContext c)
    {
        var (name, mac) = (c.Name("kept"), c.Mac());
        var other = await c.OpenAsync();
        await other.CommitAsync("another controller inserts a network and a remote MAC", Given.Network(name, c.Vni(), "net"), Given.Locator(c.Ip(), "far"),
            Given.RemoteMac(mac, Ovs.Named("net"), Ovs.Named("far")));
        c.Did("its connection breaks");
        other.Session.Abort();
        await c.Tester.Host.DelayAsync(c.Timing.Quiet, c.Cancel);
        await c.ExpectRowsAsync(1, "Logical_Switch", Given.Named(name), "name");
        await c.ExpectRowsAsync(1, "Ucast_Macs_Remote", Ovs.Where("MAC", "==", mac), "MAC");
    }

    /// <summary>RFC 7047 section 4.1.5: between the initial contents and the first update nothing gets lost.</summary>
    [Check("VTEP-RES-006", Catches = "drops-one-update", Partly = "twenty networks, not the whole database")]
    public static async Task A_monitor_and_its_updates_make_up_the_database(CheckContext c)
    {
        var prefix = c.Name("counted");
        c.Did("one controller inserts twenty networks while another one connects and monitors");
        var pending = new List<PendingRequest>();
        var inserts = Enumerable.Range(0, 20).Select(i => Given.Network(Numbered(prefix, i))).ToList();
        foreach (var insert in inserts.Take(10))
        {
            pending.Add(await c.Ctl.StartTransactAsync(insert));
        }

        var other = await c.OpenAsync();
        var monitor = await other.MonitorAsync("monitor names", new JsonObject { ["Logical_Switch"] = new JsonObject { ["columns"] = Ovs.Array("name") } });
        foreach (var insert in inserts.Skip(10))
        {
            pending.Add(await c.Ctl.StartTransactAsync(insert));
        }

        for (var i = 0; i < pending.Count; i++)
        {
            c.Ctl.Note(await c.Ctl.ReplyAsync(pending[i]), inserts[i]);
        }

        var expected = inserts.Select((_, i) => Numbered(prefix, i)).Order(StringComparer.Ordinal).ToList();
        await c.EventuallyAsync(
            "put initial contents and updates together", "all twenty networks, each once", c.Timing.Database,
            () =>
            {
                var seen = monitor.Waiting.Select(u => u.Parameters[1]).Prepend(monitor.Initial).SelectMany(t => NamesIn(t, prefix)).Order(StringComparer.Ordinal).ToList();
                return Task.FromResult((seen.SequenceEqual(expected), $"{seen.Count} networks, {expected.Except(seen).Count()} missing"));
            });
    }

    /// <summary>The device belongs to nobody.</summary>
    [Check("VTEP-RES-007")]
    public static async Task Two_controllers_work_side_by_side(CheckContext c)
    {
        var (ours, theirs) = (c.Name("ours"), c.Name("theirs"));
        var other = await c.OpenAsync();
        c.Did("two controllers insert ten networks each, at the same time");
        var pending = new List<(Controller Controller, JsonObject Insert, PendingRequest Request)>();
        for (var i = 0; i < 10; i++)
        {
            foreach (var (controller, prefix) in new[] { (c.Ctl, ours), (other, theirs) })
            {
                var insert = Given.Network(Numbered(prefix, i));
                pending.Add((controller, insert, await controller.StartTransactAsync(insert)));
            }
        }

        foreach (var (controller, insert, request) in pending)
        {
            var reply = controller.Note(await controller.ReplyAsync(request), insert);
            c.Expect(reply.IsCommitted, "committed", reply.Text);
        }

        var names = (await c.SelectAsync("Logical_Switch", Ovs.All, "name")).Select(r => r.Text("name")).ToList();
        foreach (var prefix in new[] { ours, theirs })
        {
            var count = names.Count(n => n.StartsWith(prefix, StringComparison.Ordinal));
            c.Expect(count == 10, $"ten networks {prefix}", count.ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>RFC 7047 section 4.1.8: the next one in line is told, and finds everything as it was.</summary>
    [Check("VTEP-RES-008", Catches = "lock-never-passes flushes-at-disconnect", Partly = "the rows, not the hardware")]
    public static async Task The_second_master_takes_over_what_is_there(CheckContext c)
    {
        var (name, lockName) = (c.Name("master"), c.Name("master").Replace('-', '_'));
        var (first, second) = (await c.OpenAsync(), await c.OpenAsync());
        await first.RequestAsync("the first controller locks", "lock", Ovs.Array(lockName));
        await second.RequestAsync("the second one waits for the lock", "lock", Ovs.Array(lockName));
        await first.CommitAsync("the first one inserts a network", Ovs.Assert(lockName), Given.Network(name, c.Vni()));
        c.Did("the first one's connection breaks");
        first.Session.Abort();
        var told = await second.Session.NextAsync(n => n.Method == "locked", c.Timing.Hardware, c.Cancel);
        c.Expect(told is not null, "the second one is told \"locked\"", second.Session.ClosedBecause ?? (told is null ? "nothing" : "told"));
        await second.CommitAsync("it asserts the lock", Ovs.Assert(lockName));
        await c.ExpectRowsAsync(1, "Logical_Switch", Given.Named(name), "name");
    }

    /// <summary>A reader that stops must not stop the others; scaled down to three hundred changes.</summary>
    [Check("VTEP-RES-013", Partly = "300 changes for as long as they take, instead of 10,000 in 60 s")]
    public static async Task A_slow_reader_holds_up_nobody(CheckContext c)
    {
        var name = c.Name("changed");
        await c.CommitAsync("insert a network", Given.Network(name));
        var slow = await c.OpenAsync();
        var monitor = await slow.MonitorAsync(
            "monitor descriptions", new JsonObject { ["Logical_Switch"] = new JsonObject { ["columns"] = Ovs.Array("name", "description") } });
        c.Did("stop reading there, and change a long description three hundred times");
        slow.Session.PauseReading();
        var text = new string('x', 2000);
        var slowest = TimeSpan.Zero;
        for (var i = 0; i < 300; i++)
        {
            // One after the other, or the device has every right to tell of several changes at once.
            var reply = await c.Ctl.ReplyAsync(await c.Ctl.StartTransactAsync(
                Ovs.Update("Logical_Switch", Given.Named(name), new JsonObject { ["description"] = Numbered(text, i) })));
            slowest = reply.Took > slowest ? reply.Took : slowest;
        }

        c.Expect(slowest <= c.Timing.Database, $"every change answered within {c.Timing.Database.TotalSeconds:0.#} s", $"the slowest {Seconds(slowest)}");
        await c.Ctl.EchoAsync("see that the writer is served");
        slow.Session.ResumeReading();
        await c.EventuallyAsync(
            "read on", "the last description, or disconnected", c.Timing.Hardware,
            () =>
            {
                var there = slow.Session.IsClosed
                    || monitor.Waiting.Any(u => u.Parameters[1].GetRawText().Contains(Numbered(text, 299), StringComparison.Ordinal));
                return Task.FromResult((there, slow.Session.ClosedBecause ?? $"{monitor.Waiting.Count} updates"));
            });
    }

    /// <summary>Scaled down to two hundred networks; the time is reported.</summary>
    [Check("VTEP-SCL-002", Partly = "200 networks without bindings instead of 1000 with")]
    public static async Task Two_hundred_networks_go_in_one_transaction(CheckContext c)
    {
        var prefix = c.Name("many");
        var reply = await c.CommitAsync("insert two hundred networks", [.. Enumerable.Range(0, 200).Select(i => Given.Network(Numbered(prefix, i), c.Vni()))]);
        c.Expect(reply.Reply.Took <= c.Timing.Hardware, $"within {c.Timing.Hardware.TotalSeconds:0.#} s", Seconds(reply.Reply.Took));
        var count = (await c.SelectAsync("Logical_Switch", Ovs.All, "name")).Count(r => r.Text("name").StartsWith(prefix, StringComparison.Ordinal));
        c.Expect(count == 200, "two hundred networks", count.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>One message of ten megabytes.</summary>
    [Check("VTEP-SCL-005", DeviceMustSurvive = true, Partly = "a comment of 10 MB, not 10 MB of rows")]
    public static async Task Ten_megabytes_in_one_transaction_are_borne(CheckContext c)
    {
        var ctl = await c.OpenAsync();
        c.Did("send a transaction of 10 MB, all of it a comment");
        var request = await ctl.StartTransactAsync(Ovs.Comment(new string('x', 10_000_000)));
        var reply = await request.ReplyAsync(2 * c.Timing.Reply, c.Cancel);
        c.Expect(reply is not null || ctl.Session.IsClosed, "an answer, or the connection is closed", reply?.Text ?? ctl.Session.ClosedBecause ?? "neither");
        await c.Ctl.EchoAsync("see that the others are served");
    }

    /// <summary>A switch that programs its hardware in the server's thread is dropped by its controllers.</summary>
    [Check("VTEP-SCL-006", Partly = "500 MACs, and half a second more")]
    public static async Task An_echo_is_answered_while_MACs_are_programmed(CheckContext c)
    {
        var other = await c.OpenAsync();
        JsonObject[] network = [Given.Network(c.Name("busy"), c.Vni(), "net"), Given.Locator(c.Ip(), "far")];
        JsonObject[] operations = [.. network, .. Enumerable.Range(0, 500).Select(_ => Given.RemoteMac(c.Mac(), Ovs.Named("net"), Ovs.Named("far")))];
        c.Did("insert five hundred remote MACs, and echo on another connection until they are committed and for half a second more");
        var pending = await c.Ctl.StartTransactAsync(operations);
        var (slowest, count, over) = (TimeSpan.Zero, 0, TimeSpan.MaxValue);
        while (c.Tester.Transcript.Now < over)
        {
            var echo = await other.ReplyAsync(await other.Session.SendRequestAsync("echo", Ovs.Array("busy?")));
            (slowest, count) = (echo.Took > slowest ? echo.Took : slowest, count + 1);
            over = pending.IsOver && over == TimeSpan.MaxValue ? c.Tester.Transcript.Now + TimeSpan.FromMilliseconds(500) : over;
            await c.Tester.Host.DelayAsync(TimeSpan.FromMilliseconds(25), c.Cancel);
        }

        c.Expect(slowest <= TimeSpan.FromSeconds(1), "every echo answered within 1 s", $"{count} echoes, the slowest answered {Seconds(slowest)}");
        var reply = c.Ctl.Note(await c.Ctl.ReplyAsync(pending), operations);
        c.Expect(reply.IsCommitted, "the MACs are committed", $"{WireText.Short(reply.Text, 100)}, {Seconds(reply.Reply.Took)}");
    }

    private static IEnumerable<string> NamesIn(JsonElement tables, string prefix) =>
        tables.Member("Logical_Switch") is { ValueKind: JsonValueKind.Object } rows
            ? rows.EnumerateObject().Select(r => r.Value.Member("new")?.Member("name")?.Text()).OfType<string>()
                .Where(n => n.StartsWith(prefix, StringComparison.Ordinal))
            : [];

    private static string Numbered(string prefix, int i) => string.Create(CultureInfo.InvariantCulture, $"{prefix}-{i:000}");

    private static string Seconds(TimeSpan span) => string.Create(CultureInfo.InvariantCulture, $"after {span.TotalSeconds:0.###} s");
}
