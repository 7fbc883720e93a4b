using System.Text.Json;
using System.Text.Json.Nodes;
using VtepLab.Conformance.Wire;

namespace VtepLab.Conformance.Harness;

/// <summary>One of the suite's controllers: a connection whose doings are written into the evidence of the running check.</summary>
/// <param name="context">The running check.</param>
/// <param name="session">Its connection.</param>
public sealed class Controller(CheckContext context, WireSession session)
{
    private readonly List<JsonNode> _monitors = [];

    /// <summary>The connection, for what has no word of its own here.</summary>
    public WireSession Session => session;

    /// <summary>Sends a request and waits for its answer; none is a failure of the check.</summary>
    /// <param name="did">What is done, in words.</param>
    /// <param name="method">The method.</param>
    /// <param name="parameters">Its params.</param>
    /// <param name="id">The id; null draws the next number.</param>
    /// <param name="within">How long to wait; null for the usual time.</param>
    public async Task<Reply> RequestAsync(string did, string method, JsonNode? parameters, JsonNode? id = null, TimeSpan? within = null)
    {
        context.Did(did);
        var request = await session.SendRequestAsync(method, parameters, id);
        return await ReplyAsync(request, within);
    }

    /// <summary>Waits for the answer to a request; none is a failure of the check.</summary>
    public async Task<Reply> ReplyAsync(PendingRequest request, TimeSpan? within = null)
    {
        var limit = within ?? context.Timing.Reply;
        var reply = await request.ReplyAsync(limit, context.Cancel);
        if (reply is null)
        {
            context.Fail($"an answer within {limit.TotalSeconds:0.###} s", WhatCameInstead());
        }

        return reply!;
    }

    /// <summary>A transaction; no answer is a failure of the check, an error in it is not.</summary>
    public Task<TransactReply> TransactAsync(string did, params JsonObject[] operations) => TransactAsync(did, null, operations);

    /// <summary>A transaction with a limit of its own for the answer.</summary>
    public async Task<TransactReply> TransactAsync(string did, TimeSpan? within, params JsonObject[] operations)
    {
        context.Did(did);
        var request = await StartTransactAsync(operations);
        return Note(await ReplyAsync(request, within), operations);
    }

    /// <summary>A transaction that has to be committed for the check to go on.</summary>
    public async Task<TransactReply> CommitAsync(string did, params JsonObject[] operations)
    {
        var reply = await TransactAsync(did, operations);
        context.Expect(reply.IsCommitted, "committed", reply.Text);
        return reply;
    }

    /// <summary>Sends a transaction without waiting for its answer.</summary>
    public Task<PendingRequest> StartTransactAsync(params JsonObject[] operations) =>
        session.SendRequestAsync("transact", Ovs.Array([Tester.Database, .. operations]));

    /// <summary>Writes down what a transaction inserted.</summary>
    public TransactReply Note(Reply reply, params JsonObject[] operations)
    {
        var result = new TransactReply(reply, operations.Length);
        if (result.IsCommitted)
        {
            for (var i = 0; i < operations.Length; i++)
            {
                if (result.UuidAt(i) is { } uuid)
                {
                    context.Tester.Journal.Inserted(uuid);
                }
            }
        }

        return result;
    }

    /// <summary>The rows that a condition selects.</summary>
    public async Task<IReadOnlyList<Row>> SelectAsync(string table, JsonArray where, params string[] columns)
    {
        var reply = await TransactAsync($"read {table}", Ovs.Select(table, where, columns));
        if (reply.FirstError is not null || reply.Results.Count != 1)
        {
            context.Fail("the rows", reply.Text);
        }

        return reply.RowsAt(0);
    }

    /// <summary>Registers a monitor; an error is a failure of the check.</summary>
    /// <param name="did">What is done, in words.</param>
    /// <param name="requests">Tables and what of them is monitored.</param>
    /// <param name="id">The monitor's id; null draws a text.</param>
    public async Task<Monitor> MonitorAsync(string did, JsonObject requests, JsonNode? id = null)
    {
        id ??= context.Name("monitor");
        var reply = await RequestAsync(did, "monitor", Ovs.Array(Tester.Database, id, requests));
        if (reply.Result is not { ValueKind: JsonValueKind.Object } initial)
        {
            context.Fail("the initial contents, an object", reply.Text);
            throw new InvalidOperationException("unreachable");
        }

        _monitors.Add(id.DeepClone());
        return new Monitor(context, this, OvsValue.Parse(WireJson.Write(id)).Canonical(), initial);
    }

    /// <summary>An echo, answered as it has to be; the sign that the connection lives and that nothing is on its way before it.</summary>
    public async Task EchoAsync(string did)
    {
        var reply = await RequestAsync(did, "echo", Ovs.Array("still there"));
        context.Expect(reply.Result?.Canonical() == "[\"still there\"]", "the echo's params", reply.Text);
    }

    /// <summary>Ends the monitors of the check and throws away what they have said; nothing of it is judged.</summary>
    public async Task EndMonitorsAsync()
    {
        foreach (var id in _monitors)
        {
            var request = await session.SendRequestAsync("monitor_cancel", Ovs.Array(id));
            if (await request.ReplyAsync(context.Timing.Reply, CancellationToken.None) is null)
            {
                break;
            }
        }

        _monitors.Clear();
        session.DropNotifications();
    }

    private string WhatCameInstead() =>
        session.ClosedBecause is { } because ? because
        : session.StrayReplies.Count > 0 ? $"no answer with that id, but {WireText.Short(session.StrayReplies[^1].GetRawText())}"
        : "no answer";
}
