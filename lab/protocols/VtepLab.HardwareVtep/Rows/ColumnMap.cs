using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace VtepLab.HardwareVtep;

/// <summary>The value of a map column: sorted by key, equal when its pairs are.</summary>
#pragma warning disable CA1710 // "Map" is what RFC 7047 calls it.
public sealed class ColumnMap<TKey, TValue> : IReadOnlyDictionary<TKey, TValue>, IEquatable<ColumnMap<TKey, TValue>>
#pragma warning restore CA1710
    where TKey : IComparable<TKey>
{
    private readonly SortedList<TKey, TValue> _pairs = new(ColumnSet.Order<TKey>());

    /// <summary>The map of some pairs, in any order.</summary>
    /// <exception cref="ArgumentException">A key occurs twice.</exception>
    public ColumnMap(IEnumerable<KeyValuePair<TKey, TValue>> pairs)
    {
        foreach (var (key, value) in pairs)
        {
            _pairs.Add(key, value);
        }
    }

    /// <summary>The map without pairs.</summary>
#pragma warning disable CA1000 // Reads as Empty does on the framework's own collections.
    public static ColumnMap<TKey, TValue> Empty { get; } = new([]);
#pragma warning restore CA1000

    /// <inheritdoc/>
    public IEnumerable<TKey> Keys => _pairs.Keys;

    /// <inheritdoc/>
    public IEnumerable<TValue> Values => _pairs.Values;

    /// <inheritdoc/>
    public int Count => _pairs.Count;

    /// <inheritdoc/>
    public TValue this[TKey key] => _pairs[key];

    /// <inheritdoc/>
    public bool ContainsKey(TKey key) => _pairs.ContainsKey(key);

    /// <inheritdoc/>
    public bool TryGetValue(TKey key, [MaybeNullWhen(false)] out TValue value) => _pairs.TryGetValue(key, out value);

    /// <summary>The map with a key set to a value.</summary>
    public ColumnMap<TKey, TValue> With(TKey key, TValue value) => new(Without(key).Append(KeyValuePair.Create(key, value)));

    /// <summary>The map without a key.</summary>
    public ColumnMap<TKey, TValue> Without(TKey key) => new(_pairs.Where(p => p.Key.CompareTo(key) != 0));

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<TKey, TValue>> GetEnumerator() => _pairs.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public bool Equals(ColumnMap<TKey, TValue>? other) => other is not null && (ReferenceEquals(this, other) || (Count == other.Count && _pairs.SequenceEqual(other._pairs)));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ColumnMap<TKey, TValue>);

    /// <summary>The number of pairs; enough to tell most maps apart, and the same in every process.</summary>
    public override int GetHashCode() => Count;

    /// <inheritdoc/>
    public override string ToString() => $"{{{string.Join(", ", _pairs.Select(p => $"{p.Key}={p.Value}"))}}}";
}
