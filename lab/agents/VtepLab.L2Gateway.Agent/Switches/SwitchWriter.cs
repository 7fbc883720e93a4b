using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using VtepLab.Ovsdb;
using VtepLab.OvsdbPeers;
using VtepLab.Runtime;

namespace VtepLab.L2Gateway.Agent;

/// <summary>Brings a switch to what a plan says: reads, plans, writes, and again when the switch was changed in between or the answer got lost.</summary>
/// <param name="host">The host.</param>
/// <param name="name">The switch.</param>
/// <param name="session">The connection to it.</param>
/// <param name="options">The agent's options.</param>
internal sealed class SwitchWriter(IHost host, string name, OvsdbClientSession session, AgentOptions options)
{
    // A race is lost to somebody, and that somebody is then done: a few rounds are many.
    private const int MaxAttempts = 8;

    private readonly ILogger _log = host.Logs.CreateLogger("VtepLab.L2Gateway.Agent.GatewaySwitch");
    private readonly ConditionalWeakTable<OvsdbClient, StrongBox<RowKeys>> _keys = []; // What was learnt of each connection's server.
    private OvsdbClientSession _session = session;
    private TaskCompletionSource _replaced = new();

    /// <summary>What the monitor sees of the switch; null while this agent does not monitor it.</summary>
    public SwitchMirror? Mirror { get; set; }

    /// <summary>
    /// True while MAC addresses are planned from the monitor's copy and guarded each by its own row: what is under way for others then does no harm.
    /// </summary>
    public bool PlansFromMirror =>
        Mirror is { IsActive: true } mirror && _keys.TryGetValue(mirror.Session.Client!, out var known) && known.Value == RowKeys.Trusted;

    /// <summary>The switch has dialled in again: what waits for it goes on over the new connection.</summary>
    public void Use(OvsdbClientSession session)
    {
        _session = session;
        var waiting = _replaced;
        _replaced = new TaskCompletionSource();
        waiting.TrySetResult();
    }

