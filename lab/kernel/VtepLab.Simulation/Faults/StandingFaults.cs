namespace VtepLab.Simulation;

/// <summary>Faults of one kind that stand at one place at the same time: the last one to begin counts, and what it hit is mended when none stands any more.</summary>
public sealed class StandingFaults
{
    private readonly Dictionary<(string Kind, string Place), List<Standing>> _standing = []; // Looked up, never listed.

    internal StandingFaults()
    {
    }

    /// <summary>Begins a fault; disposing the result ends it.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="place">What it hits, by name.</param>
    /// <param name="does">Does it; done again when one that began later ends before it.</param>
    /// <param name="mends">Undoes it.</param>
    /// <param name="lasts">False once it has come to an end by itself, as a pause does with a crash; null: it does not.</param>
    public IDisposable Begin(string kind, string place, Action does, Action mends, Func<bool>? lasts = null)
    {
        if (!_standing.TryGetValue((kind, place), out var standing))
        {
            _standing.Add((kind, place), standing = []);
        }

        var fault = new Standing(does, lasts);
        standing.Add(fault);
        does();
        return new FaultScope(() =>
        {
            var counted = standing.Count > 0 && standing[^1] == fault; // It is there no more if another ended after it had come to an end by itself.
            standing.Remove(fault);
            standing.RemoveAll(s => s.Lasts?.Invoke() == false);
            if (standing.Count == 0)
            {
                mends();
            }
            else if (counted)
            {
                standing[^1].Does();
            }
        });
    }

    private sealed record Standing(Action Does, Func<bool>? Lasts);
}
