namespace VtepLab.Ovsdb;

/// <summary>What sets and maps do with one another: inclusion, union, difference, and the differences that monitors send.</summary>
internal static class DatumAlgebra
{
    /// <summary>Whether every member or pair of <paramref name="part"/> is in <paramref name="whole"/>.</summary>
    public static bool Includes(Datum whole, Datum part)
    {
        for (var i = 0; i < part.Count; i++)
        {
            if (!Has(whole, part, i))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether no member or pair of <paramref name="part"/> is in <paramref name="whole"/>.</summary>
    public static bool Excludes(Datum whole, Datum part)
    {
        for (var i = 0; i < part.Count; i++)
        {
            if (Has(whole, part, i))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>All of both; of pairs with the same key the one in <paramref name="first"/> stays.</summary>
    public static Datum Union(Datum first, Datum second) => Merge(first, second, (inFirst, inSecond) => inFirst ? 1 : inSecond ? 2 : 0);

    /// <summary>What is in <paramref name="from"/> and not in <paramref name="taken"/>, which has pairs or keys only.</summary>
    public static Datum Subtract(Datum from, Datum taken)
    {
        if (taken.IsEmpty || from.IsEmpty)
        {
            return from;
        }

        return Where(from, i =>
        {
            var at = taken.IndexOf(from.Key(i));
            return at < 0 || (taken.HasValues && from.HasValues && taken.Value(at) != from.Value(i));
        });
    }

    /// <summary>The members or pairs at the places that a test lets through.</summary>
    public static Datum Where(Datum datum, Func<int, bool> keep)
    {
        var kept = new List<int>(datum.Count);
        for (var i = 0; i < datum.Count; i++)
        {
            if (keep(i))
            {
                kept.Add(i);
            }
        }

        return kept.Count == datum.Count ? datum : Pick(datum, kept);
    }

    /// <summary>
    /// What turns the old value into the new one in an update2 notification: of sets what is in exactly one of them; of maps
    /// the pairs added or changed, with the new value, and those removed, with the old.
    /// </summary>
    public static Datum Difference(Datum old, Datum now)
    {
        if (!old.HasValues && !now.HasValues)
        {
            return Merge(old, now, (inOld, inNow) => inOld && inNow ? 0 : inOld ? 1 : 2);
        }

        var changed = new List<KeyValuePair<Atom, Atom>>();
        foreach (var pair in now.Pairs)
        {
            if (!old.TryGetValue(pair.Key, out var before) || before != pair.Value)
            {
                changed.Add(pair);
            }
        }

        changed.AddRange(old.Pairs.Where(pair => !now.Contains(pair.Key)));
        return Datum.Map(changed);
    }

    /// <summary>The reverse of <see cref="Difference"/>.</summary>
    public static Datum Apply(Datum old, Datum difference, bool isMap)
    {
        if (!isMap)
        {
            return Difference(old, difference);
        }

        var result = old.Pairs.Where(pair => !difference.Contains(pair.Key)).ToList();
        foreach (var pair in difference.Pairs)
        {
            if (!old.TryGetValue(pair.Key, out var before) || before != pair.Value)
            {
                result.Add(pair);
            }
        }

        return Datum.Map(result);
    }

    private static bool Has(Datum whole, Datum part, int index)
    {
        var at = whole.IndexOf(part.Key(index));
        return at >= 0 && (!part.HasValues || !whole.HasValues || part.Value(index) == whole.Value(at));
    }

    private static Datum Pick(Datum datum, List<int> places)
    {
        if (!datum.HasValues)
        {
            return Datum.FromSorted([.. places.Select(datum.Key)]);
        }

        return Datum.FromSortedPairs([.. places.Select(datum.Key), .. places.Select(datum.Value)]);
    }

    /// <summary>Walks two sorted values together; the choice is 0 for neither, 1 for the first's entry, 2 for the second's.</summary>
    private static Datum Merge(Datum first, Datum second, Func<bool, bool, int> choose)
    {
        var keys = new List<Atom>(first.Count + second.Count);
        var values = new List<Atom>();
        var map = first.HasValues || second.HasValues;
        for (int i = 0, j = 0; i < first.Count || j < second.Count;)
        {
            var order = i == first.Count ? 1 : j == second.Count ? -1 : first.Key(i).CompareTo(second.Key(j));
            var choice = choose(order <= 0, order >= 0);
            if (choice != 0)
            {
                keys.Add(choice == 1 ? first.Key(i) : second.Key(j));
                if (map)
                {
                    values.Add(choice == 1 ? first.Value(i) : second.Value(j));
                }
            }

            i += order <= 0 ? 1 : 0;
            j += order >= 0 ? 1 : 0;
        }

        return map ? Datum.FromSortedPairs([.. keys, .. values]) : Datum.FromSorted([.. keys]);
    }
}
