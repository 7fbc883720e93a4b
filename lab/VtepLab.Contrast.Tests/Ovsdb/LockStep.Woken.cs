using System.Text.Json.Nodes;

namespace VtepLab.Contrast.Tests.Ovsdb;

/// <content>Exchanges in which transactions that waited are woken.</content>
internal sealed partial class LockStep
{
    /// <summary>See <see cref="MergedUpdates"/>.</summary>
    /// <returns>The rows whose updates are left out.</returns>
    private HashSet<string> MergeUpdatesIfWoken(List<string>[] fromReal, List<string>[] fromOurs)
    {
        var woken = fromReal.SelectMany((messages, s) => messages.Select(message => (Session: s, Message: JsonNode.Parse(message)!)))
            .Where(reply => IsReplyToBlocked(reply.Session, reply.Message) && reply.Message["result"] is not null).ToArray();
        if (woken.Length == 0)
        {
            return [];
        }

        if (woken.Length == 1)
        {
            // Of what it changed itself a session is told first.
            foreach (var side in new[] { fromReal, fromOurs })
            {
                var last = side[woken[0].Session].LastOrDefault() ?? "";
                Check(last.Contains("\"result\"", StringComparison.Ordinal), woken[0].Session, last, last);
            }
        }

        var leftOut = _ours.TouchedTwice.Select(row => _rows.Find(false, row)).OfType<string>().ToHashSet(StringComparer.Ordinal);
        for (var s = 0; s < Sessions; s++)
        {
            Check(MergedUpdates.AreNoMore(fromReal[s], fromOurs[s]), s, Show(fromReal, real: true), Show(fromOurs, real: false));
            fromReal[s] = MergedUpdates.Of(fromReal[s], row => _rows.Find(true, row) is { } name && leftOut.Contains(name));
            fromOurs[s] = MergedUpdates.Of(fromOurs[s], row => _rows.Find(false, row) is { } name && leftOut.Contains(name));
        }

        _totals.LeftOut += leftOut.Count;
        return leftOut;
    }

    private bool IsReplyToBlocked(int session, JsonNode message) =>
        message["method"] is null && int.TryParse(message["id"]?.ToJsonString(), out var id) && _blocked[session].Contains(id);
}
