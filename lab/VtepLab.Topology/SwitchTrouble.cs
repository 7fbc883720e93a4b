using VtepLab.Emulators.HardwareVtep;
using VtepLab.Ovsdb;
using VtepLab.Simulation;

namespace VtepLab.Topology;

/// <summary>The faults of the catalogue that an emulated switch does: it refuses operations for a while, or commits and its reply is lost.</summary>
/// <remarks>Subject is the switch, amount the share of operations, or of commits, that it happens to.</remarks>
public sealed class SwitchTrouble
{
    /// <summary>The kind of fault by which it commits and the reply is lost with the connection.</summary>
    public const string LostKind = "reply-lost";

    /// <summary>The kind of fault by which it refuses operations, each with its whole transaction.</summary>
    public const string RefusedKind = "transact-refused";

    // What an ovsdb-server says of an operation that the client got right.
    private static readonly OvsdbError[] Refusals =
    [
        new("constraint violation", "the hardware has no room"), new("referential integrity violation", "a row went meanwhile"),
        new("timed out", "\"wait\" timed out"), new("resources exhausted", "out of memory"), new("I/O error", "the hardware does not answer"),
        new("not owner", "the lock was stolen"),
    ];

    private readonly SimulatedWorld _world;
    private readonly RandomStream _random;
    private readonly Dictionary<(string Kind, string Switch), double> _shares = [];

    /// <summary>Does them in a world from now on.</summary>
    internal SwitchTrouble(SimulatedWorld world)
    {
        (_world, _random) = (world, world.Random("faults/switch"));
        world.SystemFaults[LostKind] = world.SystemFaults[RefusedKind] = Begin;
    }

    /// <summary>What a switch has to ask.</summary>
    internal SwitchMishaps Of(string name) => new(
        _ => Happens(RefusedKind, name) ? _random.Pick(Refusals) : null,
        () =>
        {
            if (Happens(LostKind, name))
            {
                _world.At(TimeSpan.Zero, () => Cut(_world.Hosts[name]));
            }
        });

    private void Cut(SimulatedHost switchHost)
    {
        foreach (var other in _world.Hosts.Values.Where(h => h != switchHost))
        {
            _world.Network.ResetStreams(switchHost, other);
        }
    }

    private bool Happens(string kind, string name)
    {
        var happens = _shares.TryGetValue((kind, name), out var share) && _random.Chance(share);
        if (happens)
        {
            _world.Mark($"fault/{kind}/hit");
        }

        return happens;
    }

    private (IDisposable?, bool) Begin(FaultCommand command)
    {
        var key = (command.Kind, command.Subjects[0]);
        var standing = _world.Standing.Begin(command.Kind, command.Subjects[0], () => _shares[key] = command.Amount, () => _shares.Remove(key));
        return (standing, false); // What it hits is marked as it does.
    }
}
