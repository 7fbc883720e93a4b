using VtepLab.Conformance.Harness;
using VtepLab.Conformance.Wire;
using VtepLab.Runtime;

namespace VtepLab.Conformance.Checks;

/// <summary>Connections as such: who calls whom, probes, strangers at the door, many at once.</summary>
public static class TransportChecks
{
    /// <summary>vtep(5), Manager.target: the switch calls, and is the server all the same. Only a run that is called can tell.</summary>
    [Check("VTEP-SEC-001")]
    public static async Task A_switch_that_calls_is_the_server_all_the_same(CheckContext c)
    {
        CheckContext.Applies(c.Tester.Link.Endpoint.IsPassive, "in this run the suite calls the device; give it ptcp: or pssl: to be called");
        await c.Ctl.EchoAsync("speak first on the connection that the device made");
        var unasked = c.Ctl.Session.Unasked;
        c.Expect(unasked.Count == 0, "no request and no notification of a client", unasked.Count == 0 ? "none" : WireText.Short(unasked[0].GetRawText()));
    }

    /// <summary>Whoever else knocks at the port must not take a place for ever.</summary>
    [Check("VTEP-SEC-006", DeviceMustSurvive = true)]
    public static async Task Strangers_at_the_port_are_shown_out(CheckContext c)
    {
        CheckContext.Applies(!c.Tester.Link.Endpoint.IsPassive, "the device calls by itself, so there is no port to knock at");
        (string What, byte[] Bytes)[] strangers = c.Tester.Link.Endpoint.IsTls
            ? [("plain JSON-RPC at the TLS port", "{\"method\":\"list_dbs\",\"params\":[],\"id\":1}"u8.ToArray())]
            :
            [
                ("HTTP", "GET / HTTP/1.1\r\nHost: switch\r\n\r\n"u8.ToArray()),
                // A TLS 1.2 ClientHello record header and the beginning of its body.
                ("TLS at the plain port", [0x16, 0x03, 0x01, 0x00, 0x2f, 0x01, 0x00, 0x00, 0x2b, 0x03, 0x03, .. new byte[40]]),
            ];
        c.InPart(c.Tester.Link.Endpoint.IsTls ? "plain text at the TLS port only" : "HTTP and TLS at the plain port only");
        foreach (var (what, bytes) in strangers)
        {
            var stranger = await c.OpenPlainAsync($"knock with {what}");
            await stranger.SendAsync(bytes);
            await stranger.UntilAsync(() => stranger.IsClosed, c.Timing.Hardware, c.Cancel);
            c.Expect(stranger.IsClosed, "the connection is dropped", stranger.ClosedBecause ?? $"still open after {c.Timing.Hardware.TotalSeconds:0.#} s");
        }

        await c.Ctl.EchoAsync("see that the service is not touched");
        await (await c.OpenAsync()).EchoAsync("see that others are served");
    }

    /// <summary>A session that died without a word is found by the probe.</summary>
    [Check("VTEP-SEC-007", RunsBeside = true, Partly = "the connection is closed; the status columns are not read")]
    public static async Task A_silent_session_is_probed_and_dropped(CheckContext c)
    {
        NeedProbes(c);
        var ctl = await c.OpenAsync();
        ctl.Session.AnswersEcho = false;
        await ctl.EchoAsync("talk once, then be silent");
        await ctl.Session.UntilAsync(() => ctl.Session.Probes > 0, c.Timing.Probe + c.Timing.Database, c.Cancel);
        c.Expect(ctl.Session.Probes > 0, $"a probe after {c.Timing.Probe.TotalSeconds:0.#} s", ctl.Session.ClosedBecause ?? "none");
        c.Did("stay silent");
        await ctl.Session.UntilAsync(() => ctl.Session.IsClosed, c.Timing.Probe + c.Timing.Database, c.Cancel);
        c.Expect(ctl.Session.IsClosed, $"disconnected after {c.Timing.Probe.TotalSeconds:0.#} s more", ctl.Session.ClosedBecause ?? "still connected");
    }

    /// <summary>A session that answers stays.</summary>
    [Check("VTEP-SEC-009", RunsBeside = true, Partly = "two probe intervals instead of ten")]
    public static async Task A_session_that_answers_probes_stays(CheckContext c)
    {
        NeedProbes(c);
        var ctl = await c.OpenAsync();
        c.Did("do nothing but answer probes, longer than a silent session lives");
        await ctl.Session.UntilAsync(() => ctl.Session.IsClosed, (2 * c.Timing.Probe) + c.Timing.Database, c.Cancel);
        c.Expect(
            !ctl.Session.IsClosed && ctl.Session.Probes > 0, "probes, and the connection stays",
            ctl.Session.ClosedBecause ?? $"{ctl.Session.Probes} probes, connected");
        await ctl.EchoAsync("talk again");
    }

    /// <summary>Sessions are a resource that comes back.</summary>
    [Check("VTEP-SEC-013", DeviceMustSurvive = true)]
    public static async Task Fifty_connections_are_served_or_refused_and_forgotten(CheckContext c)
    {
        CheckContext.Applies(!c.Tester.Link.Endpoint.IsPassive, "the device calls by itself, so there is no port to knock at");
        c.Did("open fifty connections and leave them alone");
        var refused = 0;
        for (var i = 0; i < 50; i++)
        {
            refused += await c.TryOpenAsync() ? 0 : 1;
        }

        c.Expect(true, "served or refused", $"{50 - refused} served, {refused} refused");
        await c.Ctl.EchoAsync("see that the session from before is served");
        await c.CloseExtraAsync();
        await c.EventuallyAsync(
            "close them and open a useful one", "an echo on a new connection", c.Timing.Hardware,
            async () =>
            {
                var opened = await c.TryOpenAsync();
                return (opened && await c.Tester.IsAliveAsync(c.Extra[^1], c.Timing.Reply, c.Cancel), opened ? "connected" : "refused");
            });
    }

    /// <summary>A text that never ends holds a place no longer than silence does.</summary>
    [Check("VTEP-ROB-004", RunsBeside = true, Partly = "over when the probe closes it, not after 10 min")]
    public static async Task Half_a_message_holds_no_place(CheckContext c)
    {
        NeedProbes(c);
        var ctl = await c.OpenAsync();
        ctl.Session.AnswersEcho = false;
        c.Did("send half a message, then be silent");
        await ctl.Session.SendAsync("{\"method\":\"echo\",\"params\":[\"half a");
        var limit = (2 * c.Timing.Probe) + (2 * c.Timing.Database);
        await ctl.Session.UntilAsync(() => ctl.Session.IsClosed, limit, c.Cancel);
        c.Expect(ctl.Session.IsClosed, $"disconnected within {limit.TotalSeconds:0.#} s", ctl.Session.ClosedBecause ?? "still connected");
    }

    private static void NeedProbes(CheckContext c) => CheckContext.Applies(
        c.Tester.Link.Endpoint.Scheme is not (EndpointScheme.Unix or EndpointScheme.PassiveUnix), "sessions over a socket file are not probed");
}
