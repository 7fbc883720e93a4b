using VtepLab.Runtime;

namespace VtepLab.Simulation;

/// <summary>A simulated listening endpoint with its queue of connections that wait to be accepted.</summary>
internal sealed class SimulatedListener(SimulatedNetwork network, HostContext owner, Endpoint local, TlsIdentity? tls, string key) : IListener
{
    private const int Backlog = 128;

    private readonly Queue<SimulatedConnection> _arrived = new();
    private readonly LinkedList<TaskCompletionSource<IConnection>> _waiting = new();
    private bool _closed;

    public Endpoint Local { get; } = local;

    public HostContext Owner { get; } = owner;

    public TlsIdentity? Tls { get; } = tls;

    public string Key { get; } = key;

    public bool IsFull => _arrived.Count >= Backlog;

    public async ValueTask<IConnection> AcceptAsync(CancellationToken cancel = default)
    {
        cancel.ThrowIfCancellationRequested();
        if (_closed)
        {
            throw new OperationCanceledException($"{Local} is closed");
        }

        if (_arrived.TryDequeue(out var connection))
        {
            return connection;
        }

        var waiter = new TaskCompletionSource<IConnection>();
        var place = _waiting.AddLast(waiter);
        using (cancel.UnsafeRegister(_ => waiter.TrySetCanceled(cancel), null))
        {
            try
            {
                return await waiter.Task;
            }
            finally
            {
                if (place.List is not null)
                {
                    _waiting.Remove(place);
                }
            }
        }
    }

    public void Arrive(SimulatedConnection connection)
    {
        while (_waiting.First is { } first)
        {
            _waiting.RemoveFirst();
            if (first.Value.TrySetResult(connection))
            {
                return;
            }
        }

        _arrived.Enqueue(connection);
    }

    public ValueTask DisposeAsync()
    {
        if (!_closed)
        {
            Close();
            while (_waiting.First is { } first)
            {
                _waiting.RemoveFirst();
                first.Value.TrySetException(new OperationCanceledException($"{Local} is closed"));
            }
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Its host went down; who waited will never know.</summary>
    public void Die()
    {
        if (!_closed)
        {
            Close();
            _waiting.Clear();
        }
    }

    private void Close()
    {
        _closed = true;
        network.Unlisten(this);
        while (_arrived.TryDequeue(out var connection))
        {
            connection.Abort();
        }
    }
}
