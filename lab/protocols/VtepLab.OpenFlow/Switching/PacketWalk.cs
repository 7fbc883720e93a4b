using VtepLab.OpenFlow.Actions;
using VtepLab.OpenFlow.Fields;
using VtepLab.OpenFlow.Tables;
using VtepLab.Packets;

namespace VtepLab.OpenFlow.Switching;

/// <summary>The way of one frame through the tables of one or, by patches, more bridges.</summary>
/// <remarks>
/// As in Open vSwitch the key is the truth and the bytes follow it: actions change the key, and a frame that goes out is put together from
/// the key's addresses and tags and the frame's own rest. Behind a patch the peer's changes are undone. What a frame teaches is in the tables
/// from the next frame on.
/// </remarks>
internal sealed partial class PacketWalk
{
    // Open vSwitch's limits; a frame that meets one is treated no further.
    private const int MaxDepth = 64;
    private const int MaxResubmits = 4096;

    private readonly List<(FlowTables Tables, LearnAction Action, FlowKey Frame)> _lessons = [];
    private Bridge _bridge = null!;
    private Flow? _flow;
    private FlowKey _key;
    private int _depth;
    private int _resubmits;
    private int _frameBytes;
    private bool _isOver;

    public ref FlowKey Key => ref _key;

    public int TableId { get; private set; }

    public long Now { get; private set; }

    public bool HasTag => (_key.Get(FlowFields.VlanTci) & FlowKeyReader.TagPresent) != 0;

    public bool IsIp => _key.Get(FlowFields.EthType) is EtherTypes.IPv4 or EtherTypes.IPv6;

    /// <summary>Takes a frame in; false when it is no frame.</summary>
    public bool Start(Bridge bridge, BridgePort port, ReadOnlySpan<byte> frame)
    {
        _key = default;
        if (!Load(frame))
        {
            return false;
        }

        _key.Set(FlowFields.InPort, (ulong)port.Number);
        _bridge = bridge;
        _flow = null;
        _depth = 0;
        _resubmits = 0;
        _isOver = false;
        _frameBytes = frame.Length;
        Now = bridge.Switch.Time.GetTimestamp();
        return true;
    }

    /// <summary>Notes the tunnel the frame came by; false when its congestion bits say that it must be dropped (RFC 6040 section 4.2).</summary>
    public bool ComeFromTunnel(Vni vni, IpAddress source, IpAddress destination, byte trafficClass)
    {
        _key.Set(FlowFields.TunId, (ulong)vni.Value);
        if (!source.IsV6)
        {
            Span<byte> bytes = stackalloc byte[8];
            source.Write(bytes);
            destination.Write(bytes[4..]);
            _key[FlowFields.TunSrc.Word] = System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes);
        }

        if (IsIp && (trafficClass & 3) == 3)
        {
            if (_key.Get(FlowFields.IpEcn) == 0)
            {
                return false;
            }

            _key.Set(FlowFields.IpEcn, 3);
        }

        return true;
    }

    /// <summary>Does what the tables say, from table 0 on.</summary>
    public void Run()
    {
        RunTable(0, null);
        foreach (var (tables, action, frame) in _lessons)
        {
            action.LearnInto(tables, frame, Now);
        }

        _lessons.Clear();
    }

    public void Exit() => _isOver = true;

    public void Learn(LearnAction action) => _lessons.Add((_bridge.Flows, action, _key));

    public void Resubmit(int? inPort, int table)
    {
        if (_depth >= MaxDepth || _resubmits >= MaxResubmits)
        {
            _isOver = true;
            return;
        }

        _resubmits++;
        RunTable(table, inPort);
    }

    public void ShortenCurrentFlow(int idleSeconds, int hardSeconds)
    {
        if (_flow is { } flow)
        {
            flow.IdleSeconds = Shorter(flow.IdleSeconds, idleSeconds);
            flow.HardSeconds = Shorter(flow.HardSeconds, hardSeconds);
        }

        static int Shorter(int now, int wanted) => wanted == 0 ? now : now == 0 ? wanted : Math.Min(now, wanted);
    }

    public void Output(int port)
    {
        var inPort = (int)_key.Get(FlowFields.InPort);
        switch (port)
        {
            case OpenFlowPorts.InPort:
                Emit(_bridge.Port(inPort));
                break;
            case OpenFlowPorts.Normal:
                RunNormal();
                break;
            case OpenFlowPorts.Flood or OpenFlowPorts.All:
                foreach (var each in _bridge.PortList)
                {
                    if (each.Number != inPort && (port == OpenFlowPorts.All || each.IsFlooded))
                    {
                        Emit(each);
                    }
                }

                break;
            case OpenFlowPorts.Controller:
                _bridge.ControllerFrames++;
                break;
            default:
                if (port != inPort)
                {
                    Emit(_bridge.Port(port));
                }

                break;
        }
    }

    private void RunTable(int table, int? inPort)
    {
        Flow? flow;
        if (inPort is { } port)
        {
            // The port counts for the look-up only: NORMAL and IN_PORT go on with the frame's own.
            var own = _key.Get(FlowFields.InPort);
            _key.Set(FlowFields.InPort, (ulong)port);
            flow = _bridge.Flows.Find(table, ref _key, Now);
            _key.Set(FlowFields.InPort, own);
        }
        else
        {
            flow = _bridge.Flows.Find(table, ref _key, Now);
        }

        if (flow is null)
        {
            return;
        }

        flow.PacketCount++;
        flow.ByteCount += _frameBytes;
        flow.Used = Now;
        var (callerTable, callerFlow) = (TableId, _flow);
        TableId = table;
        _flow = flow;
        _depth++;
        foreach (var action in flow.Steps)
        {
            if (!action.Run(this) || _isOver)
            {
                break;
            }
        }

        _depth--;
        TableId = callerTable;
        _flow = callerFlow;
    }

    private void Emit(BridgePort? port)
    {
        switch (port)
        {
            case EndPort end:
                end.SentFrames++;
                end.Sink(Compose());
                break;
            case PatchPort { Peer: { } peer } patch:
                patch.SentFrames++;
                EnterBridge(peer);
                break;
            case TunnelPort tunnel:
                SendThroughTunnel(tunnel);
                break;
        }
    }

    private void EnterBridge(PatchPort port)
    {
        if (_depth >= MaxDepth)
        {
            _isOver = true;
            return;
        }

        var (key, bridge) = (_key, _bridge);
        port.ReceivedFrames++;
        _bridge = port.Bridge;
        _key.Set(FlowFields.InPort, (ulong)port.Number);
        _key[FlowFields.TunId.Word] = 0;
        _key[FlowFields.TunSrc.Word] = 0;
        _key[FlowFields.Metadata.Word] = 0;
        for (var i = 0; i < FlowFields.RegisterCount / 2; i++)
        {
            _key[FlowFields.Register(0).Word + i] = 0;
        }

        _depth++;
        RunTable(0, null);
        _depth--;
        _isOver = false; // "exit" ends what the peer does, not what we do.
        (_key, _bridge) = (key, bridge);
    }
}