    /// <summary>Does it.</summary>
    /// <param name="doing">What is done, in words.</param>
    /// <param name="makePlan">Makes the plan from what a view shows; called again for each attempt.</param>
    /// <param name="isMirrored">True to plan from the monitor's copy first, if there is one.</param>
    /// <param name="patience">How long it may take.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="GatewayException">It could not be done.</exception>
    public async Task ApplyAsync(
        string doing, Func<SwitchView, CancellationToken, Task<TransactionPlan>> makePlan, bool isMirrored, TimeSpan patience, CancellationToken cancel)
    {
        using var late = new CancellationTokenSource(patience, host.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel, late.Token);
        var seed = Uuid.FromGuid(host.Entropy.NewUuid());
        OvsdbTransaction? sent = null, refused = null;
        SwitchView? view = null;
        TransactionPlan? plan = null;
        OvsdbOperationException? keyTrouble = null;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                // What the monitor's copy did not do is done by reading.
                view = isMirrored && attempt == 1 && Mirror is { IsActive: true } mirror
                    ? ViewOver(mirror.Session, seed) with { Mirror = mirror }
                    : await ReadingViewAsync(doing, seed, both.Token);
                view = keyTrouble is null ? view : view with { Keys = RowKeys.None };
                plan = await makePlan(view, both.Token);
                if (!plan.IsToBeSent)
                {
                    _log.LogDebug("{Switch}: nothing to do to {Doing}", name, doing);
                    return;
                }

                sent = plan.Seal();
                var result = await view.Transact(sent, both.Token);
                Learn(view, plan.TookKeys(result), keyTrouble);
                if (!plan.Missed(result).Any() && (!plan.IsMirrored || (await makePlan(view with { OnlyLooks = true }, both.Token)).IsDone))
                {
                    _log.LogInformation("{Switch}: could {Doing}, attempt {Attempt}", name, doing, attempt);
                    return;
                }

                var missed = string.Join(", ", plan.Missed(result).DefaultIfEmpty("something"));
                _log.LogInformation("{Switch}: {Missed} changed meanwhile, trying again to {Doing}", name, missed, doing);
                if (attempt >= MaxAttempts)
                {
                    throw new GatewayException($"{name} keeps changing, could not {doing}");
                }
            }
            catch (OvsdbOperationException no) when (IsRace(no) && attempt < MaxAttempts && !AreSame(sent, refused))
            {
                refused = sent; // The same transaction refused twice is no race: nobody changed what it was made from.
                _log.LogInformation("{Switch}: {Problem}; reading again to {Doing}", name, no.Message, doing);
            }
            catch (OvsdbOperationException no) when (keyTrouble is null && MayBeOfKeys(no, view, plan))
            {
                keyTrouble = no;
                _log.LogInformation("{Switch}: {Problem}; trying without UUIDs of ours to {Doing}", name, no.Message, doing);
            }
            catch (OvsdbOperationException no)
            {
                throw new GatewayException(OneLine($"could not {doing}: {no.Message}"), no);
            }
            catch (OvsdbProtocolException lost) when (lost.IsTransient && !both.IsCancellationRequested)
            {
                // Whether it was carried out is unknown, so it is looked at again before anything is repeated.
                _log.LogInformation("{Switch}: {Problem} Looking again to {Doing}", name, lost.Message, doing);
                await host.YieldAsync();
            }
            catch (OvsdbException broken)
            {
                throw new GatewayException(OneLine($"could not {doing}: {broken.Message}"), broken);
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                throw new GatewayException(OneLine(
                    $"{name} could not {doing} within {options.TransactTimeout.TotalSeconds} s: {_session.LastError ?? "it did not answer"}"));
            }
        }
    }

    private async Task<SwitchView> ReadingViewAsync(string doing, Uuid seed, CancellationToken cancel)
    {
        await ConnectedAsync(doing, cancel);
        return ViewOver(_session, seed);
    }

    private SwitchView ViewOver(OvsdbClientSession session, Uuid seed)
    {
        var client = session.Client!;
        return new SwitchView(
            name, session.Replica.Schema!, (t, stop) => session.TransactAsync(t, cancel: stop), null,
            _keys.TryGetValue(client, out var known) ? known.Value : RowKeys.Tried, seed, client);
    }

    // A switch that passes over the UUIDs is found out by what it answers, one that refuses them by what it takes without. What holds
    // over one connection holds over all that are open now, for they end with the server.
    private void Learn(SwitchView view, bool? tookKeys, OvsdbOperationException? keyTrouble)
    {
        if (tookKeys is null && keyTrouble is not { Error: not ErrorNames.DuplicateUuid })
        {
            return;
        }

        foreach (var client in new[] { view.Over, _session.Client, Mirror?.Session.Client }.OfType<OvsdbClient>())
        {
            _keys.AddOrUpdate(client, new StrongBox<RowKeys>(tookKeys == true ? RowKeys.Trusted : RowKeys.None));
        }
    }

    // RFC 7047 has no UUID in an insert: what a switch makes of one is its own affair.
    private static bool MayBeOfKeys(OvsdbOperationException no, SwitchView? view, TransactionPlan? plan) =>
        plan?.HasKeys == true && (view!.Keys == RowKeys.Tried || no.Error is ErrorNames.SyntaxError or ErrorNames.DuplicateUuid);

    private async Task ConnectedAsync(string doing, CancellationToken cancel)
    {
        if (_session.IsActive)
        {
            return;
        }

        using var patience = new CancellationTokenSource(options.ConnectPatience, host.Time);
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
                $"{name} could not be reached within {options.ConnectPatience.TotalSeconds} s to {doing}: {_session.LastError ?? "not connected"}"));
        }
    }

    // What a transaction meets when somebody else was faster: a taken name or locator, a row that is gone, a guard that does not hold.
    private static bool IsRace(OvsdbOperationException no) =>
        no.IsTimedOut || no.Error is ErrorNames.ConstraintViolation or ErrorNames.ReferentialIntegrityViolation or ErrorNames.DuplicateUuid;

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
