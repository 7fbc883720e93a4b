using System.Globalization;
using System.Text.Json.Nodes;
using VtepLab.Neutron;
using VtepLab.Runtime;

namespace VtepLab.L2Gateway.Plugin;

/// <summary>The plugin's messages to L2 gateway agents: to one that says it looks after the switch, or to any where nobody says.</summary>
internal sealed class AgentCalls(IHost host, AgentRegistry agents, PluginOptions options)
{
    /// <summary>The original's word for an agent that does not answer.</summary>
    public const string NoAnswer = "Communication error with the L2 gateway agent";

    private const int MaxAttempts = 4;

    // A step of the wall clock must not make requests old.
    private readonly DateTimeOffset _wallAtStart = host.Time.GetUtcNow();
    private readonly long _start = host.Time.GetTimestamp();
    private readonly string _session = host.Entropy.NewUuid().ToString("N");

    private readonly BusTarget _topic = new(L2GatewayRpc.AgentTopic, Exchange: options.ControlExchange);

    // Agents that did not answer, by their last report then: they are asked again when they have reported since.
    private readonly Dictionary<string, long> _silent = [];

    // The same of agents that refused for a switch what another one then did.
    private readonly Dictionary<(string Agent, string Switch), long> _refusing = [];
    private int _turn;

    /// <summary>Whether the agents that look after a switch are ours: idempotent, and telling what they serve.</summary>
    public bool AreIdempotent(string identifier) =>
        agents.Live is var live && live.All(a => a.Told.Switches is not null) && live.Any(a => a.Told.Switches!.Contains(identifier));

    /// <summary>Who is to be asked next about a switch: its agents take turns, as they would on the topic's shared queue.</summary>
    public BusTarget Next(string identifier) => Servants(identifier) is { Count: > 0 } servants
        ? _topic with { Server = servants[unchecked((int)((uint)_turn++ % (uint)servants.Count))] }
        : _topic;

    /// <summary>Calls a method for a switch and waits for the agent's reply.</summary>
    /// <param name="identifier">The switch.</param>
    /// <param name="method">The method.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="first">Who is asked first; see <see cref="Next"/>.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>Null when it was carried out; otherwise the reason, in the words that the original gives its users.</returns>
    public async Task<string?> CallAsync(string identifier, string method, JsonObject arguments, BusTarget first, CancellationToken cancel)
    {
        // Ours answer in much less than the time there is, or are dead or cut off: then another one is asked, which does no harm if the
        // first has done it after all. The original's do harm.
        var attempts = Servants(identifier).Count > 0 ? MaxAttempts : 1;
        var target = first;
        (string Agent, string Problem)? refusal = null;
        for (var attempt = 1; attempt <= attempts && agents.Live.Count > 0; attempt++)
        {
            try
            {
                await host.Bus.CallAsync(target, method, arguments, options.RpcResponseTimeout / attempts, Context(), cancel);
                if (refusal is var (unable, _) && agents.Live.FirstOrDefault(a => a.Host == unable) is { } known)
                {
                    _refusing[(unable, identifier)] = known.HeardAt;
                }

                return null;
            }
            catch (BusMessageTooLargeException tooLarge)
            {
                return $"{NoAnswer}: {tooLarge.Message}";
            }
            catch (Exception lost) when (lost is TimeoutException or IOException)
            {
                if (target.Server is { } silent && agents.Live.FirstOrDefault(a => a.Host == silent) is { } agent)
                {
                    _silent[silent] = agent.HeardAt;
                }

                if (refusal is not null)
                {
                    return refusal.Value.Problem;
                }

                target = Next(identifier);
            }
            catch (BusRemoteException no)
            {
                // Another one may reach a switch that this one does not; what the switch itself refuses it refuses again.
                var problem = $"Error on the OVSDB server: Remote error: {no.RemoteClass} {no.Message.Split('\n')[0]}";
                if (refusal is not null || target.Server is not { } asked || Servants(identifier).Find(s => s != asked) is not { } other)
                {
                    return problem;
                }

                (target, refusal) = (_topic with { Server = other }, (asked, problem));
            }
        }

        return refusal?.Problem ?? NoAnswer;
    }

    /// <summary>Asks for a logical switch to be removed; nobody answers.</summary>
    public async Task<string?> CastAsync(BusTarget target, string method, JsonObject arguments, CancellationToken cancel)
    {
        try
        {
            await host.Bus.CastAsync(target, method, arguments, Context(), cancel);
            return null;
        }
        catch (Exception lost) when (lost is TimeoutException or IOException)
        {
            return NoAnswer;
        }
    }

    /// <summary>Says to all agents who monitors.</summary>
    public async Task SetMonitorAsync(string elected, long term, CancellationToken cancel)
    {
        var context = Context();
        context[CastOrigin.TermMember] = term;
        await host.Bus.CastAsync(_topic with { Fanout = true }, L2GatewayRpc.SetMonitorAgent, new SetMonitorAgentRequest(elected).ToJson(), context, cancel);
    }

    /// <summary>Says to one of our agents which switches operators have assigned to it; the original's does not know the method.</summary>
    public async Task AssignAsync(string agent, IEnumerable<SwitchAssignment> assignments, CancellationToken cancel) => await host.Bus.CastAsync(
        _topic with { Server = agent }, L2GatewayRpc.SetOvsdbHosts,
        new JsonObject
        {
            ["ovsdb_hosts"] = new JsonObject(assignments.Select(a => KeyValuePair.Create(a.OvsdbIdentifier, (JsonNode?)a.OvsdbHost))),
        },
        Context(), cancel);

    /// <summary>The context of the plugin's requests: that of an administrator, with the time from which an agent tells a late one.</summary>
    public JsonObject Context() => new()
    {
        ["user_id"] = null, ["project_id"] = null, ["is_admin"] = true, ["roles"] = new JsonArray(), ["read_only"] = false,
        ["show_deleted"] = false, ["request_id"] = $"req-{host.Entropy.NewUuid():D}",
        ["timestamp"] = (_wallAtStart + host.Time.GetElapsedTime(_start)).UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture),
        [L2GatewayRpc.SenderMember] = _session,
    };

    private List<string> Servants(string identifier)
    {
        var able = agents.Live.Where(a => a.Told.Switches?.Contains(identifier) == true).ToList();
        var answering = able.Where(a => _silent.GetValueOrDefault(a.Host) != a.HeardAt && _refusing.GetValueOrDefault((a.Host, identifier)) != a.HeardAt).ToList();
        return [.. (answering.Count > 0 ? answering : able).Select(a => a.Host)];
    }
}
