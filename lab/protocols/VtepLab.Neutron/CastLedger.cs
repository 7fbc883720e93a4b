namespace VtepLab.Neutron;

/// <summary>What to do with a cast of a switch's content or change.</summary>
public enum CastVerdict
{
    /// <summary>Apply it.</summary>
    Apply,

    /// <summary>Drop it: it was applied already, or a later election or reading has replaced it.</summary>
    Drop,

    /// <summary>Drop it and have the switch read anew, by an election with a higher term: something before it is missing.</summary>
    ReadAnew,
}

/// <summary>The casts that were taken of one switch.</summary>
/// <remarks>
/// A term only grows, so what a deposed monitor sent is known however late it comes. Casts without an origin are those of the original
/// agent, which numbers nothing: they are applied as they come after a whole content of the same kind. After one that has an origin they
/// are late, or have lost or overtaken the content that they go on from.
/// </remarks>
public sealed class CastLedger
{
    private CastOrigin? _last;

    /// <summary>The newest cast that was applied; null while there is none that has an origin.</summary>
    public CastOrigin? Last => _last;

    /// <summary>Judges a cast, and takes it for applied when it is to be.</summary>
    /// <param name="origin">Where it comes from.</param>
    /// <param name="isWhole">True for the whole content (activity 0).</param>
    /// <param name="currentTerm">The newest election; casts of an older one are not listened to even before the new monitor has spoken.</param>
    public CastVerdict Take(CastOrigin? origin, bool isWhole, long currentTerm = 0)
    {
        if (origin is null)
        {
            _last = isWhole ? null : _last;
            return _last is null ? CastVerdict.Apply : CastVerdict.ReadAnew;
        }

        if (origin.Term is { } term && term < Math.Max(currentTerm, _last?.Term ?? 0))
        {
            return CastVerdict.Drop;
        }

        var isKnown = _last?.Session == origin.Session;
        if (isKnown && origin.Sequence <= _last!.Sequence)
        {
            return CastVerdict.Drop;
        }

        if (!isWhole && !(isKnown && origin.Sequence == _last!.Sequence + 1))
        {
            return CastVerdict.ReadAnew;
        }

        _last = origin;
        return CastVerdict.Apply;
    }

    /// <summary>Whether an agent that says how far it has come has sent something that was never taken.</summary>
    /// <param name="sent">The newest cast that the agent's report says the broker has confirmed.</param>
    public bool Misses(CastOrigin sent) => _last is null || _last.Session != sent.Session || _last.Sequence < sent.Sequence;
}
