namespace VtepLab.Simulation;

/// <summary>How a plan of faults is drawn from a seed.</summary>
public sealed record NemesisOptions
{
    /// <summary>What may be hit.</summary>
    public FaultTargets Targets { get; init; } = new();

    /// <summary>The kinds to draw from; those whose weight is 0 are off.</summary>
    public IReadOnlyList<FaultKind> Kinds { get; init; } = FaultCatalogue.Standard;

    /// <summary>Before this nothing goes wrong.</summary>
    public TimeSpan From { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>After this nothing begins to go wrong, and everything is mended.</summary>
    public TimeSpan Until { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The shortest time from the beginning of a fault to that of the next.</summary>
    public TimeSpan QuietLeast { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest.</summary>
    public TimeSpan QuietMost { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>True: each run leaves out about half of the kinds, a different half each time; that finds more than a bit of everything.</summary>
    public bool Swarm { get; init; } = true;
}

/// <summary>Draws the faults of a run from its seed, before it starts, and does them while it runs.</summary>
public sealed class Nemesis
{
    /// <summary>The stream of random numbers of most kinds.</summary>
    public const string FirstStream = "nemesis";

    private readonly SimulatedWorld _world;
    private readonly Dictionary<string, FaultKind> _kinds;
    private readonly List<IDisposable> _scopes = [];
    private bool _stopped;

    private Nemesis(SimulatedWorld world, IReadOnlyList<FaultKind> kinds)
    {
        _world = world;
        _kinds = kinds.ToDictionary(k => k.Name, StringComparer.Ordinal);
    }

    /// <summary>Draws a plan; the kinds of each stream by themselves, as often as their weights say beside those of the streams before it.</summary>
    public static FaultPlan Draw(ulong seed, NemesisOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var kinds = options.Kinds.Where(k => k.Weight > 0).ToList();
        var all = new List<FaultCommand>();
        var sum = 0.0;
        foreach (var stream in kinds.GroupBy(k => k.Stream).OrderBy(s => s.Key, StringComparer.Ordinal))
        {
            var weight = stream.Sum(k => k.Weight);
            sum += weight;
            var rarity = stream.Key == FirstStream ? 1 : sum / weight;
            var drawn = Draw(new RandomStream(seed, stream.Key), [.. stream], options, rarity);
            all.AddRange(drawn.Where(d => all.TrueForAll(a => (a.At - d.At).Duration() >= options.QuietLeast)).ToList());
        }

        return new FaultPlan([.. all.OrderBy(c => c.At)]);
    }

    /// <summary>Schedules a plan's faults, before or while the world runs.</summary>
    /// <param name="world">The world they happen to.</param>
    /// <param name="plan">The faults; those whose time has passed happen at once.</param>
    /// <param name="kinds">The kinds the plan speaks of; the standard ones when null.</param>
    /// <exception cref="ArgumentException">The plan names a kind that is not there.</exception>
    public static Nemesis Release(SimulatedWorld world, FaultPlan plan, IReadOnlyList<FaultKind>? kinds = null)
    {
        ArgumentNullException.ThrowIfNull(world);
        ArgumentNullException.ThrowIfNull(plan);
        var nemesis = new Nemesis(world, kinds ?? FaultCatalogue.Standard);
        foreach (var command in plan.Commands)
        {
            if (!nemesis._kinds.TryGetValue(command.Kind, out var kind))
            {
                throw new ArgumentException($"the plan names a fault '{command.Kind}', which is not in the catalogue", nameof(plan));
            }

            world.At(command.At - world.Now > TimeSpan.Zero ? command.At - world.Now : TimeSpan.Zero, () => nemesis.Begin(kind, command));
        }

        return nemesis;
    }

    /// <summary>Ends all faults and begins no other: from here on the system has to converge.</summary>
    public void Stop()
    {
        _stopped = true;
        foreach (var scope in _scopes)
        {
            scope.Dispose();
        }

        _scopes.Clear();
    }

    private static List<FaultCommand> Draw(RandomStream random, List<FaultKind> kinds, NemesisOptions options, double rarity)
    {
        if (options.Swarm)
        {
            var kept = kinds.Where(_ => random.Chance(0.5)).ToList();
            kinds = kept.Count > 0 ? kept : kinds;
        }

        var commands = new List<FaultCommand>();
        var sum = kinds.Sum(k => k.Weight);
        for (var at = options.From; at < options.Until; at += rarity * random.Next(options.QuietLeast, options.QuietMost))
        {
            var kind = Pick(kinds, random.NextDouble() * sum);
            var share = random.NextDouble();
            var duration = TimeSpan.FromTicks((long)(kind.Longest.Ticks * share * share)); // Short ones more often than long ones.
            if (kind.Draw(random, options.Targets) is var (subjects, amount))
            {
                commands.Add(new FaultCommand(at, kind.Name, subjects, duration < options.Until - at ? duration : options.Until - at, amount));
            }
        }

        return commands;
    }

    private static FaultKind Pick(List<FaultKind> kinds, double draw)
    {
        foreach (var kind in kinds)
        {
            draw -= kind.Weight;
            if (draw < 0)
            {
                return kind;
            }
        }

        return kinds[^1];
    }

    private void Begin(FaultKind kind, FaultCommand command)
    {
        if (_stopped)
        {
            return;
        }

        _world.Note("fault", command.ToString());
        var (scope, hit) = kind.Begin(_world, command);
        _world.Mark($"fault/{kind.Name}");
        if (hit)
        {
            _world.Mark($"fault/{kind.Name}/hit");
        }

        if (scope is not null)
        {
            _scopes.Add(scope);
            _world.At(command.Duration, () =>
            {
                if (_scopes.Remove(scope))
                {
                    _world.Note("fault-over", command.ToString());
                    scope.Dispose();
                }
            });
        }
    }
}
