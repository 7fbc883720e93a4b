namespace VtepLab.Ovsdb;

/// <summary>How much of one JSON text a <see cref="JsonStreamReader"/> accepts before it gives the stream up.</summary>
public sealed record JsonStreamLimits
{
    /// <summary>The limits of a reader that is told nothing else.</summary>
    public static JsonStreamLimits Default { get; } = new();

    /// <summary>
    /// Nested arrays and objects, the outermost one included: 1 to 1000. The default, 1000, is where ovsdb-server closes.
    /// </summary>
    public int MaxDepth
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 1000);
            field = value;
        }
    } = 1000;

    /// <summary>
    /// Bytes of one text from its opening to its closing brace; default 256 MiB. ovsdb-server has no such limit; ours keeps one
    /// peer from taking the memory of all.
    /// </summary>
    public long MaxTextBytes
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 2);
            field = value;
        }
    } = 256L * 1024 * 1024;
}
