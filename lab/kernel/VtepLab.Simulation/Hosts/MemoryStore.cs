using VtepLab.Runtime;

namespace VtepLab.Simulation;

/// <summary>A simulated host's disk: outlives its lives, tears what was not flushed when the power goes, and can be full.</summary>
internal sealed class MemoryStore(SimulatedHost host, RandomStream random) : IStore
{
    private static readonly TimeSpan Access = TimeSpan.FromMicroseconds(20);
    private static readonly TimeSpan Sync = TimeSpan.FromMilliseconds(1);

    private readonly SortedDictionary<string, StoredFile> _files = new(StringComparer.Ordinal);

    /// <summary>True: writes fail as on a full disk.</summary>
    public bool IsFull { get; set; }

    /// <summary>True: what is flushed is confirmed and stays in a cache that the power takes with it.</summary>
    public bool Lies { get; set; }

    /// <summary>How many files have lost, with the power, what was confirmed to be flushed.</summary>
    public int BrokenPromises { get; private set; }

    public async ValueTask<byte[]?> ReadAsync(string name, CancellationToken cancel = default)
    {
        Check(name);
        await host.Services.DelayAsync(Access, cancel);
        return _files.TryGetValue(name, out var file) ? file.Content.ToArray() : null;
    }

    public async ValueTask ReplaceAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancel = default)
    {
        Check(name);
        var copy = content.ToArray();
        await host.Services.DelayAsync(Sync, cancel);
        RefuseWhenFull(name);
        _files[name] = new StoredFile
        {
            Content = [.. copy], Flushed = copy.Length, Promised = copy.Length,
            Before = Lies ? _files.GetValueOrDefault(name) ?? new StoredFile { IsMissing = true } : null,
        };
    }

    public async ValueTask AppendAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancel = default)
    {
        Check(name);
        cancel.ThrowIfCancellationRequested();
        RefuseWhenFull(name);
        if (!_files.TryGetValue(name, out var file))
        {
            _files.Add(name, file = new StoredFile());
        }

        file.Content.AddRange(content.Span); // At once, so that appends that are not awaited keep their order.
        await host.Services.DelayAsync(Access, CancellationToken.None);
    }

    public async ValueTask FlushAsync(string name, CancellationToken cancel = default)
    {
        Check(name);
        var length = _files.TryGetValue(name, out var file) ? file.Content.Count : 0;
        await host.Services.DelayAsync(Sync, cancel);
        if (file is not null)
        {
            file.Promised = Math.Max(file.Promised, Math.Min(length, file.Content.Count));
            (file.Flushed, file.Before) = Lies ? (file.Flushed, file.Before) : (file.Promised, null);
        }
    }

    public async ValueTask TruncateAsync(string name, long length, CancellationToken cancel = default)
    {
        Check(name);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        await host.Services.DelayAsync(Sync, cancel);
        if (!_files.TryGetValue(name, out var file))
        {
            throw new FileNotFoundException($"{name} cannot be cut: there is no such file", name);
        }

        if (length > file.Content.Count)
        {
            throw new ArgumentOutOfRangeException(nameof(length), length, $"{name} has {file.Content.Count} bytes");
        }

        file.Content.RemoveRange((int)length, file.Content.Count - (int)length);
        (file.Flushed, file.Promised) = (Math.Min(file.Flushed, (int)length), Math.Min(file.Promised, (int)length));
    }

    /// <summary>The power goes: of what was appended since the last flush that was true a random prefix remains, of a file that was replaced since then the old or the new one.</summary>
    public void LosePower()
    {
        foreach (var (name, written) in _files.ToList())
        {
            var file = written;
            while (file.Before is { } before && random.Chance(0.5))
            {
                file = before;
            }

            BrokenPromises += file != written ? 1 : 0;
            if (file.IsMissing)
            {
                _files.Remove(name);
                continue;
            }

            var kept = (int)random.Next(file.Flushed, file.Content.Count + 1L);
            BrokenPromises += file == written && kept < file.Promised ? 1 : 0;
            file.Content.RemoveRange(kept, file.Content.Count - kept);
            (file.Flushed, file.Promised, file.Before) = (kept, kept, null);
            _files[name] = file;
        }
    }

    /// <summary>What is on the disk now.</summary>
    public IReadOnlyDictionary<string, byte[]> Copy() => _files.ToDictionary(f => f.Key, f => f.Value.Content.ToArray(), StringComparer.Ordinal);

    /// <summary>Puts a copy in the place of what is there; while the host is down.</summary>
    /// <returns>False when that is the same.</returns>
    public bool Restore(IReadOnlyDictionary<string, byte[]> copy)
    {
        var isSame = copy.Count == _files.Count && copy.All(c => _files.TryGetValue(c.Key, out var file) && file.Content.SequenceEqual(c.Value));
        _files.Clear();
        foreach (var (name, content) in copy)
        {
            _files.Add(name, new StoredFile { Content = [.. content], Flushed = content.Length, Promised = content.Length });
        }

        return !isSame;
    }

    private static void Check(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name is "." or ".." || name.AsSpan().ContainsAny('/', '\\', '\0'))
        {
            throw new ArgumentException($"'{name}' is no name of a stored file: expected one path segment", nameof(name));
        }
    }

    private void RefuseWhenFull(string name)
    {
        if (IsFull)
        {
            throw new IOException($"{name} cannot be written on {host.Name}: no space left on the disk");
        }
    }

    private sealed class StoredFile
    {
        public List<byte> Content { get; init; } = [];

        /// <summary>How much of it the power cannot take.</summary>
        public int Flushed { get; set; }

        /// <summary>How much of it was said to be so.</summary>
        public int Promised { get; set; }

        /// <summary>What may be found in its place when the power goes; null: nothing else.</summary>
        public StoredFile? Before { get; set; }

        public bool IsMissing { get; init; }
    }
}
