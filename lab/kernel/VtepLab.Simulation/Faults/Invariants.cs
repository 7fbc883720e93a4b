namespace VtepLab.Simulation;

/// <summary>Something that must always hold did not; the name says what.</summary>
public sealed class InvariantException(string name, string message) : SimulationException(message)
{
    /// <summary>The invariant's name.</summary>
    public string Name { get; } = name;

    /// <inheritdoc/>
    public override string Kind => $"invariant {Name}";
}

/// <summary>What must hold while the simulation runs. Checks watch and never change anything.</summary>
public sealed class Invariants
{
    private readonly List<(string Name, Func<string?> Check)> _always = [];
    private readonly List<(string Name, Func<bool> Condition)> _sometimes = []; // By name. A list, for it is gone through after every event.
    private readonly SimulatedWorld _world;

    internal Invariants(SimulatedWorld world) => _world = world;

    internal bool IsEmpty => _always.Count == 0 && _sometimes.Count == 0;

    /// <summary>Must hold after every event.</summary>
    /// <param name="name">A stable name.</param>
    /// <param name="broken">Null while it holds; otherwise what is wrong, with the values seen.</param>
    public void Always(string name, Func<string?> broken) => _always.Add((name, broken));

    /// <summary>Must hold at every interval.</summary>
    public void Every(TimeSpan interval, string name, Func<string?> broken)
    {
        _world.At(interval, Again);

        void Again()
        {
            Judge(name, broken);
            _world.At(interval, Again);
        }
    }

    /// <summary>Must have held once at least over all runs of an exploration; otherwise the simulation no longer tests what it should.</summary>
    public void Sometimes(string name, Func<bool> condition)
    {
        _world.Expect(name);
        var place = _sometimes.FindIndex(s => string.CompareOrdinal(s.Name, name) >= 0);
        if (place >= 0 && _sometimes[place].Name == name)
        {
            _sometimes[place] = (name, condition);
        }
        else
        {
            _sometimes.Insert(place < 0 ? _sometimes.Count : place, (name, condition));
        }
    }

    internal void Check()
    {
        var before = _world.Kernel.Scheduled;
        foreach (var (name, check) in _always)
        {
            Judge(name, check);
        }

        for (var i = 0; i < _sometimes.Count; i++)
        {
            if (_sometimes[i].Condition())
            {
                _world.Mark(_sometimes[i].Name);
                _sometimes.RemoveAt(i--);
            }
        }

        if (_world.Kernel.Scheduled != before)
        {
            throw new SimulationException("a check scheduled something: checks watch and must not change the run", "check-changed-the-run");
        }
    }

    private void Judge(string name, Func<string?> check)
    {
        if (check() is { } wrong)
        {
            throw new InvariantException(name, _world.Located($"{name}: {wrong}"));
        }
    }
}
