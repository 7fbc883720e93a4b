using Microsoft.Extensions.Logging;
using VtepLab.Ovsdb;
using VtepLab.Runtime;

namespace VtepLab.L2Gateway.Plugin;

/// <summary>Sees to it that one live agent monitors: the specification's scheduler.</summary>
/// <remarks>
/// Elected is the live agent that was heard last. An election is durable, carries a number that only grows, and is said again until
/// the agent's report shows the role: an original agent shows it with its next report only, up to its report interval later.
/// </remarks>
internal sealed class MonitorElection(IHost host, PluginModel model, AgentRegistry agents, AgentCalls calls, PluginOptions options)
{
    private readonly ILogger _log = host.Logs.CreateLogger("VtepLab.L2Gateway.Plugin.MonitorElection");
    private bool _isAnew;
    private bool _isRunning;

    /// <summary>The number of the newest election.</summary>
    public long Term => model.Monitor?.Term ?? 0;

    /// <summary>Something that the monitor told is missing: it is elected anew, and then tells everything anew.</summary>
    public void ElectAnew() => _isAnew = true;

    /// <summary>True while the monitor is of the original kind, whose casts have no numbers by which a missing one would be noticed.</summary>
    public bool IsMonitorSilentAboutGaps => agents.Monitors is [var only] && only.Told.Term is null;

    /// <summary>
    /// Has every agent lay the role down. The one that had it says so with its next report, is elected then, and reads everything anew: an
    /// original agent that is elected while it monitors does nothing.
    /// </summary>
    public Task UnseatAsync(CancellationToken cancel) =>
        Background.TryAsync(_log, "unseating the monitor", () => calls.SetMonitorAsync("", Term, cancel));

    /// <summary>A report was taken.</summary>
    /// <param name="name">The agent's host.</param>
    /// <param name="wasMonitor">Whether it had the role before.</param>
    /// <param name="hasStarted">Whether it says that it has just started.</param>
    public void Reported(string name, bool wasMonitor, bool hasStarted)
    {
        // An agent that has lost the role, or its memory with it, gets it under a new number: its old casts may still be on their way.
        var isMonitor = agents.Monitors.Any(a => a.Host == name);
        _isAnew |= name == model.Monitor?.Host && !isMonitor && (wasMonitor || hasStarted);
    }

    /// <summary>Looks whether an election is needed, and holds it.</summary>
    public async Task LookAsync(CancellationToken cancel)
    {
        // Whichever of several plugins finds that something is missing has the monitor elected anew; the rest is the leader's.
        if (_isRunning || !(model.IsLeader || _isAnew))
        {
            return;
        }

        _isRunning = true;
        try
        {
            await Background.TryAsync(_log, "the election", async () =>
            {
                if (await ElectAsync(cancel) is { } elected)
                {
                    await calls.SetMonitorAsync(elected, Term, cancel);
                }
            });
        }
        finally
        {
            _isRunning = false;
        }
    }

    /// <summary>Looks regularly, and in the moment in which the monitor is to be taken for dead.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        while (true)
        {
            await LookAsync(cancel);
            var deaths = agents.Monitors.Select(a => options.AgentDownTime - agents.AgeOf(a)).Where(t => t > TimeSpan.Zero);
            await host.DelayAsync(deaths.Append(options.PeriodicMonitoringInterval).Min(), cancel);
        }
    }

    private async Task<string?> ElectAsync(CancellationToken cancel)
    {
        if (!_isAnew && agents.Monitors.Count == 1)
        {
            return null;
        }

        var live = agents.Live;
        _isAnew |= live.Any(a => a.Told.Term > Term); // Elected by a plugin whose database is lost: a lower number is not heard.
        var elected = model.Monitor?.Host;
        if (_isAnew || live.All(a => a.Host != elected))
        {
            var candidate = live.OrderBy(agents.AgeOf).FirstOrDefault();
            if (candidate is null)
            {
                return null;
            }

            await WriteAsync(candidate.Host, cancel);
            _isAnew = false;
            elected = model.Monitor!.Value.Host; // Another plugin may have been faster.
            _log.LogInformation("agent {Agent} is elected to monitor, term {Term}", elected, Term);
        }

        return elected;
    }

    private Task WriteAsync(string elected, CancellationToken cancel)
    {
        var term = Math.Max(Term, agents.Live.Max(a => a.Told.Term ?? 0)) + 1;
        return model.WriteAsync(
            write =>
            {
                if (model.Monitor is not { } now)
                {
                    write.Insert("Monitor", ("host", elected), ("term", term));
                }
                else if (now.Term < term)
                {
                    write.Update("Monitor", Where.Column("term", now.Term), ("host", elected), ("term", term));
                }
            },
            cancel);
    }
}
