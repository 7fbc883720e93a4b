using VtepLab.Simulation;
using VtepLab.Topology;

namespace VtepLab.Scenarios.L2Gateway;

/// <summary>The fault <c>mac-twice</c>: one MAC address is heard behind two switches in turn, as of two servers that have it, or of one that is carried to and fro.</summary>
/// <remarks>Subjects are the switches, each with a connection of the same network; in the end it is silent.</remarks>
internal sealed class MacTwice
{
    /// <summary>The kind.</summary>
    public const string Kind = "mac-twice";

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private readonly GatewayWorld _world;
    private readonly SimulatedLab _lab;
    private int _made;

    /// <summary>Does it in a lab from now on.</summary>
    public MacTwice(GatewayWorld world, SimulatedLab lab)
    {
        (_world, _lab) = (world, lab);
        lab.World.SystemFaults[Kind] = Begin;
    }

    private (IDisposable?, bool) Begin(FaultCommand command)
    {
        var ends = command.Subjects.Select(s => _world.Cloud.Connections.Find(c => c.Switch == s)).ToList();
        if (ends is not [{ } one, { } other] || one.Network != other.Network)
        {
            return (null, false);
        }

        var (mac, isOver) = ($"02:1a:0a:00:63:{++_made:x2}", false);
        _lab.Driver.Spawn(Kind, async stop =>
        {
            for (var isHit = false; !isOver;)
            {
                foreach (var end in new[] { one, other })
                {
                    await _world.Servers!.SpeakAsync(mac, end.Vlan, end.Switch, end.Port);
                    await _lab.Driver.DelayAsync(Pause, stop);
                }

                if (!isHit && ends.TrueForAll(e => HasLearned(e!.Switch, mac)))
                {
                    isHit = true;
                    _lab.World.Mark($"fault/{Kind}/hit");
                }
            }
        });
        return (new FaultScope(() => isOver = true), false);
    }

    private bool HasLearned(string name, string mac) =>
        _lab.Emulators[name].Database.Table("Ucast_Macs_Local").All.Any(r => r["MAC"].String == mac);
}
