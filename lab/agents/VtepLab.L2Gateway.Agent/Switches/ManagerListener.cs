using Microsoft.Extensions.Logging;
using VtepLab.Ovsdb;
using VtepLab.OvsdbPeers;
using VtepLab.Runtime;

namespace VtepLab.L2Gateway.Agent;

/// <summary>Waits for switches that dial in, because a row of their Manager table says so, and finds out who they are.</summary>
/// <remarks>
/// A switch is known by the name in its Physical_Switch table, of several by the first in order: addresses change, and several switches
/// may share one. One that has no switch yet is kept until it has.
/// </remarks>
internal sealed class ManagerListener(IHost host, AgentOptions options, Func<string, OvsdbClientSession, bool> dialIn)
{
    private readonly ILogger _log = host.Logs.CreateLogger("VtepLab.L2Gateway.Agent.ManagerListener");

    /// <summary>Begins to listen, until it is cancelled.</summary>
    /// <exception cref="NetworkException">It cannot listen there.</exception>
    public async Task StartAsync(Endpoint endpoint, CancellationToken cancel)
    {
        var listener = await host.Network.ListenAsync(endpoint, options.ManagerTls, cancel);
        _log.LogInformation("waiting for switches on {Endpoint}", listener.Local);
        host.Spawn("manager listener", async _ =>
        {
            await using (listener)
            {
                while (true)
                {
                    var connection = await listener.AcceptAsync(cancel);
                    host.Spawn($"switch at {connection.Remote}", _ => ServeAsync(connection, cancel));
                }
            }
        });
    }

    private async Task ServeAsync(IConnection connection, CancellationToken cancel)
    {
        using var life = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var session = new OvsdbClientSession(host, options.SessionAt(connection.Remote, connection.Remote.ToString(), ChangeCast.Monitored));
        var isKnown = false;
        session.StateChanged += _ => Identify();
        session.Replica.Changed += _ => Identify();
        try
        {
            await session.RunOnceAsync(connection, life.Token);
        }
        catch (Exception ended) when (ended is OvsdbException or IOException)
        {
            _log.LogWarning("the switch at {Remote} is gone: {Reason}", connection.Remote, ended.Message);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // Turned away; the reason was logged.
        }

        void Identify()
        {
            if (!isKnown && session.State == OvsdbClientState.Active && NameIn(session.Replica) is { } name)
            {
                isKnown = true;
                if (!dialIn(name, session))
                {
                    life.Cancel();
                }
            }
        }
    }

    private static string? NameIn(Replica replica) =>
        replica.Table("Physical_Switch").Rows.Select(r => r["name"].String).Where(n => n.Length > 0).Order(StringComparer.Ordinal).FirstOrDefault();
}
