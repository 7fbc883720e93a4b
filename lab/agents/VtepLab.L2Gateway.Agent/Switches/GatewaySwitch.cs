using Microsoft.Extensions.Logging;
using VtepLab.Neutron;
using VtepLab.Ovsdb;
using VtepLab.OvsdbPeers;
using VtepLab.Runtime;

namespace VtepLab.L2Gateway.Agent;

/// <summary>One switch, as the agent that transacts sees it: carries out the plugin's requests and checks what the switch answers.</summary>
internal sealed class GatewaySwitch
{
    // A race is lost to somebody, and that somebody is then done: a few rounds are many.
    private const int MaxAttempts = 8;

    private readonly IHost _host;
    private readonly AgentOptions _options;
    private readonly ILogger _log;
    private readonly RequestQueue _queue;
    private OvsdbClientSession _session;
    private TaskCompletionSource _replaced = new();

    /// <summary>Serves a switch.</summary>
    /// <param name="host">The host.</param>
    /// <param name="name">The name the plugin knows it by.</param>
    /// <param name="session">The connection to it; started by its owner.</param>
    /// <param name="options">The agent's options.</param>
    public GatewaySwitch(IHost host, string name, OvsdbClientSession session, AgentOptions options)
    {
        (_host, Name, _session, _options) = (host, name, session, options);
        _log = host.Logs.CreateLogger("VtepLab.L2Gateway.Agent.GatewaySwitch");
        _queue = new RequestQueue(host, name, options.TransactTimeout, CarryOutAsync);
    }

    /// <summary>The name the plugin knows it by.</summary>
    public string Name { get; }

    /// <summary>The switch has dialled in again: requests that wait for it go on over the new connection.</summary>
    public void Use(OvsdbClientSession session)
    {
        _session = session;
        var waiting = _replaced;
        _replaced = new TaskCompletionSource();
        waiting.TrySetResult();
    }

    /// <summary><c>add_vif_to_gateway</c>: has a MAC address be behind a node.</summary>
    /// <exception cref="GatewayException">It could not be done.</exception>
    public Task AddVifAsync(AddVifRequest request, CancellationToken cancel) => _queue.AddAsync(
        new MacRequest(
            $"put {request.Mac.Mac} behind {request.Locator.DstIp}", request.LogicalSwitch, null, [request.Locator.DstIp], [request.Mac.Mac],
            (plan, network) => plan.LogicalSwitch(network).Mac(request.Mac, request.Locator)),
        cancel);

    /// <summary><c>update_vif_to_gateway</c>: has a MAC address that is known be behind another node.</summary>
    /// <exception cref="GatewayException">It could not be done.</exception>
    public Task UpdateVifAsync(UpdateVifRequest request, CancellationToken cancel) => _queue.AddAsync(
        new MacRequest(
            $"move {request.Mac.Mac} behind {request.Locator.DstIp}", null, request.Mac, [request.Locator.DstIp], [request.Mac.Mac],
            (plan, network) => plan.LogicalSwitch(network).Mac(request.Mac, request.Locator)),
        cancel);

    /// <summary><c>delete_vif_from_gateway</c>: has a logical switch not know MAC addresses.</summary>
    /// <exception cref="GatewayException">It could not be done.</exception>
    public Task DeleteVifAsync(DeleteVifRequest request, CancellationToken cancel) => request.Macs.IsEmpty ? Task.CompletedTask : _queue.AddAsync(
        new MacRequest(
            $"remove {(request.Macs is [var one] ? one : $"{request.Macs.Length} MAC addresses")}",
            new LogicalSwitchDict(request.LogicalSwitchUuid, null, null, null), null, [], Once(request.Macs),
            (plan, _) => plan.RemoveMacs(request.Macs)),
        cancel);

    /// <summary><c>update_connection_to_gateway</c>: has VLANs of ports belong to a network with its machines, or no longer.</summary>
    /// <exception cref="GatewayException">It could not be done; nothing of it was.</exception>
    public Task UpdateConnectionAsync(UpdateConnectionRequest request, CancellationToken cancel)
    {
        var isCreate = request.Operation == ConnectionOperation.Create;
        var nodes = isCreate ? request.Nodes.Where(n => !n.Macs.IsEmpty).ToList() : [];
        string[] addresses = [.. nodes.Select(n => n.Locator.DstIp).Distinct()];
        var macs = Once(nodes.SelectMany(n => n.Macs).Select(m => m.Mac));
        if (isCreate && request.Ports.IsEmpty)
        {
            return _queue.AddAsync(
                new MacRequest(
                    $"put {macs.Length} MAC addresses behind {addresses.Length} nodes", request.LogicalSwitch, null, addresses, macs,
                    (plan, _) => Create(plan, request, nodes)),
                cancel);
        }

        return AloneAsync(
            $"{(isCreate ? "bind" : "unbind")} {string.Join(", ", request.Ports.SelectMany(p => p.VlanBindings.Select(b => $"VLAN {b.Vlan} on {p.Name}")))}",
            async (schema, transact, stop) =>
            {
                var content = await ContentReader.ReadAsync(schema, transact, new ContentQuery(request.LogicalSwitch, addresses, macs, request.Ports), stop);
                var plan = new TransactionPlan(schema, content, Name);
                foreach (var (port, binding) in request.Ports.SelectMany(p => p.VlanBindings.Select(b => (p, b))).Where(_ => !isCreate))
                {
                    plan.Unbind(port, binding);
                }

                return isCreate ? Create(plan, request, nodes) : plan;
            },
            cancel);
    }

