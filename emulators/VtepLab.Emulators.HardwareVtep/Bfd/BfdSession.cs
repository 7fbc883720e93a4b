using VtepLab.HardwareVtep;
using VtepLab.Packets;

namespace VtepLab.Emulators.HardwareVtep;

/// <summary>One BFD session in asynchronous mode without echo (RFC 5880 section 6.8): packets and time in, packets and state out.</summary>
internal sealed class BfdSession
{
    private const byte DetectMultiplier = 3;

    // RFC 5880 section 6.8.3: while the session is not up, no faster than this.
    private static readonly TimeSpan SlowTx = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time;
    private readonly Func<double> _jitter;
    private readonly uint _mine;
    private readonly Action<BfdPacket> _send;
    private uint _yours;
    private TimeSpan _remoteMinRx = TimeSpan.FromMicroseconds(1);
    private TimeSpan _remoteMinTx;
    private byte _remoteMultiplier;
    private long _received;
    private long _sent;
    private TimeSpan _interval;
    private bool _polls;

    /// <summary>Makes a session that is down.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="jitter">Even draws from 0 up to 1.</param>
    /// <param name="discriminator">The switch's name of the session, not 0.</param>
    /// <param name="settings">What its row asks.</param>
    /// <param name="send">Sends a packet.</param>
    public BfdSession(TimeProvider time, Func<double> jitter, uint discriminator, BfdSettings settings, Action<BfdPacket> send)
    {
        (_time, _jitter, _mine, Settings, _send) = (time, jitter, discriminator, settings, send);
        _sent = time.GetTimestamp();
    }

    /// <summary>Told when anything that bfd_status shows has changed.</summary>
    public event Action? Changed;

    /// <summary>What the row asks.</summary>
    public BfdSettings Settings { get; private set; }

    /// <summary>The session's state.</summary>
    public BfdState State { get; private set; } = BfdState.Down;

    /// <summary>Why it last went down.</summary>
    public BfdDiagnostic Diagnostic { get; private set; }

    /// <summary>The peer's state as it last told.</summary>
    public BfdState RemoteState { get; private set; } = BfdState.Down;

    /// <summary>Why the peer says it last went down.</summary>
    public BfdDiagnostic RemoteDiagnostic { get; private set; }

    /// <summary>True when the tunnel may be used: both ends are up and neither path behind them is said to be down.</summary>
    public bool IsForwarding => State == BfdState.Up && !Settings.IsPathDown
        && !(Settings.HeedsPathDown && RemoteDiagnostic is BfdDiagnostic.ConcatenatedPathDown or BfdDiagnostic.ReverseConcatenatedPathDown);

