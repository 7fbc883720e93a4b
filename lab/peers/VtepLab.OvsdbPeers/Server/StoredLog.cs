using VtepLab.Ovsdb;
using VtepLab.Runtime;

namespace VtepLab.OvsdbPeers;

/// <summary>The file under a <see cref="FileLog"/>, kept in a host's store.</summary>
/// <remarks>The engine does not wait for its log, so writes queue up here and are made one after the other, appends in one piece.</remarks>
/// <param name="host">The host whose store it is.</param>
/// <param name="name">The file's name, a single path segment.</param>
public sealed class StoredLog(IHost host, string name) : ILogStorage
{
    private readonly Queue<Step> _steps = new();
    private bool _isWriting;
    private bool _isDirty;

    /// <inheritdoc/>
    public void Append(ReadOnlyMemory<byte> bytes) => Add(new Step(bytes.ToArray(), IsReplacement: false, null));

    /// <inheritdoc/>
    public void Replace(ReadOnlyMemory<byte> content) => Add(new Step(content.ToArray(), IsReplacement: true, null));

    /// <inheritdoc/>
    public void WhenStable(Action done)
    {
        if (_isWriting || _isDirty)
        {
            Add(new Step(null, IsReplacement: false, done));
        }
        else
        {
            done();
        }
    }

    private void Add(Step step)
    {
        _steps.Enqueue(step);
        if (!_isWriting)
        {
            _isWriting = true;
            host.Spawn($"writing {name}", WriteAsync);
        }
    }

    private async Task WriteAsync(CancellationToken cancel)
    {
        await host.YieldAsync(); // What one turn writes goes out in one piece.
        while (_steps.TryDequeue(out var step))
        {
            if (step.Done is not null)
            {
                await host.Store.FlushAsync(name, CancellationToken.None);
                _isDirty = false;
                step.Done();
                continue;
            }

            if (step.IsReplacement)
            {
                await host.Store.ReplaceAsync(name, step.Bytes, CancellationToken.None);
                _isDirty = false;
                continue;
            }

            var bytes = new List<byte>(step.Bytes!);
            while (_steps.TryPeek(out var next) && next is { IsReplacement: false, Bytes: not null })
            {
                bytes.AddRange(_steps.Dequeue().Bytes!);
            }

            _isDirty = true;
            await host.Store.AppendAsync(name, bytes.ToArray(), CancellationToken.None);
        }

        _isWriting = false;
    }

    private sealed record Step(byte[]? Bytes, bool IsReplacement, Action? Done);
}