    /// <summary><c>delete_network</c>: has the switch not know a network; one with a binding is in use and stays.</summary>
    /// <exception cref="GatewayException">It could not be done; nothing of it was.</exception>
    public Task DeleteNetworkAsync(DeleteNetworkRequest request, CancellationToken cancel) => AloneAsync(
        $"remove logical switch {request.LogicalSwitchUuid:D}",
        async (schema, transact, stop) =>
        {
            var query = new ContentQuery(new LogicalSwitchDict(request.LogicalSwitchUuid, null, null, null), [], [], []);
            return new TransactionPlan(schema, await ContentReader.ReadAsync(schema, transact, query, stop), Name).RemoveLogicalSwitch();
        },
        cancel);

    /// <summary><c>update_unknown_dst_to_gateway</c>: has a logical switch flood to nodes, and to no others.</summary>
    /// <exception cref="GatewayException">It could not be done; nothing of it was.</exception>
    public Task UpdateUnknownDstAsync(UpdateUnknownDstRequest request, CancellationToken cancel) => AloneAsync(
        $"flood to {(request.Locators.IsEmpty ? "nobody" : string.Join(", ", request.Locators.Select(l => l.DstIp)))}",
        async (schema, transact, stop) =>
        {
            var content = await ContentReader.ReadAsync(
                schema, transact, new ContentQuery(request.LogicalSwitch, [.. request.Locators.Select(l => l.DstIp)], [], []), stop);
            content = await ContentReader.WithFloodsAsync(content, schema, transact, stop);
            return new TransactionPlan(schema, content, Name).LogicalSwitch(request.LogicalSwitch).Flood(request.Locators);
        },
        cancel);

    private static TransactionPlan Create(TransactionPlan plan, UpdateConnectionRequest request, List<NodeMacs> nodes)
    {
        plan.LogicalSwitch(request.LogicalSwitch!);
        foreach (var (node, mac) in nodes.SelectMany(n => n.Macs.Select(m => (n.Locator, m))))
        {
            plan.Mac(mac, node);
        }

        foreach (var (port, binding) in request.Ports.SelectMany(p => p.VlanBindings.Select(b => (p, b))))
        {
            plan.Bind(port, binding.Vlan);
        }

        return plan;
    }

    private static string[] Once(IEnumerable<string> macs) => [.. macs.Distinct(StringComparer.OrdinalIgnoreCase)];

    private Task AloneAsync(
        string doing, Func<DatabaseSchema, Transact, CancellationToken, Task<TransactionPlan>> makePlan, CancellationToken cancel) =>
        _queue.AddAsync((patience, stop) => ApplyAsync(doing, makePlan, patience, stop), cancel);

    private Task CarryOutAsync(IReadOnlyList<MacRequest> requests, TimeSpan patience, CancellationToken cancel) => ApplyAsync(
        requests is [var one] ? one.Doing : $"{requests[0].Doing}, and {requests.Count - 1} more",
        (schema, transact, stop) => PlanAsync(requests, schema, transact, stop),
        patience,
        cancel);

    private async Task<TransactionPlan> PlanAsync(IReadOnlyList<MacRequest> requests, DatabaseSchema schema, Transact transact, CancellationToken cancel)
    {
        var ofNetwork = new Dictionary<string, List<(MacRequest Request, LogicalSwitchDict Network)>>(StringComparer.Ordinal);
        foreach (var request in requests)
        {
            // The row of a MAC tells its logical switch; that is what tells the address apart when the row is gone.
            var network = request.LogicalSwitch ?? await LogicalSwitchOfAsync(request.Row!, schema, transact, cancel);
            var key = network.Name is { Length: > 0 } name ? $"name {name}" : $"row {network.Uuid:D}";
            (ofNetwork.TryGetValue(key, out var others) ? others : ofNetwork[key] = []).Add((request, network));
        }

        var queries = ofNetwork.Values.Select(rs => new ContentQuery(
            rs[0].Network, [.. rs.SelectMany(r => r.Request.Addresses).Distinct()], [.. rs.SelectMany(r => r.Request.Macs)], [])).ToList();
        var contents = await ContentReader.ReadAsync(schema, transact, queries, cancel);
        var plan = new TransactionPlan(schema, contents[0], Name);
        foreach (var (content, some) in contents.Zip(ofNetwork.Values))
        {
            plan.From(content);
            some.ForEach(r => r.Request.Plan(plan, r.Network));
        }

        return plan;
    }