    /// <summary>How long until <see cref="Run"/> has something to do; at least a millisecond.</summary>
    public TimeSpan UntilNext
    {
        get
        {
            var next = _interval - _time.GetElapsedTime(_sent);
            if (IsDetecting && DetectionTime - _time.GetElapsedTime(_received) is var left && left < next)
            {
                next = left;
            }

            return TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling(next.TotalMilliseconds)));
        }
    }

    private bool IsDetecting => State is BfdState.Init or BfdState.Up;

    private TimeSpan DesiredMinTx => State == BfdState.Up ? Settings.MinTx : Max(SlowTx, Settings.MinTx);

    private TimeSpan DetectionTime => _remoteMultiplier * Max(Settings.MinRx, _remoteMinTx);

    /// <summary>Takes other settings; a session that is up stays up and tells its peer by a poll.</summary>
    public void Change(BfdSettings settings)
    {
        _polls |= State == BfdState.Up && (settings.MinTx != Settings.MinTx || settings.MinRx != Settings.MinRx);
        Settings = settings;
    }

    /// <summary>Does what time asks for: ends a silent session's hope, sends the next packet.</summary>
    public void Run()
    {
        if (IsDetecting && _time.GetElapsedTime(_received) >= DetectionTime)
        {
            (_yours, RemoteState) = (0, BfdState.Down);
            GoTo(BfdState.Down, BfdDiagnostic.ControlDetectionTimeExpired);
        }

        if (_time.GetElapsedTime(_sent) >= _interval && _remoteMinRx > TimeSpan.Zero)
        {
            Send(isFinal: false);
        }
    }

    /// <summary>Takes a packet of the peer (RFC 5880 section 6.8.6, from the discriminators on).</summary>
    public void Receive(BfdPacket packet)
    {
        if (packet.YourDiscriminator != 0 && packet.YourDiscriminator != _mine)
        {
            return;
        }

        var before = (RemoteState, RemoteDiagnostic);
        _received = _time.GetTimestamp();
        (_yours, RemoteState, RemoteDiagnostic, _remoteMultiplier) =
            (packet.MyDiscriminator, packet.State, packet.Diagnostic, packet.DetectMultiplier);
        (_remoteMinRx, _remoteMinTx) = (TimeSpan.FromMicroseconds(packet.RequiredMinRx), TimeSpan.FromMicroseconds(packet.DesiredMinTx));
        _polls &= !packet.Final;
        switch (State, packet.State)
        {
            case (BfdState.Init or BfdState.Up, BfdState.AdminDown):
            case (BfdState.Up, BfdState.Down):
                GoTo(BfdState.Down, BfdDiagnostic.NeighborSignaledSessionDown);
                break;
            case (BfdState.Down, BfdState.Down):
                GoTo(BfdState.Init, Diagnostic);
                break;
            case (BfdState.Down, BfdState.Init):
            case (BfdState.Init, BfdState.Init or BfdState.Up):
                GoTo(BfdState.Up, BfdDiagnostic.None);
                break;
            default:
                break;
        }

        if (before != (RemoteState, RemoteDiagnostic))
        {
            Changed?.Invoke();
        }

        if (packet.Poll)
        {
            Send(isFinal: true);
        }
    }

    /// <summary>The column bfd_status, in the words of vtep(5).</summary>
    public ColumnMap<string, string> ToStatus(SwitchQuirks quirks)
    {
        var lies = quirks.Has(SwitchQuirkBook.BfdLies);
        if (quirks.Has(SwitchQuirkBook.BfdStateFrozen))
        {
            return new([new("enabled", "true"), new("state", Word(BfdState.Down)), new("forwarding", "false")]);
        }

        List<KeyValuePair<string, string>> status =
        [
            new("enabled", "true"), new("state", Word(lies ? BfdState.Up : State)), new("forwarding", IsForwarding || lies ? "true" : "false"),
            new("diagnostic", Word(lies ? BfdDiagnostic.None : Diagnostic)), new("remote_state", Word(lies ? BfdState.Up : RemoteState)),
            new("remote_diagnostic", Word(RemoteDiagnostic)),
        ];
        if (Settings.Ignored.Length > 0)
        {
            status.Add(new("info", $"{Settings.Ignored}: not supported"));
        }

        return new(status);
    }

    private void GoTo(BfdState state, BfdDiagnostic diagnostic)
    {
        if (state != State || diagnostic != Diagnostic)
        {
            (State, Diagnostic) = (state, diagnostic);
            _interval = TimeSpan.Zero; // The peer hears of it with the next packet, at once.
            Changed?.Invoke();
        }
    }

    private void Send(bool isFinal)
    {
        var diagnostic = Settings.IsPathDown && State == BfdState.Up ? BfdDiagnostic.ConcatenatedPathDown : Diagnostic;
        _send(new BfdPacket(
            State, diagnostic, DetectMultiplier, _mine, _yours, Microseconds(DesiredMinTx), Microseconds(Settings.MinRx), _polls && !isFinal, isFinal));
        if (!isFinal)
        {
            // RFC 5880 section 6.8.7: reduced at random by up to a quarter, so that sessions do not fall into step.
            _sent = _time.GetTimestamp();
            _interval = Max(DesiredMinTx, _remoteMinRx) * (1 - (0.25 * _jitter()));
        }
    }

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private static uint Microseconds(TimeSpan time) => (uint)Math.Min(uint.MaxValue, time.TotalMicroseconds);

    private static string Word(BfdState state) => state switch
    {
        BfdState.AdminDown => "admin_down",
        BfdState.Init => "init",
        BfdState.Up => "up",
        _ => "down",
    };

    private static string Word(BfdDiagnostic diagnostic) => diagnostic switch
    {
        BfdDiagnostic.ControlDetectionTimeExpired => "Control Detection Time Expired",
        BfdDiagnostic.EchoFunctionFailed => "Echo Function Failed",
        BfdDiagnostic.NeighborSignaledSessionDown => "Neighbor Signaled Session Down",
        BfdDiagnostic.ForwardingPlaneReset => "Forwarding Plane Reset",
        BfdDiagnostic.PathDown => "Path Down",
        BfdDiagnostic.ConcatenatedPathDown => "Concatenated Path Down",
        BfdDiagnostic.AdministrativelyDown => "Administratively Down",
        BfdDiagnostic.ReverseConcatenatedPathDown => "Reverse Concatenated Path Down",
        _ => "No Diagnostic",
    };
}
