using Microsoft.Extensions.Logging;
using VtepLab.Ovsdb;
using VtepLab.Runtime;

namespace VtepLab.OvsdbPeers;

/// <summary>A database's file in a host's store: what the engine gives is written in order, as fast as the store takes it.</summary>
/// <remarks>
/// The engine does not wait for the disk; whoever needs to know that it is safe asks <see cref="WhenStable"/>. When the store
/// fails, what was promised is not confirmed, and every further transaction is refused with <c>I/O error</c>.
/// </remarks>
internal sealed class HostLogStorage : ILogStorage
{
    private readonly IHost _host;
    private readonly string _file;
    private readonly ILogger _log;
    private readonly List<Action> _toConfirm = [];
    private List<byte> _appended = [];
    private byte[]? _replacement; // What the file is to become before _appended is appended.
    private bool _isWriting;
    private string? _failure;

    /// <summary>Makes the storage of a file.</summary>
    public HostLogStorage(IHost host, string file)
    {
        (_host, _file) = (host, file);
        _log = host.Logs.CreateLogger<HostLogStorage>();
    }

    /// <summary>Called once when the file could not be written: what was committed since is in memory only.</summary>
    public Action<string>? Failed { get; set; }

    /// <summary>Called between writes, outside of any transaction.</summary>
    public Action? Idle { get; set; }

    /// <inheritdoc/>
    /// <exception cref="OvsdbErrorException">The store has failed before.</exception>
    public void Append(ReadOnlyMemory<byte> bytes)
    {
        ThrowIfFailed();
        _appended.AddRange(bytes.Span);
        Write();
    }

    /// <inheritdoc/>
    public void Replace(ReadOnlyMemory<byte> content)
    {
        ThrowIfFailed();
        _replacement = content.ToArray();
        _appended.Clear();
        Write();
    }

    /// <inheritdoc/>
    public void WhenStable(Action done)
    {
        _toConfirm.Add(done);
        Write();
    }

    private void ThrowIfFailed()
    {
        if (_failure is not null)
        {
            throw new OvsdbError(ErrorNames.InputOutputError, _failure).AsException();
        }
    }

    private void Write()
    {
        if (!_isWriting && _failure is null)
        {
            _isWriting = true;
            _host.Spawn($"writing {_file}", _ => WriteAsync());
        }
    }

    private async Task WriteAsync()
    {
        // After a first turn of everybody else: what one batch of requests commits is written together.
        await _host.YieldAsync();
        try
        {
            while (_replacement is not null || _appended.Count > 0 || _toConfirm.Count > 0)
            {
                var (replacement, appended, confirmed) = (_replacement, _appended, _toConfirm.ToArray());
                (_replacement, _appended) = (null, []);
                _toConfirm.Clear();
                if (replacement is not null)
                {
                    await _host.Store.ReplaceAsync(_file, replacement);
                }

                if (appended.Count > 0)
                {
                    await _host.Store.AppendAsync(_file, appended.ToArray());
                }

                if (confirmed.Length > 0)
                {
                    await _host.Store.FlushAsync(_file);
                }

                foreach (var done in confirmed)
                {
                    done();
                }

                if (appended.Count > 0)
                {
                    Idle?.Invoke();
                }
            }
        }
        catch (IOException e)
        {
            _failure = $"{_file} cannot be written: {e.Message}";
            _log.LogError("{Failure}; no more transactions are taken", _failure);
            Failed?.Invoke(_failure);
        }
        finally
        {
            _isWriting = false;
        }
    }
}
