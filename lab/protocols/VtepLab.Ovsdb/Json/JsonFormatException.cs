namespace VtepLab.Ovsdb;

/// <summary>Bytes that are not the JSON that OVSDB accepts; the peer that sent them cannot be understood any further.</summary>
public sealed class JsonFormatException : FormatException
{
    /// <summary>Says what is wrong and at which byte of the text, counted from 0.</summary>
    public JsonFormatException(string message, int offset)
        : base($"{message} at byte {offset}") => Offset = offset;

    /// <summary>The byte of the text, counted from 0, where reading stopped.</summary>
    public int Offset { get; }
}
