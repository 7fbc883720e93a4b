using System.Text.Json;
using System.Text.Json.Nodes;
using VtepLab.Ovsdb;

namespace VtepLab.Emulators.HardwareVtep;

/// <content>Monitor updates, before they leave.</content>
internal sealed partial class SwitchServerQuirks
{
    private MessageVerdict AlterUpdate(OvsdbSession session, PeerMemory memory, JsonObject update)
    {
        if (_quirks.Has(SwitchQuirkBook.OneMonitoringSession) && session != _lastMonitoring)
        {
            return MessageVerdict.Drop;
        }

        if (_quirks.Has(SwitchQuirkBook.DropsOneUpdate) && !memory.HasLostUpdate)
        {
            memory.HasLostUpdate = true;
            return MessageVerdict.Drop;
        }

        var parameters = update["params"]!.AsArray();
        if (_quirks.Has(SwitchQuirkBook.MonitorIdAsText) && parameters[0]?.GetValueKind() is not JsonValueKind.String)
        {
            parameters[0] = parameters[0]?.ToJsonString() ?? "null";
        }

        if (_quirks.Has(SwitchQuirkBook.UpdateWithoutOld))
        {
            Walk(parameters[^1], o =>
            {
                if (o.ContainsKey("new"))
                {
                    o.Remove("old");
                }
            });
        }

        if (_quirks.Has(SwitchQuirkBook.UpdateAfterReply) && memory.Requests.Values.Any(r => r.Method == "transact"))
        {
            memory.HeldUpdates.Add(Bytes(update));
            return MessageVerdict.Drop;
        }

        return MessageVerdict.Send;
    }
}
