using VtepLab.Runtime;

namespace VtepLab.Simulation;

/// <summary>One attempt to connect: the opening packet, sent again until it is answered or given up, and the TLS handshake.</summary>
internal sealed class ConnectAttempt : EventTarget
{
    private readonly TaskCompletionSource<IConnection> _result = new();
    private readonly SimulatedNetwork _network;
    private readonly HostContext _owner;
    private readonly SimulatedHost _host;
    private readonly Endpoint _endpoint;
    private readonly TlsIdentity? _tls;
    private readonly SimulatedHost? _target;
    private readonly long _givesUpAt;
    private TimeSpan _again = TimeSpan.FromSeconds(1);
    private CancellationToken _cancelled;

    public ConnectAttempt(SimulatedNetwork network, HostContext owner, SimulatedHost host, Endpoint endpoint, TlsIdentity? tls)
    {
        (_network, _owner, _host, _endpoint, _tls) = (network, owner, host, endpoint, tls);
        _target = endpoint.Scheme == EndpointScheme.Unix ? host : network.Resolve(host, endpoint.Host);
        _givesUpAt = VirtualTime.After(network.Kernel.Now, network.Options.ConnectGivesUpAfter);
        network.Kernel.Enqueue(network.Kernel.World, this, Step.Send);
    }

    private enum Step
    {
        Send,
        Cancel,
    }

    public Task<IConnection> Task => _result.Task;

    /// <summary>Gives up; ends in an event of its own, so that nobody's code runs inside who cancels.</summary>
    public void Cancel(CancellationToken cancel)
    {
        _cancelled = cancel;
        _network.Kernel.Enqueue(_owner, this, Step.Cancel);
    }

    public override void Fire(object? state)
    {
        switch ((Step)state!)
        {
            case Step.Send:
                Send();
                break;
            case Step.Cancel:
                _result.TrySetCanceled(_cancelled);
                break;
        }
    }

    private void Send()
    {
        if (_result.Task.IsCompleted || _host.Lives != _owner.Life || !_host.IsUp)
        {
            return;
        }

        if (_target is null)
        {
            Fail(NetworkError.Unreachable, $"there is no host '{_endpoint.Host}'");
            return;
        }

        var there = _network.Judge(_host, _target, 0);
        if (there.Kind == VerdictKind.Drop || !_target.IsUp)
        {
            SendAgain();
            return;
        }

        var trip = _network.Latency(_host, _target) + VirtualTime.Nanoseconds(there.Delay);
        After(trip, () => Answer(there.Kind == VerdictKind.Reset));
    }

    private void SendAgain()
    {
        var at = VirtualTime.After(_network.Kernel.Now, _again);
        if (at > _givesUpAt)
        {
            _network.Kernel.Schedule(
                _givesUpAt,
                _network.Kernel.World,
                new Deferred(() => Fail(NetworkError.Unreachable, $"no answer within {_network.Options.ConnectGivesUpAfter}")),
                null);
            return;
        }

        _again *= 2;
        _network.Kernel.Schedule(at, _network.Kernel.World, this, Step.Send);
    }

    // At the target: its operating system answers, whatever the process does.
    private void Answer(bool reset)
    {
        var target = _target!;
        var back = _network.Judge(target, _host, 0);
        var listener = !target.IsUp ? null
            : _endpoint.Scheme == EndpointScheme.Unix ? _network.Listener(target, _endpoint.Host)
            : _network.Listener(target, _endpoint.Host, _endpoint.Port);
        if (back.Kind == VerdictKind.Drop || !target.IsUp || listener is { IsFull: true })
        {
            SendAgain();
            return;
        }

        var trip = _network.Latency(target, _host) + VirtualTime.Nanoseconds(back.Delay);
        var isRefused = listener is null || (target != _host && _network.Refuses(target));
        if (listener is null || isRefused || reset || back.Kind == VerdictKind.Reset)
        {
            After(trip, () => Fail(
                NetworkError.Refused, listener is null ? "nothing listens there" : isRefused ? "it takes no more connections" : "the connection was reset"));
            return;
        }

        var (near, far) = SimulatedConnection.Pair(_network, _owner, _host, listener.Owner, target, _endpoint);
        if (_tls is null && listener.Tls is null)
        {
            listener.Arrive(far);
            After(trip, () => Succeed(near));
            return;
        }

        // TLS: two more trips until both have judged each other; the bytes themselves go in the clear here.
        var trusts = _network.Options.Trusts;
        var serverAccepts = _tls is not null && listener.Tls is not null && trusts?.Invoke(listener.Tls, _tls) != false;
        var clientAccepts = _tls is null || (listener.Tls is not null && trusts?.Invoke(_tls, listener.Tls) != false);
        After(2 * trip, () =>
        {
            if (_tls is not null && listener.Tls is null)
            {
                listener.Arrive(far); // A plain server sees a stream that says nothing it understands and ends.
            }
            else if (serverAccepts && clientAccepts)
            {
                listener.Arrive(far);
            }
            else
            {
                far.Abort();
            }
        });
        After(3 * trip, () =>
        {
            if (clientAccepts)
            {
                Succeed(near); // One that the server refuses finds out when it reads, as with TLS 1.3.
            }
            else
            {
                near.Abort();
                Fail(NetworkError.Tls, listener.Tls is null ? "the peer does not speak TLS" : "the peer's certificate was not accepted");
            }
        });
    }

    private void Succeed(SimulatedConnection near)
    {
        if (_host.Lives != _owner.Life || !_host.IsUp || !_result.TrySetResult(near))
        {
            near.Abort();
        }
    }

    private void Fail(NetworkError error, string reason) =>
        _result.TrySetException(new NetworkException(error, $"connecting to {_endpoint}: {reason}"));

    private void After(long nanoseconds, Action action) =>
        _network.Kernel.Schedule(_network.Kernel.Now + nanoseconds, _network.Kernel.World, new Deferred(action), null);
}
