namespace VtepLab.Ovsdb;

/// <summary>The five atomic types (RFC 7047 section 3.2), in the schema's order.</summary>
public enum AtomType
{
    Integer,
    Real,
    Boolean,
    String,
    Uuid,
}

/// <summary>The names of the atomic types.</summary>
public static class AtomTypes
{
    private static readonly string[] Names = ["integer", "real", "boolean", "string", "uuid"];

    /// <summary>The type's name in a schema.</summary>
    public static string ToWord(this AtomType type) => Names[(int)type];

    /// <summary>The type with a name, if there is one.</summary>
    public static AtomType? FromWord(string word) => Array.IndexOf(Names, word) is var i and >= 0 ? (AtomType)i : null;
}
