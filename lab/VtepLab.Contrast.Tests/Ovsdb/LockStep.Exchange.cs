using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace VtepLab.Contrast.Tests.Ovsdb;

/// <content>One message to both sides, and what comes back.</content>
internal sealed partial class LockStep
{
    private void Ask(int session, string method, string parameters, List<string?>? tables = null, int? timeout = null)
    {
        var id = ++_id;
        _totals.Requests++;
        if (tables is not null)
        {
            _insertedInto[id] = tables;
        }

        _timeouts[id] = [.. Timeouts().Matches(parameters).Select(found => long.Parse(found.Groups[1].Value, CultureInfo.InvariantCulture))];
        NoteSorting(id, parameters);
        if (!Exchange(session, $$"""{"id":{{id}},"method":"{{method}}","params":[{{parameters}}]}""", timeout))
        {
            _blocked[session].Add(id);
        }
    }

    /// <summary>Sends a message on both sides and compares; the result says whether a reply with the last id came.</summary>
    private bool Exchange(int session, string message, int? timeout = null)
    {
        _history.Add($"{session}: {message}");
        _real.Send(session, _rows.For(true, message));
        _ours.Send(session, _rows.For(false, message));
        if (timeout is { } milliseconds)
        {
            Thread.Sleep(milliseconds + 2); // Both must give up before anything else happens.
        }

        var awaited = timeout is null ? (int?)null : _id;
        var twice = timeout is not null || _blocked.Any(blocked => blocked.Count > 0);
        var (fromReal, fromOurs) = (_real.Collect(session, twice, awaited), _ours.Collect(session, twice, awaited));
        var answered = false;
        for (var s = 0; s < Sessions; s++)
        {
            if (fromReal[s] is null || fromOurs[s] is null)
            {
                Check(fromReal[s] is null == fromOurs[s] is null, s, $"closed: {fromReal[s] is null}", $"closed: {fromOurs[s] is null}");
                Open(s);
                return true;
            }

            LearnRows(fromReal[s]!, fromOurs[s]!);
        }

        var leftOut = MergeUpdatesIfWoken(fromReal!, fromOurs!);
        for (var s = 0; s < Sessions; s++)
        {
            Check(fromReal[s]!.Count == fromOurs[s]!.Count, s, Show(fromReal, real: true), Show(fromOurs, real: false));
            foreach (var (real, ours) in Ordered(fromReal[s]!).Zip(Ordered(fromOurs[s]!)))
            {
                answered |= Compare(s, real, ours);
            }
        }

        _canonicalReal.ForgetVersions(leftOut);
        _canonicalOurs.ForgetVersions(leftOut);
        return answered;
    }

    /// <summary>Which of a session's monitors is told first is not defined; whether they are told before the reply is.</summary>
    private static string[] Ordered(List<string> messages)
    {
        var replies = 0;
        return messages
            .Select(message => (Node: JsonNode.Parse(message)!, Text: message))
            .Select(message => message.Node["method"] is null
                ? (Group: replies++, Order: 1, Key: "", message.Text)
                : (Group: replies, Order: 0, Key: message.Node["params"]![0]?.ToJsonString() ?? "", message.Text))
            .OrderBy(message => message.Group).ThenBy(message => message.Order).ThenBy(message => message.Key, StringComparer.Ordinal)
            .Select(message => message.Text)
            .ToArray();
    }

    [GeneratedRegex("\"timeout\":([0-9]+)(?=[,}])")]
    private static partial Regex Timeouts();
}
