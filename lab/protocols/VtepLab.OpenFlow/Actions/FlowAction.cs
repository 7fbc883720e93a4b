using VtepLab.OpenFlow.Switching;
using VtepLab.OpenFlow.Text;

namespace VtepLab.OpenFlow.Actions;

/// <summary>One step of what a flow does with a frame.</summary>
public abstract class FlowAction
{
    /// <summary>True for what ends the treatment of a frame: <c>exit</c> and <c>goto_table</c>.</summary>
    internal virtual bool EndsList => false;

    /// <summary>Does it.</summary>
    /// <returns>False when the rest of the flow's actions must not be done.</returns>
    internal abstract bool Run(PacketWalk walk);

    /// <summary>Writes it as ovs-ofctl prints it.</summary>
    internal abstract void Write(ActionText text);

    /// <summary>The action as OpenFlow 1.0 with Nicira's extensions spells it.</summary>
    public override string ToString()
    {
        var text = new ActionText(OpenFlowVersion.OpenFlow10, hasVlan: false);
        Write(text);
        return text.ToString();
    }
}
