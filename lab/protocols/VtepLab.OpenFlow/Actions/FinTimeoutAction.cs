using System.Globalization;
using VtepLab.OpenFlow.Fields;
using VtepLab.OpenFlow.Switching;
using VtepLab.OpenFlow.Text;

namespace VtepLab.OpenFlow.Actions;

/// <summary>Shortens the time-outs of its flow when a TCP segment with FIN or RST passes.</summary>
/// <param name="idleSeconds">The new idle time-out at most; 0 leaves it.</param>
/// <param name="hardSeconds">The new hard time-out at most; 0 leaves it.</param>
public sealed class FinTimeoutAction(int idleSeconds, int hardSeconds) : FlowAction
{
    private const ulong FinOrRst = 0x5;

    internal override bool Run(PacketWalk walk)
    {
        if (walk.Key.Get(FlowFields.IpProto) == 6 && (walk.Key.Get(FlowFields.TcpFlags) & FinOrRst) != 0)
        {
            walk.ShortenCurrentFlow(idleSeconds, hardSeconds);
        }

        return true;
    }

    internal override void Write(ActionText text)
    {
        string[] parts =
        [
            .. idleSeconds == 0 ? Array.Empty<string>() : [string.Create(CultureInfo.InvariantCulture, $"idle_timeout={idleSeconds}")],
            .. hardSeconds == 0 ? Array.Empty<string>() : [string.Create(CultureInfo.InvariantCulture, $"hard_timeout={hardSeconds}")],
        ];
        text.Item($"fin_timeout({string.Join(',', parts)})");
    }
}
