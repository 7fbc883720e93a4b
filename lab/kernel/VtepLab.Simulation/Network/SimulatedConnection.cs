using System.IO.Pipelines;
using VtepLab.Runtime;

namespace VtepLab.Simulation;

/// <summary>One end of a simulated stream.</summary>
internal sealed class SimulatedConnection : IConnection, IIdleStream
{
    private readonly SimulatedNetwork _network;
    private Flow _outgoing = null!;
    private Flow _incoming = null!;
    private IdleEcho? _echo; // One for both ends.

    private SimulatedConnection(SimulatedNetwork network, HostContext owner, SimulatedHost host, Endpoint local, Endpoint remote)
    {
        (_network, Owner, Host, Local, Remote, Id) = (network, owner, host, local, remote, network.NextConnection());
    }

    public long Id { get; }

    public Endpoint Local { get; }

    public Endpoint Remote { get; }

    public PipeReader Input => _incoming.Reader;

    public PipeWriter Output => _outgoing.Writer;

    public SimulatedConnection Peer { get; private set; } = null!;

    public HostContext Owner { get; }

    public SimulatedHost Host { get; }

    /// <summary>Why the stream broke, if it did.</summary>
    public NetworkException? Error { get; private set; }

    public bool IsBroken => Error is not null;

    /// <summary>True after this end's own <see cref="Abort"/>.</summary>
    public bool IsAborted { get; private set; }

    /// <summary>True after this end was disposed: nobody reads or writes here.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>True from the call to dispose on: what is written now is taken whatever the window.</summary>
    public bool IsClosing { get; private set; }

    /// <summary>True after the power of the host went: this end neither sends nor answers.</summary>
    public bool IsSilent { get; private set; }

    public bool IsOver => IsBroken || IsClosed || IsSilent;

    /// <summary>True while both directions are used and the host runs.</summary>
    public bool IsOpen => !IsOver && !IsClosing && Host is { IsUp: true, IsPaused: false };

    /// <summary>Makes the two ends of a stream.</summary>
    public static (SimulatedConnection Near, SimulatedConnection Far) Pair(
        SimulatedNetwork network, HostContext client, SimulatedHost clientHost, HostContext server, SimulatedHost serverHost, Endpoint endpoint)
    {
        var (local, remote) = (endpoint, endpoint);
        if (endpoint.Scheme != EndpointScheme.Unix)
        {
            var own = clientHost == serverHost ? endpoint.Host : clientHost.Addresses[0];
            local = new Endpoint(endpoint.Scheme, own, network.NextPort(clientHost));
            var isName = !System.Net.IPAddress.TryParse(endpoint.Host, out _);
            remote = isName ? endpoint with { Host = clientHost == serverHost ? "127.0.0.1" : serverHost.Addresses[0] } : endpoint;
        }

        var near = new SimulatedConnection(network, client, clientHost, local, remote);
        var far = new SimulatedConnection(network, server, serverHost, remote, local);
        (near.Peer, far.Peer) = (far, near);
        near._outgoing = far._incoming = new Flow(network, near, far, near.Id);
        far._outgoing = near._incoming = new Flow(network, far, near, far.Id);
        network.Opened(near);
        network.Opened(far);
        return (near, far);
    }

    public bool Attach(IIdleEnd end)
    {
        if (_network.DrawsEchoesApart)
        {
            _echo = Peer._echo ?? new IdleEcho(_network, this, _outgoing, _incoming);
            _echo.Attach(this, end);
        }

        return _echo is not null;
    }

    public bool LeavesOut() => _echo is not null && _echo.LeavesOut(this);

    public void ThrowIfBroken(string doing)
    {
        if (IsBroken || IsClosed)
        {
            throw BrokenWhile(doing);
        }
    }

    public NetworkException BrokenWhile(string doing) =>
        new(Error?.Error ?? NetworkError.Reset, $"{doing} {Remote}: {Error?.Message ?? "the stream was closed"}");

    public void Abort()
    {
        _outgoing.Echo?.Wake();
        if (IsBroken || IsClosed || IsSilent)
        {
            Release();
            return;
        }

        IsAborted = true;
        Error = new NetworkException(NetworkError.Reset, "the stream was aborted");
        _incoming.DropUnread();
        SendReset();
        Release();
    }

    public async ValueTask DisposeAsync()
    {
        if (IsClosed || IsBroken || IsSilent)
        {
            Release();
            return;
        }

        IsClosing = true;
        try
        {
            await Output.CompleteAsync();
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            // The peer has gone; there is nobody to tell.
        }

        CloseByKernel();
    }

    /// <summary>Closes this end as an operating system does: what was written still leaves; unread data is answered with a reset.</summary>
    public void CloseByKernel()
    {
        if (IsClosed || IsBroken || IsSilent)
        {
            Release();
            return;
        }

        IsClosed = true;
        if (_incoming.HasUnread)
        {
            _incoming.DropUnread();
            SendReset();
        }
        else
        {
            _outgoing.Finish();
        }

        Release();
    }

    /// <summary>The power went: nothing leaves, nothing is answered.</summary>
    public void FallSilent()
    {
        IsSilent = true;
        _outgoing.DropUnsent();
        _incoming.DropUnread();
        _network.Closed(this);
    }

    /// <summary>Breaks this end: what had arrived can still be read.</summary>
    public void Break(NetworkException error)
    {
        if (IsBroken || IsSilent || IsClosed)
        {
            return;
        }

        _outgoing.Echo?.Wake();
        Error = error;
        Release();
    }

    public void BreakByPeer() => Break(new NetworkException(NetworkError.Reset, "the peer reset the stream"));

    public void BreakBoth(NetworkException error)
    {
        Break(error);
        Peer.Break(error);
    }

    /// <summary>Tells the peer that the stream is no more; false when that is lost on the way.</summary>
    public bool TrySendReset()
    {
        var verdict = _network.Judge(Host, Peer.Host, 0);
        if (verdict.Kind == VerdictKind.Drop)
        {
            return false;
        }

        var at = _network.Kernel.Now + _network.Latency(Host, Peer.Host) + VirtualTime.Nanoseconds(verdict.Delay);
        _network.Kernel.Schedule(at, _network.Kernel.World, new Deferred(Peer.BreakByPeer), null);
        return true;
    }

    /// <summary>Something may have changed for a read that waits.</summary>
    public void WakeReader() => _incoming.Reader.Wake();

    /// <summary>The peer's last byte has arrived.</summary>
    public void PeerEnded()
    {
        if (IsClosed)
        {
            Release();
        }
    }

    private void SendReset()
    {
        _outgoing.DropUnsent();
        _ = TrySendReset(); // Where it is lost, the peer hears of it when it sends on.
    }

    private void Release()
    {
        WakeReader();
        _outgoing.Writer.Wake();
        _network.Closed(this);
    }
}
