using System.Globalization;
using VtepLab.OpenFlow.Switching;
using VtepLab.OpenFlow.Text;

namespace VtepLab.OpenFlow.Actions;

/// <summary>Sends the frame, as it is now, out of a port or a reserved port.</summary>
/// <param name="port">The port's number.</param>
/// <param name="controllerBytes">For the controller: how much of the frame it is sent.</param>
public sealed class OutputAction(int port, int controllerBytes = 65535) : FlowAction
{
    /// <summary>The port's number.</summary>
    public int Port { get; } = port;

    internal override bool Run(PacketWalk walk)
    {
        walk.Output(Port);
        return true;
    }

    internal override void Write(ActionText text) => text.Item(
        Port == OpenFlowPorts.Controller ? string.Create(CultureInfo.InvariantCulture, $"CONTROLLER:{controllerBytes}")
        : Port > OpenFlowPorts.Max ? OpenFlowPorts.Format(Port)
        : string.Create(CultureInfo.InvariantCulture, $"output:{Port}"));
}

/// <summary>Sends the frame out of the port whose number stands in a field.</summary>
/// <param name="source">Where the number stands.</param>
public sealed class OutputFieldAction(Subfield source) : FlowAction
{
    internal override bool Run(PacketWalk walk)
    {
        var port = source.Read(walk.Key);
        if (port <= 0xFFFF)
        {
            walk.Output((int)port);
        }

        return true;
    }

    internal override void Write(ActionText text) => text.Item($"output:{source}");
}

/// <summary>Looks the frame up once more, in a table or as if it had come from another port, and goes on here after.</summary>
/// <param name="inPort">The port to look up with; null for the frame's own.</param>
/// <param name="table">The table; null for the current one.</param>
public sealed class ResubmitAction(int? inPort, int? table) : FlowAction
{
    internal override bool Run(PacketWalk walk)
    {
        walk.Resubmit(inPort, table ?? walk.TableId);
        return true;
    }

    internal override void Write(ActionText text)
    {
        var port = inPort is { } p ? OpenFlowPorts.Format(p) : "";
        text.Item(table is { } t ? string.Create(CultureInfo.InvariantCulture, $"resubmit({port},{t})") : $"resubmit:{port}");
    }
}

/// <summary>Goes on in a later table; the last instruction of a flow.</summary>
/// <param name="table">The table.</param>
public sealed class GotoTableAction(int table) : FlowAction
{
    /// <summary>The table.</summary>
    public int Table { get; } = table;

    internal override bool EndsList => true;

    internal override bool Run(PacketWalk walk)
    {
        walk.Resubmit(null, Table);
        return false;
    }

    internal override void Write(ActionText text) => text.Item(
        text.Version == OpenFlowVersion.OpenFlow10
            ? string.Create(CultureInfo.InvariantCulture, $"resubmit(,{Table})")
            : string.Create(CultureInfo.InvariantCulture, $"goto_table:{Table}"));
}

/// <summary>Ends the treatment of the frame, in this table and in those that called it.</summary>
public sealed class ExitAction : FlowAction
{
    internal override bool Run(PacketWalk walk)
    {
        walk.Exit();
        return false;
    }

    internal override void Write(ActionText text) => text.Item("exit");
}
