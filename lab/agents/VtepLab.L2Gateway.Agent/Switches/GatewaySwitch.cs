using VtepLab.Neutron;
using VtepLab.OvsdbPeers;
using VtepLab.Runtime;

namespace VtepLab.L2Gateway.Agent;

/// <summary>One switch, as the agent that transacts sees it: carries out the plugin's requests and checks what the switch answers.</summary>
internal sealed class GatewaySwitch
{
    private readonly SwitchWriter _writer;
    private readonly RequestQueue _queue;

    /// <summary>Serves a switch.</summary>
    /// <param name="host">The host.</param>
    /// <param name="name">The name the plugin knows it by.</param>
    /// <param name="session">The connection to it; started by its owner.</param>
    /// <param name="options">The agent's options.</param>
    public GatewaySwitch(IHost host, string name, OvsdbClientSession session, AgentOptions options)
    {
        Name = name;
        _writer = new SwitchWriter(host, name, session, options);
        _queue = new RequestQueue(host, name, options.TransactTimeout, CarryOutAsync, () => _writer.PlansFromMirror);
    }

    /// <summary>The name the plugin knows it by.</summary>
    public string Name { get; }

    /// <summary>What the monitor sees of the switch; null while this agent does not monitor it.</summary>
    public SwitchMirror? Mirror
    {
        get => _writer.Mirror;
        set => _writer.Mirror = value;
    }

    /// <summary>Completes when there is not much to be done for the switch; at once when that is so.</summary>
    public Task Calm => _queue.Calm;

    /// <summary>The switch has dialled in again: requests that wait for it go on over the new connection.</summary>
    public void Use(OvsdbClientSession session) => _writer.Use(session);

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
            async (view, stop) =>
            {
                var plan = view.Plan(await view.ReadAsync(new ContentQuery(request.LogicalSwitch, addresses, macs, request.Ports), stop));
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
        async (view, stop) =>
        {
            var query = new ContentQuery(new LogicalSwitchDict(request.LogicalSwitchUuid, null, null, null), [], [], []);
            return view.Plan(await view.ReadAsync(query, stop)).RemoveLogicalSwitch();
        },
        cancel);

    /// <summary><c>update_unknown_dst_to_gateway</c>: has a logical switch flood to nodes, and to no others.</summary>
    /// <exception cref="GatewayException">It could not be done; nothing of it was.</exception>
    public Task UpdateUnknownDstAsync(UpdateUnknownDstRequest request, CancellationToken cancel) => AloneAsync(
        $"flood to {(request.Locators.IsEmpty ? "nobody" : string.Join(", ", request.Locators.Select(l => l.DstIp)))}",
        async (view, stop) =>
        {
            var content = await view.ReadAsync(new ContentQuery(request.LogicalSwitch, [.. request.Locators.Select(l => l.DstIp)], [], []), stop);
            return view.Plan(await view.WithFloodsAsync(content, stop)).LogicalSwitch(request.LogicalSwitch).Flood(request.Locators);
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

    private Task AloneAsync(string doing, Func<SwitchView, CancellationToken, Task<TransactionPlan>> makePlan, CancellationToken cancel) =>
        _queue.AddAsync((patience, stop) => _writer.ApplyAsync(doing, makePlan, isMirrored: false, patience, stop), cancel);

    private Task CarryOutAsync(IReadOnlyList<MacRequest> requests, TimeSpan patience, CancellationToken cancel) => _writer.ApplyAsync(
        requests is [var one] ? one.Doing : $"{requests[0].Doing}, and {requests.Count - 1} more",
        (view, stop) => PlanAsync(requests, view, stop),
        isMirrored: true,
        patience,
        cancel);

    private static async Task<TransactionPlan> PlanAsync(IReadOnlyList<MacRequest> requests, SwitchView view, CancellationToken cancel)
    {
        var ofNetwork = new Dictionary<string, List<(MacRequest Request, LogicalSwitchDict Network)>>(StringComparer.Ordinal);
        foreach (var request in requests)
        {
            var network = request.LogicalSwitch ?? await view.LogicalSwitchOfAsync(request.Row!, cancel);
            var key = network.Name is { Length: > 0 } name ? $"name {name}" : $"row {network.Uuid:D}";
            (ofNetwork.TryGetValue(key, out var others) ? others : ofNetwork[key] = []).Add((request, network));
        }

        var contents = await view.ReadAsync(
            [
                .. ofNetwork.Values.Select(rs => new ContentQuery(
                    rs[0].Network, [.. rs.SelectMany(r => r.Request.Addresses).Distinct()], [.. rs.SelectMany(r => r.Request.Macs)], [])),
            ],
            cancel);
        var plan = view.Plan(contents[0]);
        foreach (var (content, some) in contents.Zip(ofNetwork.Values))
        {
            plan.From(content);
            some.ForEach(r => r.Request.Plan(plan, r.Network));
        }

        return plan;
    }
}
