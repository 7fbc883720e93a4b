using Microsoft.Extensions.Logging;
using VtepLab.Ovsdb;
using VtepLab.Runtime;

namespace VtepLab.OvsdbPeers;

/// <summary>A database's file in a host's store: what the engine gives is written in order, as fast as the store takes it.</summary>
/// <remarks>
/// The engine does not wait for the disk; whoever needs to know that something is safe asks <see cref="WhenWritten"/> or
/// <see cref="WhenStable"/>. While the store fails nothing is confirmed, every further transaction is refused with <c>I/O error</c>, and
/// what was taken already is tried again until it is written, as a disk that was full may have room again.
/// </remarks>
internal sealed class HostLogStorage : ILogStorage
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    private readonly IHost _host;
    private readonly string _file;
    private readonly ILogger _log;
    private readonly List<Action> _toTell = []; // When it is written.
    private readonly List<Action> _toConfirm = []; // When it is on stable storage.
    private List<byte> _appended = [];
    private byte[]? _replacement; // What the file is to become before _appended is appended.
    private byte[]? _instead; // What is appended if that fails, as the file may stay as long as it is; null when it may not.
    private bool _isIdle; // What is replaced now is only meant to be shorter.
    private bool _isRepairing;
    private long _length; // Of what is surely in the file.
    private bool _isTorn; // There may be more in it: part of what could not be appended.
    private bool _isWriting;
    private string? _failure;

    /// <summary>Makes the storage of a file.</summary>
    /// <param name="host">The host.</param>
    /// <param name="file">The file's name in its store.</param>
    /// <param name="length">Its present length.</param>
    public HostLogStorage(IHost host, string file, long length)
    {
        (_host, _file, _length) = (host, file, length);
        _log = host.Logs.CreateLogger<HostLogStorage>();
    }

    /// <summary>Told why the file cannot be written, and null when it can again.</summary>
    public Action<string?>? Failing { get; set; }

    /// <summary>Called between writes, outside of any transaction.</summary>
    public Action? Idle { get; set; }

    /// <summary>Replaces the file by all there is, because what is in it is not known any more.</summary>
    public Action? Rewrite { get; set; }

    /// <inheritdoc/>
    /// <remarks>While the store fails reading goes on: what waits then are writes.</remarks>
    public bool IsWritten => !_isWriting || _failure is not null;

    /// <inheritdoc/>
    /// <exception cref="OvsdbErrorException">The store fails.</exception>
    public void Append(ReadOnlyMemory<byte> bytes)
    {
        ThrowIfFailing();
        _appended.AddRange(bytes.Span);
        Write();
    }

    /// <inheritdoc/>
    public void Replace(ReadOnlyMemory<byte> content)
    {
        ThrowIfFailing();
        _instead = _isIdle ? [.. _appended] : null;
        _replacement = content.ToArray();
        _appended.Clear();
        Write();
    }

    /// <inheritdoc/>
    public void WhenWritten(Action done)
    {
        _toTell.Add(done);
        Write();
    }

    /// <inheritdoc/>
    public void WhenStable(Action done)
    {
        _toConfirm.Add(done);
        Write();
    }

    private void ThrowIfFailing()
    {
        if (_failure is not null && !_isRepairing)
        {
            throw new OvsdbError(ErrorNames.InputOutputError, _failure).AsException();
        }
    }

    private void Write()
    {
        if (!_isWriting)
        {
            _isWriting = true;
            _host.Spawn($"writing {_file}", _ => WriteAsync());
        }
    }

    private async Task WriteAsync()
    {
        // After a first turn of everybody else: what one batch of requests commits is written together.
        await _host.YieldAsync();
        while (_replacement is not null || _appended.Count > 0 || _toTell.Count > 0 || _toConfirm.Count > 0)
        {
            var (written, stable) = (_toTell.ToArray(), _toConfirm.ToArray());
            _toTell.Clear();
            _toConfirm.Clear();
            var batch = Take(isFlushed: stable.Length > 0);
            while (!await TryAsync(batch))
            {
                await _host.DelayAsync(Retry, _host.Stopping);
                batch = _replacement is null ? batch : Take(isFlushed: true);
            }

            Recover();
            foreach (var done in written.Concat(stable))
            {
                done();
            }

            if (batch.Appended.Length > 0)
            {
                _isIdle = true;
                Idle?.Invoke();
                _isIdle = false;
            }
        }

        _isWriting = false;
    }

    private Batch Take(bool isFlushed)
    {
        var batch = new Batch(_replacement, _instead, [.. _appended], isFlushed);
        (_replacement, _appended) = (null, []);
        return batch;
    }

    private async Task<bool> TryAsync(Batch batch)
    {
        var isFlushing = false;
        try
        {
            var appended = batch.Appended;
            if (batch.Replacement is { } replacement)
            {
                appended = await TryReplaceAsync(replacement, batch.Instead) ? appended : [.. batch.Instead!, .. appended];
            }

            if (_isTorn)
            {
                await _host.Store.TruncateAsync(_file, _length);
            }

            if (appended.Length > 0)
            {
                _isTorn = true;
                await _host.Store.AppendAsync(_file, appended);
                (_length, _isTorn) = (_length + appended.Length, false);
            }

            if (batch.IsFlushed)
            {
                isFlushing = true;
                await _host.Store.FlushAsync(_file);
            }

            return true;
        }
        catch (Exception e) when (IsFailure(e))
        {
            if (isFlushing)
            {
                // The system may have dropped what it could not flush, and would find nothing to flush the next time.
                _isRepairing = true;
                Rewrite?.Invoke();
                _isRepairing = false;
            }

            Fail($"{_file} cannot be written: {e.Message}");
            return false;
        }
    }

    private async Task<bool> TryReplaceAsync(byte[] replacement, byte[]? instead)
    {
        try
        {
            await _host.Store.ReplaceAsync(_file, replacement);
            (_length, _isTorn) = (replacement.Length, false);
            return true;
        }
        catch (Exception e) when (IsFailure(e) && instead is not null)
        {
            _log.LogWarning("{File} cannot be compacted and stays as it is: {Reason}", _file, e.Message);
            return false;
        }
    }

    private static bool IsFailure(Exception e) => e is IOException or UnauthorizedAccessException;

    private void Fail(string failure)
    {
        if (_failure is null)
        {
            _log.LogError("{Failure}; no transactions are taken until it can", failure);
            _failure = failure;
            Failing?.Invoke(failure);
        }
    }

    private void Recover()
    {
        if (_failure is not null)
        {
            _log.LogWarning("{File} can be written again", _file);
            _failure = null;
            Failing?.Invoke(null);
        }
    }

    /// <summary>What is written together.</summary>
    /// <param name="Replacement">What the file becomes first; null when it only grows.</param>
    /// <param name="Instead">What is appended when it cannot; null when it has to.</param>
    /// <param name="Appended">What comes at its end.</param>
    /// <param name="IsFlushed">Whether it is brought to stable storage.</param>
    private sealed record Batch(byte[]? Replacement, byte[]? Instead, byte[] Appended, bool IsFlushed);
}
