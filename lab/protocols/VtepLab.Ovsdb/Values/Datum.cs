using System.Runtime.CompilerServices;
using System.Text;

namespace VtepLab.Ovsdb;

/// <summary>The value of a column: a scalar, a set or a map (RFC 7047 section 5.1). Immutable and shared freely; 24 bytes.</summary>
/// <remarks>
/// A set with one member is the same value as that member; keys are sorted and distinct, so equal values have equal contents.
/// Whether an empty value is a set or a map only its column knows.
/// </remarks>
public readonly struct Datum : IEquatable<Datum>
{
    // A single atom is held as that atom is. Everything else is an Atom[]: the keys, after them the values of a map;
    // then _a is the number of keys, and _b is 1 for a map.
    private readonly object? _body;
    private readonly ulong _a;
    private readonly ulong _b;

    private Datum(object? body, ulong a, ulong b)
    {
        _body = body;
        _a = a;
        _b = b;
    }

    /// <summary>The empty set and the empty map.</summary>
    public static Datum Empty { get; } = new(Array.Empty<Atom>(), 0, 0);

    /// <summary>Number of members of the set or pairs of the map.</summary>
    public int Count => _body is Atom[] ? (int)_a : 1;

    /// <summary>Whether it is one atom, and so no pair.</summary>
    internal bool IsAtom => _body is not Atom[];

    /// <summary>Whether there is nothing in it.</summary>
    public bool IsEmpty => Count == 0;

    /// <summary>Whether it has pairs; false for the empty map.</summary>
    public bool HasValues => _body is Atom[] && _b == 1;

    /// <summary>The one member.</summary>
    /// <exception cref="InvalidOperationException">There is not exactly one, or it is a pair.</exception>
    public Atom Single => _body is Atom[]
        ? throw new InvalidOperationException($"one atom wanted, but the value is {this}")
        : new Atom(_body, _a, _b);

    /// <summary>The one member's integer.</summary>
    public long Integer => Single.Integer;

    /// <summary>The one member's real.</summary>
    public double Real => Single.Real;

    /// <summary>The one member's boolean.</summary>
    public bool Boolean => Single.Boolean;

    /// <summary>The one member's text.</summary>
    public string String => Single.String;

    /// <summary>The one member's UUID.</summary>
    public Uuid Uuid => Single.Uuid;

    /// <summary>The members or keys, in order.</summary>
    public IEnumerable<Atom> Keys
    {
        get
        {
            for (var i = 0; i < Count; i++)
            {
                yield return Key(i);
            }
        }
    }

    /// <summary>The pairs of a map, ordered by key.</summary>
    public IEnumerable<KeyValuePair<Atom, Atom>> Pairs
    {
        get
        {
            for (var i = 0; i < Count; i++)
            {
                yield return new(Key(i), Value(i));
            }
        }
    }

    public static implicit operator Datum(Atom atom) => new(atom.Body, atom.A, atom.B);

    public static implicit operator Datum(long value) => (Atom)value;

    public static implicit operator Datum(double value) => (Atom)value;

    public static implicit operator Datum(bool value) => (Atom)value;

    public static implicit operator Datum(string value) => (Atom)value;

    public static implicit operator Datum(Uuid value) => (Atom)value;

    public static bool operator ==(Datum left, Datum right) => left.Equals(right);

    public static bool operator !=(Datum left, Datum right) => !left.Equals(right);

    /// <summary>The set of some atoms, in any order, duplicates allowed.</summary>
    public static Datum Set(params IEnumerable<Atom> members)
    {
        var keys = members.ToArray();
        Array.Sort(keys);
        var n = 0;
        for (var i = 0; i < keys.Length; i++)
        {
            if (n == 0 || keys[n - 1] != keys[i])
            {
                keys[n++] = keys[i];
            }
        }

        return FromSorted(keys[..n]);
    }

    /// <summary>The map of some pairs, in any order.</summary>
    /// <exception cref="ArgumentException">A key occurs twice.</exception>
    [OverloadResolutionPriority(1)] // So that [new("key", 5)] means atoms.
    public static Datum Map(params IEnumerable<KeyValuePair<Atom, Atom>> pairs)
    {
        var sorted = pairs.OrderBy(pair => pair.Key).ToArray();
        var atoms = new Atom[sorted.Length * 2];
        for (var i = 0; i < sorted.Length; i++)
        {
            if (i > 0 && sorted[i].Key == sorted[i - 1].Key)
            {
                throw new ArgumentException($"key {sorted[i].Key} occurs twice", nameof(pairs));
            }

            atoms[i] = sorted[i].Key;
            atoms[sorted.Length + i] = sorted[i].Value;
        }

        return FromSortedPairs(atoms);
    }

    /// <summary>The map of some strings to strings.</summary>
    public static Datum Map(IEnumerable<KeyValuePair<string, string>> pairs) =>
        Map(pairs.Select(pair => new KeyValuePair<Atom, Atom>(pair.Key, pair.Value)));

    /// <summary>The member or key at a place, counted from 0 in order.</summary>
    public Atom Key(int index) => _body is Atom[] atoms ? atoms[index] : new Atom(_body, _a, _b);

    /// <summary>The value of the pair at a place.</summary>
    public Atom Value(int index) => ((Atom[])_body!)[(int)_a + index];

    /// <summary>The place of a member or key, or -1.</summary>
    public int IndexOf(Atom key)
    {
        if (_body is not Atom[] atoms)
        {
            return Single == key ? 0 : -1;
        }

        var found = Array.BinarySearch(atoms, 0, (int)_a, key);
        return found >= 0 ? found : -1;
    }

    /// <summary>Whether an atom is a member of the set or a key of the map.</summary>
    public bool Contains(Atom key) => IndexOf(key) >= 0;

    /// <summary>The value that a map has for a key.</summary>
    public bool TryGetValue(Atom key, out Atom value)
    {
        var index = HasValues ? IndexOf(key) : -1;
        value = index >= 0 ? Value(index) : default;
        return index >= 0;
    }

    /// <inheritdoc/>
    public bool Equals(Datum other)
    {
        if (_body is not Atom[] mine)
        {
            return other._body is not Atom[] && Single.Equals(other.Single);
        }

        return other._body is Atom[] others
            && (ReferenceEquals(mine, others) || mine.AsSpan().SequenceEqual(others)) && (_b == other._b || mine.Length == 0);
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Datum other && Equals(other);

    /// <summary>
    /// Equal, and zeros of the same signs. So ovsdb-server finds values in its indexes, in the rows that a wait expects and in those that a
    /// select has shown: by a hash of their bits, to which -0 is not 0.
    /// </summary>
    internal bool IsIdentical(Datum other)
    {
        if (!Equals(other))
        {
            return false;
        }

        if (_body is not Atom[] atoms)
        {
            return Single.IsIdentical(other.Single);
        }

        var others = (Atom[])other._body!;
        for (var i = 0; i < atoms.Length; i++)
        {
            if (!atoms[i].IsIdentical(others[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A hash that is the same in every process.</summary>
    public override int GetHashCode()
    {
        if (_body is not Atom[] atoms)
        {
            return Single.GetHashCode();
        }

        var hash = atoms.Length;
        foreach (var atom in atoms)
        {
            hash = unchecked((hash * 31) ^ atom.GetHashCode());
        }

        return hash;
    }

    /// <summary>A text for messages and debuggers: <c>a</c>, <c>[a, b]</c> or <c>{k=v}</c>.</summary>
    public override string ToString()
    {
        if (_body is not Atom[])
        {
            return Single.ToString();
        }

        var map = HasValues;
        var text = new StringBuilder(map ? "{" : "[");
        for (var i = 0; i < Count; i++)
        {
            text.Append(i > 0 ? ", " : "").Append(Key(i).ToString());
            if (map)
            {
                text.Append('=').Append(Value(i).ToString());
            }
        }

        return text.Append(map ? '}' : ']').ToString();
    }

    /// <summary>The set of atoms that are sorted and distinct already; the array is kept.</summary>
    internal static Datum FromSorted(Atom[] keys) =>
        keys.Length switch { 0 => Empty, 1 => keys[0], _ => new Datum(keys, (ulong)keys.Length, 0) };

    /// <summary>The map whose sorted, distinct keys are the first half of an array and their values the second; the array is kept.</summary>
    internal static Datum FromSortedPairs(Atom[] atoms) =>
        atoms.Length == 0 ? Empty : new Datum(atoms, (ulong)atoms.Length / 2, 1);
}
