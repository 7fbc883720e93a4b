using VtepLab.Runtime;

namespace VtepLab.Hosting;

/// <summary>A store whose files stand in one directory, which it creates at the first write.</summary>
/// <remarks>
/// Files are touched on pool threads so that a slow disk does not stop the host's loop; one operation runs at a time, in the order of
/// the calls. A replacement is written beside the file, flushed and renamed over it.
/// </remarks>
/// <param name="directory">The directory's path.</param>
public sealed class DirectoryStore(string directory) : IStore, IDisposable
{
    private const string Unfinished = ".new";
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <inheritdoc/>
    public ValueTask<byte[]?> ReadAsync(string name, CancellationToken cancel = default)
    {
        var path = PathOf(name);
        return InTurnAsync(() => File.Exists(path) ? File.ReadAllBytes(path) : null, cancel);
    }

    /// <inheritdoc/>
    public async ValueTask ReplaceAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancel = default)
    {
        var path = PathOf(name);
        await InTurnAsync(
            () =>
            {
                Directory.CreateDirectory(directory);
                try
                {
                    using (var file = new FileStream(path + Unfinished, FileMode.Create, FileAccess.Write))
                    {
                        file.Write(content.Span);
                        file.Flush(flushToDisk: true);
                    }

                    File.Move(path + Unfinished, path, overwrite: true);
                }
                catch
                {
                    File.Delete(path + Unfinished); // On a full disk its room is needed.
                    throw;
                }

                DirectoryFlush.Run(directory);
                return true;
            },
            cancel);
    }

    /// <inheritdoc/>
    public async ValueTask AppendAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancel = default)
    {
        var path = PathOf(name);
        await InTurnAsync(
            () =>
            {
                Directory.CreateDirectory(directory);
                using var file = new FileStream(path, FileMode.Append, FileAccess.Write);
                file.Write(content.Span);
                return true;
            },
            cancel);
    }

    /// <inheritdoc/>
    public async ValueTask FlushAsync(string name, CancellationToken cancel = default)
    {
        var path = PathOf(name);
        await InTurnAsync(
            () =>
            {
                if (File.Exists(path))
                {
                    using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
                    RandomAccess.FlushToDisk(file.SafeFileHandle);
                }

                return true;
            },
            cancel);
    }

    /// <inheritdoc/>
    public async ValueTask TruncateAsync(string name, long length, CancellationToken cancel = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        var path = PathOf(name);
        await InTurnAsync(
            () =>
            {
                using var file = new FileStream(path, FileMode.Open, FileAccess.Write);
                if (length > file.Length)
                {
                    throw new ArgumentOutOfRangeException(nameof(length), length, $"{name} has {file.Length} bytes");
                }

                file.SetLength(length);
                file.Flush(flushToDisk: true);
                return true;
            },
            cancel);
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private string PathOf(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return name is "." or ".." || name.AsSpan().ContainsAny('/', '\\', '\0')
            ? throw new ArgumentException($"'{name}' is no name of a stored file: expected one path segment", nameof(name))
            : Path.Combine(directory, name);
    }

    private async ValueTask<T> InTurnAsync<T>(Func<T> operation, CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel);
        try
        {
            return await Task.Run(operation, CancellationToken.None);
        }
        finally
        {
            _turn.Release();
        }
    }
}
