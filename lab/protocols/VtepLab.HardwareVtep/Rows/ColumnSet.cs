using System.Collections;
using System.Runtime.CompilerServices;

namespace VtepLab.HardwareVtep;

/// <summary>The value of a set column: sorted, without duplicates, equal when its members are.</summary>
[CollectionBuilder(typeof(ColumnSet), nameof(ColumnSet.Create))]
public sealed class ColumnSet<T> : IReadOnlyList<T>, IEquatable<ColumnSet<T>>
    where T : IComparable<T>
{
    private readonly T[] _members;

    /// <summary>The set of some members, in any order, duplicates allowed.</summary>
    public ColumnSet(IEnumerable<T> members)
        : this([.. members], isOwn: true)
    {
    }

    // Most sets have one member or come sorted from a database, and rows are read all the time: a sorted tree costs more than the rest of a row.
    internal ColumnSet(T[] members, bool isOwn)
    {
        var order = ColumnSet.Order<T>();
        _members = isOwn ? members : (T[])members.Clone();
        for (var i = 1; i < _members.Length; i++)
        {
            if (order.Compare(_members[i - 1], _members[i]) >= 0)
            {
                _members = [.. new SortedSet<T>(_members, order)];
                break;
            }
        }
    }

    /// <summary>The set without members.</summary>
#pragma warning disable CA1000 // Reads as Empty does on the framework's own collections.
    public static ColumnSet<T> Empty { get; } = new([], isOwn: true);
#pragma warning restore CA1000

    /// <inheritdoc/>
    public int Count => _members.Length;

    /// <inheritdoc/>
    public T this[int index] => _members[index];

    /// <summary>True when it is a member.</summary>
    public bool Contains(T member) => Array.BinarySearch(_members, member, ColumnSet.Order<T>()) >= 0;

    /// <summary>The set with one more member.</summary>
    public ColumnSet<T> With(T member) => new(_members.Append(member));

    /// <summary>The set without a member.</summary>
    public ColumnSet<T> Without(T member) => new(_members.Where(m => m.CompareTo(member) != 0));

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)_members).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public bool Equals(ColumnSet<T>? other) => other is not null && (ReferenceEquals(this, other) || _members.AsSpan().SequenceEqual(other._members));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ColumnSet<T>);

    /// <summary>The number of members; enough to tell most sets apart, and the same in every process.</summary>
    public override int GetHashCode() => Count;

    /// <inheritdoc/>
    public override string ToString() => $"[{string.Join(", ", _members)}]";
}

/// <summary>Makes sets from collection expressions.</summary>
public static class ColumnSet
{
    /// <summary>The set of some members.</summary>
    public static ColumnSet<T> Create<T>(ReadOnlySpan<T> members)
        where T : IComparable<T> => members.IsEmpty ? ColumnSet<T>.Empty : new(members.ToArray(), isOwn: true);

    /// <summary>Texts by their code units, everything else by its own order.</summary>
    internal static IComparer<T> Order<T>() => typeof(T) == typeof(string) ? (IComparer<T>)(object)StringComparer.Ordinal : Comparer<T>.Default;
}
