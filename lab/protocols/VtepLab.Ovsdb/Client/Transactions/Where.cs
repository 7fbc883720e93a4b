namespace VtepLab.Ovsdb;

/// <summary>Which rows an operation is about: those for which all conditions hold. "Every row" has to be said.</summary>
public sealed class Where
{
    private Where(params IReadOnlyList<WhereCondition> conditions) => Conditions = conditions;

    /// <summary>Every row of the table.</summary>
    public static Where EveryRow { get; } = new();

    /// <summary>The conditions, all of which must hold.</summary>
    public IReadOnlyList<WhereCondition> Conditions { get; }

    /// <summary>The row with a UUID, or one that this transaction inserts.</summary>
    public static Where Row(Uuid uuid) => new(new WhereCondition("_uuid", Comparison.Equal, uuid));

    /// <summary>The rows whose column equals a value.</summary>
    public static Where Column(string column, Datum equals) => new(new WhereCondition(column, Comparison.Equal, equals));

    /// <summary>The rows whose column compares with a value.</summary>
    public static Where Column(string column, Comparison comparison, Datum value) => new(new WhereCondition(column, comparison, value));

    /// <summary>Of these rows, those whose column equals a value as well.</summary>
    public Where And(string column, Datum equals) => And(column, Comparison.Equal, equals);

    /// <summary>Of these rows, those whose column compares with a value as well.</summary>
    public Where And(string column, Comparison comparison, Datum value) => new([.. Conditions, new WhereCondition(column, comparison, value)]);
}
