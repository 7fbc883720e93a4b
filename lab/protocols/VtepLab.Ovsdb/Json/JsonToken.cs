namespace VtepLab.Ovsdb;

/// <summary>One value on the tape of a <see cref="JsonText"/>; an object's member takes two, its name and its value.</summary>
internal struct JsonToken
{
    /// <summary>The kind of value.</summary>
    public JsonKind Kind;

    /// <summary>A string that holds escapes, so that its bytes are not its text.</summary>
    public bool Escaped;

    /// <summary>Strings: where the text begins in the source, after the quote. Arrays and objects: where they begin.</summary>
    public int Start;

    /// <summary>Strings: length in source bytes. Arrays and objects: number of elements or members.</summary>
    public int Length;

    /// <summary>Index of the first token after this value and all it holds.</summary>
    public int Next;

    /// <summary>Integers: the value. Reals: the bits of the value. Arrays and objects: where they end in the source.</summary>
    public long Bits;
}