    private async Task<LogicalSwitchDict> LogicalSwitchOfAsync(MacDict mac, DatabaseSchema schema, Transact transact, CancellationToken cancel)
    {
        if (mac.Uuid is { } uuid)
        {
            var read = new OvsdbTransaction(schema);
            read.Select("Ucast_Macs_Remote", Where.Row(Uuid.FromGuid(uuid)), "logical_switch");
            if ((await transact(read, cancel)).RowsOf(0) is [var row, ..])
            {
                return new LogicalSwitchDict(row["logical_switch"].Uuid.ToGuid(), null, null, null);
            }
        }

        return mac.LogicalSwitchId is { } id
            ? new LogicalSwitchDict(id, null, null, null)
            : throw new GatewayException($"{Name} has no remote MAC {mac.Mac} in the row {mac.Uuid:D}, and the request names no logical switch");
    }

    // Reads, plans, writes; and reads again when the switch was changed in between or the answer got lost.
    private async Task ApplyAsync(
        string doing, Func<DatabaseSchema, Transact, CancellationToken, Task<TransactionPlan>> makePlan, TimeSpan patience, CancellationToken cancel)
    {
        using var late = new CancellationTokenSource(patience, _host.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel, late.Token);
        OvsdbTransaction? sent = null, refused = null;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await ConnectedAsync(doing, both.Token);
                var plan = await makePlan(_session.Replica.Schema!, (t, stop) => _session.TransactAsync(t, cancel: stop), both.Token);
                if (plan.IsEmpty)
                {
                    _log.LogDebug("{Switch}: nothing to do to {Doing}", Name, doing);
                    return;
                }

                sent = plan.Seal();
                var result = await _session.TransactAsync(sent, cancel: both.Token);
                if (!plan.Missed(result).Any())
                {
                    _log.LogInformation("{Switch}: could {Doing}, attempt {Attempt}", Name, doing, attempt);
                    return;
                }

                _log.LogInformation("{Switch}: {Missed} changed meanwhile, trying again to {Doing}", Name, string.Join(", ", plan.Missed(result)), doing);
                if (attempt >= MaxAttempts)
                {
                    throw new GatewayException($"{Name} keeps changing, could not {doing}");
                }
            }
            catch (OvsdbOperationException no) when (IsRace(no) && attempt < MaxAttempts && !AreSame(sent, refused))
            {
                refused = sent; // The same transaction refused twice is no race: nobody changed what it was made from.
                _log.LogInformation("{Switch}: {Problem}; reading again to {Doing}", Name, no.Message, doing);
            }
            catch (OvsdbOperationException no)
            {
                throw new GatewayException(OneLine($"could not {doing}: {no.Message}"), no);
            }
            catch (OvsdbProtocolException lost) when (lost.IsTransient && !both.IsCancellationRequested)
            {
                // Whether it was carried out is unknown, so it is looked at again before anything is repeated.
                _log.LogInformation("{Switch}: {Problem} Looking again to {Doing}", Name, lost.Message, doing);
                await _host.YieldAsync();
            }
            catch (OvsdbException broken)
            {
                throw new GatewayException(OneLine($"could not {doing}: {broken.Message}"), broken);
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                throw new GatewayException(OneLine(
                    $"{Name} could not {doing} within {_options.TransactTimeout.TotalSeconds} s: {_session.LastError ?? "it did not answer"}"));
            }
        }
    }

    private async Task ConnectedAsync(string doing, CancellationToken cancel)
    {
        if (_session.IsActive)
        {
            return;
        }

        using var patience = new CancellationTokenSource(_options.ConnectPatience, _host.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel, patience.Token);
        try
        {
            while (!_session.IsActive)
            {
                await await Task.WhenAny(_session.WhenActiveAsync(both.Token), _replaced.Task);
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new GatewayException(OneLine(
                $"{Name} could not be reached within {_options.ConnectPatience.TotalSeconds} s to {doing}: {_session.LastError ?? "not connected"}"));
        }
    }

    // What a transaction meets when somebody else was faster: a taken name or locator, a row that is gone, a guard that does not hold.
    private static bool IsRace(OvsdbOperationException no) =>
        no.IsTimedOut || no.Error is ErrorNames.ConstraintViolation or ErrorNames.ReferentialIntegrityViolation;

    private static bool AreSame(OvsdbTransaction? one, OvsdbTransaction? other) =>
        one is not null && other is not null && Written(one).AsSpan().SequenceEqual(Written(other));

    private static byte[] Written(OvsdbTransaction transaction)
    {
        var json = new JsonWriter();
        transaction.WriteTo(json);
        return json.Written.ToArray();
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}
