using Microsoft.Extensions.Logging;
using VtepLab.Neutron.Core;
using VtepLab.Ovsdb;
using VtepLab.Runtime;

namespace VtepLab.L2Gateway.Plugin;

/// <summary>Brings every switch to what users asked for, and keeps it there: compares, asks the agents, and compares again when the monitor tells.</summary>
/// <remarks>
/// There is no queue of operations that could be lost or get out of order. A reply only means that it need not be asked again for a
/// while; done is what the monitoring agent's casts show. One pass over a switch runs at a time.
/// </remarks>
internal sealed class Reconciler(IHost host, PluginModel model, INeutronCore core, SwitchDirectory switches, AgentCalls calls, PluginOptions options)
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(60);

    // An original agent gives its socket the whole transaction once and does not look how much of it was taken.
    private const int MostForOriginal = 500;

    // What is under way has to be done within the time there is for one.
    private const int MostAtOnce = 4;

    private readonly ILogger _log = host.Logs.CreateLogger("VtepLab.L2Gateway.Plugin.Reconciler");
    private readonly SortedDictionary<string, Work> _work = new(StringComparer.Ordinal);

    /// <summary>Looks at a switch soon, in the background.</summary>
    public void Touch(string identifier)
    {
        if (model.IsLeader)
        {
            Start(WorkOn(identifier));
        }
    }

    /// <summary>Looks at switches now.</summary>
    /// <param name="identifiers">The switches.</param>
    /// <param name="network">The network whose complaints count; null for all.</param>
    /// <param name="cancel">Waits no longer.</param>
    /// <returns>Null when the agents have carried out what was to be done; otherwise the first complaint.</returns>
    public async Task<string?> PushAsync(IEnumerable<string> identifiers, string? network, CancellationToken cancel)
    {
        var passes = identifiers.Select(identifier =>
        {
            var work = WorkOn(identifier);
            work.Waiting.Add(new Waiter(new TaskCompletionSource<IReadOnlyList<Complaint>>(), host.Time.GetTimestamp()));
            var mine = work.Waiting[^1].Told.Task;
            Start(work);
            return mine;
        }).ToList();
        string? problem = null;
        foreach (var pass in passes)
        {
            problem ??= (await pass.WaitAsync(cancel)).FirstOrDefault(c => network is null || c.Network is null || c.Network == network)?.Problem;
        }

        return problem;
    }

    /// <summary>Looks at every switch regularly, whatever happens.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        while (true)
        {
            foreach (var identifier in model.Switches.Keys.ToList())
            {
                Touch(identifier);
            }

            await host.DelayAsync(options.ReconcileInterval, cancel);
        }
    }

    private Work WorkOn(string identifier)
    {
        if (!_work.TryGetValue(identifier, out var work))
        {
            _work.Add(identifier, work = new Work(identifier));
        }

        return work;
    }

    private void Start(Work work)
    {
        work.IsWanted = true;
        if (!work.IsRunning)
        {
            work.IsRunning = true;
            host.Spawn($"reconcile {work.Identifier}", stop => WorkAsync(work, stop));
        }
    }

    private async Task WorkAsync(Work work, CancellationToken cancel)
    {
        try
        {
            while (work.IsWanted)
            {
                work.IsWanted = false;
                var waiting = work.Waiting.ToList();
                work.Waiting.Clear();
                IReadOnlyList<Complaint> complaints;
                try
                {
                    complaints = await PassAsync(work, isAsked: waiting.Count > 0, cancel);
                }
                catch (OvsdbException failed)
                {
                    complaints = [new Complaint(null, failed.Message)];
                }

                // What will pass by itself is waited for a while: the monitor's next cast looks again.
                var isPassing = complaints.Count > 0 && complaints.All(c => c.IsPassing);
                var patient = waiting.Where(w => isPassing && host.Time.GetElapsedTime(w.Since) < options.ConfirmTimeout).ToList();
                work.Waiting.InsertRange(0, patient);
                waiting.Except(patient).ToList().ForEach(w => w.Told.TrySetResult(complaints));
                Schedule(work, complaints.Count > 0);
                await host.YieldAsync();
            }
        }
        finally
        {
            work.IsRunning = false;
        }
    }

    private async Task<IReadOnlyList<Complaint>> PassAsync(Work work, bool isAsked, CancellationToken cancel)
    {
        var copy = model.Switch(work.Identifier);
        var dumps = model.DumpsOf(work.Identifier);
        if (dumps == 0)
        {
            return []; // Nobody has told yet what it holds: what is absent from the copy means nothing.
        }

        var networks = model.NetworksOn(work.Identifier);
        var isOurs = calls.AreIdempotent(work.Identifier);
        var inputs = new Inputs(model.SwitchesVersion, core.Version, model.Gateways, model.Connections, networks, isOurs);
        if (work.Settled == inputs)
        {
            return [];
        }

        var desired = DesiredSwitch.Of(model, core, switches, work.Identifier);
        var now = host.Time.GetTimestamp();
        work.Sent = work.Sent.Where(s => copy.LogicalSwitchOf(s.Key) is null
            && (s.Value.IsThere ? s.Value.Dumps == dumps : host.Time.GetElapsedTime(s.Value.At, now) < LongestWay)).ToDictionary();
        await RememberAsync(work, copy, networks, desired, cancel);
        var maxMacs = isOurs ? options.MaxMacsPerRpc : Math.Min(options.MaxMacsPerRpc, MostForOriginal);
        var carriedOut = work.CarriedOut.Where(c => work.Dumps == dumps && host.Time.GetElapsedTime(c.Value.At, now) < options.ConfirmTimeout).ToDictionary();
        var plan = new SwitchSteps(
            copy, desired, networks, work.Sent.Keys, carriedOut.ToDictionary(c => c.Key, c => c.Value.Machine), isOurs, maxMacs);
        var steps = plan.All();
        work.Dumps = dumps;
        work.CarriedOut = plan.Awaited.ToDictionary(a => a, a => carriedOut[a]);

        // What is on its way, or remembered of a network that has gone, is another matter a while later.
        var isSettled = steps.Count + plan.Held.Count + plan.Awaited.Count + work.Sent.Count == 0 && networks.Keys.SequenceEqual(desired.Networks.Keys);
        work.Settled = isSettled ? inputs : null;
        if (work.Asked.Count > 0)
        {
            work.Asked = work.Asked.Where(a => host.Time.GetElapsedTime(a.Value, now) < options.ConfirmTimeout && steps.Any(s => s.Key == a.Key))
                .ToDictionary();
        }

        var complaints = await AskAsync(
            work, desired, work.Asked.Count == 0 ? steps : steps.Where(s => !work.Asked.ContainsKey(s.Key)), isAsked, isOurs, cancel);
        complaints.AddRange(plan.Held.Select(h => new Complaint(
            h.Network, $"on {work.Identifier} the VNI of the network is still that of network {h.By}, which is being removed", IsPassing: true)));
        return complaints;
    }

    // A step and those that only go on with it are under way together; every other waits for the answers to those before it.
    private async Task<List<Complaint>> AskAsync(
        Work work, DesiredSwitch desired, IEnumerable<SwitchStep> steps, bool isAsked, bool isOurs, CancellationToken cancel)
    {
        var (complaints, isSilent, agent) = (new List<Complaint>(), false, (BusTarget?)null);
        var underWay = new Queue<(SwitchStep Step, Task<string?> Answer)>();
        foreach (var step in steps)
        {
            while (underWay.Count > 0 && (!step.IsMore || underWay.Count == MostAtOnce || isSilent))
            {
                await SettleAsync();
            }

            // Where nobody answers, nobody would answer the next one; what a switch refuses is a matter of one network.
            if (isSilent)
            {
                break;
            }

            if (underWay.Count == 0 || agent is null)
            {
                agent = calls.Next(work.Identifier); // The same for all that are under way: it keeps their order, and lets them share transactions.
            }

            work.LastAsked = host.Time.GetTimestamp();
            if (desired.Networks.ContainsKey(step.Network) && work.Sent.GetValueOrDefault(step.Network) is not { IsThere: true })
            {
                work.Sent[step.Network] = new Sent(host.Time.GetTimestamp());
            }

            underWay.Enqueue((step, step.IsCast
                ? calls.CastAsync(agent, step.Method, step.Arguments, cancel)
                : calls.CallAsync(work.Identifier, step.Method, step.Arguments, agent, cancel)));
        }

        while (underWay.Count > 0)
        {
            await SettleAsync();
        }

        return complaints;

        async Task SettleAsync()
        {
            var (step, answer) = underWay.Dequeue();
            if (await answer is not { } problem)
            {
                var now = host.Time.GetTimestamp();
                work.Asked[step.Key] = now;
                if (isOurs && desired.Networks.ContainsKey(step.Network))
                {
                    work.Sent[step.Network] = new Sent(now, IsThere: true, model.DumpsOf(work.Identifier));
                }

                foreach (var machine in step.Machines)
                {
                    work.CarriedOut[(step.Network, machine.Mac)] = (machine, now);
                }

                return;
            }

            isSilent |= problem == AgentCalls.NoAnswer;
            _log.Log(
                isAsked ? LogLevel.Information : LogLevel.Warning, "{Switch}: {Method} was not carried out: {Problem}", work.Identifier, step.Method, problem);
            complaints.Add(new Complaint(problem == AgentCalls.NoAnswer ? null : step.Network, problem));
        }
    }

    // Which logical switches are ours has to outlive the networks and connections they were made for.
    private Task RememberAsync(
        Work work, SwitchCopy copy, IReadOnlyDictionary<string, int> networks, DesiredSwitch desired, CancellationToken cancel)
    {
        var identifier = work.Identifier;
        var added = desired.Networks.Values.Where(n => !networks.ContainsKey(n.Network.Id)).ToList();
        var gone = networks.Keys.Where(n =>
            !desired.Networks.ContainsKey(n) && copy.LogicalSwitchOf(n) is null && !HasRecentlyAsked(work) && !work.Sent.ContainsKey(n)).ToList();
        return added.Count + gone.Count == 0 ? Task.CompletedTask : model.WriteAsync(
            write =>
            {
                var now = model.NetworksOn(identifier);
                foreach (var network in added.Where(n => !now.ContainsKey(n.Network.Id)))
                {
                    write.Insert("Switch_Network", ("ovsdb_identifier", identifier), ("network_id", network.Network.Id), ("vni", network.Vni));
                }

                // A connection that has just been made keeps its network.
                foreach (var network in gone.Where(n => now.ContainsKey(n) && model.Connections.Values.All(c => c.NetworkId != n)))
                {
                    write.Delete("Switch_Network", Where.Column("ovsdb_identifier", identifier).And("network_id", network));
                }
            },
            cancel);
    }

    // A request that timed out may still be carried out: its logical switch stays ours until it cannot be on its way any more.
    private bool HasRecentlyAsked(Work work) => work.LastAsked is { } last && host.Time.GetElapsedTime(last) < LongestWay;

    // How long after it was sent a request may show in the copy.
    private TimeSpan LongestWay => options.RpcResponseTimeout + options.ConfirmTimeout;

    private void Schedule(Work work, bool hasFailed)
    {
        work.Retry = !hasFailed ? FirstRetry : work.Retry * 2 < LongestRetry ? work.Retry * 2 : LongestRetry;
        if ((!hasFailed && work.Asked.Count + work.CarriedOut.Count == 0) || work.IsScheduled)
        {
            return;
        }

        work.IsScheduled = true;
        var wait = !hasFailed ? options.ConfirmTimeout + FirstRetry : work.Retry;
        host.Spawn($"reconcile {work.Identifier} again", async stop =>
        {
            await host.DelayAsync(wait, stop);
            work.IsScheduled = false;
            Touch(work.Identifier);
        });
    }

    /// <summary>All that decides what is to be done to a switch, but for what was asked a moment ago.</summary>
    private sealed record Inputs(long Switches, long Core, object Gateways, object Connections, object Networks, bool IsOurs);

    /// <summary>What was not carried out.</summary>
    /// <param name="Network">The network it is about; null for the whole switch.</param>
    /// <param name="Problem">Why.</param>
    /// <param name="IsPassing">True for what will be carried out when something that is under way is done.</param>
    private sealed record Complaint(string? Network, string Problem, bool IsPassing = false);

    /// <summary>A network that agents were asked to put on a switch.</summary>
    /// <param name="At">When.</param>
    /// <param name="IsThere">True when one has said that it is there: however long nobody tells of it, it is, until all of the switch is told anew.</param>
    /// <param name="Dumps">How often all of it had been told then.</param>
    private sealed record Sent(long At, bool IsThere = false, long Dumps = 0);

    private sealed record Waiter(TaskCompletionSource<IReadOnlyList<Complaint>> Told, long Since);

    private sealed class Work(string identifier)
    {
        public string Identifier { get; } = identifier;

        public bool IsWanted { get; set; }

        public bool IsRunning { get; set; }

        public bool IsScheduled { get; set; }

        public TimeSpan Retry { get; set; } = FirstRetry;

        public long? LastAsked { get; set; }

        // With what the switch was found to be as it should be.
        public Inputs? Settled { get; set; }

        public List<Waiter> Waiting { get; } = [];

        // Networks that the copy does not show and agents were last asked to put there.
        public Dictionary<string, Sent> Sent { get; set; } = [];

        // Machines that were put there by many and may not show in the copy yet, and when; and how often all of the switch had been told then,
        // for who tells all of it knows better.
        public Dictionary<(string Network, string Mac), (Machine Machine, long At)> CarriedOut { get; set; } = [];

        public long Dumps { get; set; }

        // What was carried out and has not shown in the copy yet, and when.
        public Dictionary<string, long> Asked { get; set; } = [];
    }
}
