namespace VtepLab.Runtime;

/// <summary>Named files that survive a restart of the host. Names are single path segments.</summary>
public interface IStore
{
    /// <summary>The whole content, or null when there is no such file.</summary>
    ValueTask<byte[]?> ReadAsync(string name, CancellationToken cancel = default);

    /// <summary>Replaces the whole content; after a crash either the old or the new content is there, never a mixture.</summary>
    ValueTask ReplaceAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancel = default);

    /// <summary>Appends; after a crash a prefix of what was appended since the last <see cref="FlushAsync"/> is there.</summary>
    ValueTask AppendAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancel = default);

    /// <summary>Returns when all that was appended to the file is on stable storage.</summary>
    ValueTask FlushAsync(string name, CancellationToken cancel = default);

    /// <summary>Cuts the file to a length in bytes.</summary>
    ValueTask TruncateAsync(string name, long length, CancellationToken cancel = default);
}
