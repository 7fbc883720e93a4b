using System.Text.Json;
using VtepLab.Conformance.Harness;
using VtepLab.Conformance.Wire;
using VtepLab.Runtime;

namespace VtepLab.Conformance.Checks;

/// <summary>Locks (RFC 7047 sections 4.1.8 to 4.1.10 and 5.2.10).</summary>
public static class ProtocolLocks
{
    /// <summary>RFC 7047 section 4.1.8.</summary>
    [Check("VTEP-PRO-028", Catches = "lock-always-granted")]
    public static async Task One_session_at_a_time_owns_a_lock(CheckContext c)
    {
        var name = Name(c);
        var (a, b) = (await c.OpenAsync(), await c.OpenAsync());
        ExpectLocked(c, await a.RequestAsync("A locks", "lock", Ovs.Array(name)), true);
        ExpectLocked(c, await b.RequestAsync("B locks", "lock", Ovs.Array(name)), false);
        var reply = await a.RequestAsync("A unlocks", "unlock", Ovs.Array(name));
        c.Expect(reply.Result?.Canonical() == "{}", "{}", reply.Text);
        await ExpectToldAsync(c, b, "locked", name, c.Timing.Database);
    }

    /// <summary>RFC 7047 sections 4.1.8 and 5.2.10.</summary>
    [Check("VTEP-PRO-029", Catches = "assert-always-holds")]
    public static async Task A_stolen_lock_is_no_longer_asserted(CheckContext c)
    {
        var (name, stored) = (Name(c), c.Name("asserted"));
        var (a, b) = (await c.OpenAsync(), await c.OpenAsync());
        ExpectLocked(c, await a.RequestAsync("A locks", "lock", Ovs.Array(name)), true);
        await a.CommitAsync("A asserts it", Ovs.Assert(name));
        ExpectLocked(c, await b.RequestAsync("B steals", "steal", Ovs.Array(name)), true);
        await ExpectToldAsync(c, a, "stolen", name, c.Timing.Database);
        c.ExpectRefused(await a.TransactAsync("A asserts it again and inserts", Ovs.Assert(name), Given.Network(stored)), "not owner");
        await c.ExpectRowsAsync(0, "Logical_Switch", Given.Named(stored), "name");
    }

    /// <summary>A connection that was cut without a word is one that stays silent: it is found by the probe.</summary>
    [Check("VTEP-PRO-030", Catches = "lock-never-passes", RunsBeside = true,
        Partly = "the owner falls silent and its connection is not cut")]
    public static async Task The_lock_of_a_dead_session_goes_to_the_next(CheckContext c)
    {
        CheckContext.Applies(
            c.Tester.Link.Endpoint.Scheme is not (EndpointScheme.Unix or EndpointScheme.PassiveUnix), "sessions over a socket file are not probed");
        var name = Name(c);
        var (a, b) = (await c.OpenAsync(), await c.OpenAsync());
        ExpectLocked(c, await a.RequestAsync("A locks, and is silent from now on", "lock", Ovs.Array(name)), true);
        a.Session.AnswersEcho = false;
        ExpectLocked(c, await b.RequestAsync("B locks, and answers probes", "lock", Ovs.Array(name)), false);
        await ExpectToldAsync(c, b, "locked", name, (2 * c.Timing.Probe) + (2 * c.Timing.Database));
    }

    // A lock's name is an identifier (RFC 7047 section 3.1): letters, digits and underscores.
    private static string Name(CheckContext c) => c.Name("lock").Replace('-', '_');

    private static void ExpectLocked(CheckContext c, Reply reply, bool locked) => c.Expect(
        reply.Result?.Member("locked")?.ValueKind == (locked ? JsonValueKind.True : JsonValueKind.False),
        $"{{\"locked\":{(locked ? "true" : "false")}}}", reply.Text);

    private static async Task ExpectToldAsync(CheckContext c, Controller controller, string method, string name, TimeSpan within)
    {
        var told = await controller.Session.NextAsync(n => n.Method == method, within, c.Cancel);
        c.Expect(
            told?.Parameters.Canonical() == WireJson.Write(Ovs.Array(name)), $"the notification \"{method}\" within {within.TotalSeconds:0.#} s",
            told is null ? controller.Session.ClosedBecause ?? "nothing" : WireText.Short(told.Parameters.GetRawText()));
    }
}
