using System.Globalization;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using VtepLab.Ovsdb;

namespace VtepLab.Contrast.Tests.Ovsdb;

/// <content>Comparison.</content>
internal sealed partial class LockStep
{
    private bool Compare(int session, string real, string ours)
    {
        var reply = JsonNode.Parse(real)!;
        var (a, b) = (WithoutTime(_canonicalReal.Of(real), reply, session), WithoutTime(_canonicalOurs.Of(ours), reply, session));
        if (a != b)
        {
            // Any of the rows that a conversion fails for may be named, and each may fail in another way.
            var isFailed = reply["id"]?.ToJsonString() == $"{_conversion}" && a.StartsWith("{error:{", StringComparison.Ordinal) && b.StartsWith("{error:{", StringComparison.Ordinal);
            var loose = Canonical.WithoutCulprit(a);
            Check(isFailed || (loose != a && loose == Canonical.WithoutCulprit(b)), session, a, b);
            _totals.Loose++;
        }

        if (reply["method"] is not null)
        {
            _totals.Notifications++;
            return false;
        }

        _totals.Replies++;
        CompareSorting(session, reply, JsonNode.Parse(ours)!);
        if (ErrorName().Match(a) is { Success: true } error)
        {
            _totals.Errors++;
            var kind = error.Groups[1].Value;
            _totals.Kinds[kind] = _totals.Kinds.GetValueOrDefault(kind) + 1;
        }

        foreach (var blocked in _blocked)
        {
            var isWoken = blocked.RemoveWhere(id => reply["id"]!.ToJsonString() == id.ToString()) > 0;
            _totals.Woken += isWoken ? 1 : 0;
            _totals.WokenAndDone += isWoken && a.Contains("error:null", StringComparison.Ordinal) && !a.Contains("error:\"", StringComparison.Ordinal) ? 1 : 0;
        }

        return reply["id"]!.ToJsonString() == _id.ToString();
    }

    /// <summary>
    /// The text without the time that a wait took, which must be one for which the request says that it is over. Where it must not wait at all
    /// the text tells whether a millisecond had gone by.
    /// </summary>
    private string WithoutTime(string canonical, JsonNode reply, int session) => TimedOut().Replace(canonical, found =>
    {
        var timeouts = _timeouts.GetValueOrDefault(int.Parse(reply["id"]!.ToJsonString(), CultureInfo.InvariantCulture), []);
        var isOver = found.Groups[1].Success
            ? long.Parse(found.Groups[1].Value, CultureInfo.InvariantCulture) is > 0 and var taken && Array.Exists(timeouts, timeout => timeout <= taken)
            : Array.IndexOf(timeouts, 0) >= 0;
        Check(isOver, session, canonical, canonical);
        _totals.TimedOut += Array.IndexOf(timeouts, 0) < 0 ? 1 : 0;
        return "details:<over>,error:\"timed out\"";
    });

    [GeneratedRegex("details:\"(?:\"where\" clause test failed|\"wait\" timed out after ([0-9]+) ms)\",error:\"timed out\"")]
    private static partial Regex TimedOut();

    [GeneratedRegex("error:\"([^\"]*)\"")]
    private static partial Regex ErrorName();

    /// <summary>How all rows of all databases compare, in a session of its own.</summary>
    private PeerDefect.Verdict CompareRows()
    {
        _real.Open(0);
        _ours.Open(0);
        var worst = PeerDefect.Verdict.Equal;
        foreach (var schema in _schemas)
        {
            var verdict = PeerDefect.Compare(schema, table => Rows(_real, true, schema, table), table => Rows(_ours, false, schema, table));
            worst = verdict > worst ? verdict : worst;
        }

        return worst;
    }

    private JsonArray Rows(ISide side, bool isReal, DatabaseSchema schema, TableSchema table)
    {
        side.Send(0, $$"""{"id":0,"method":"transact","params":["{{schema.Name}}",{"op":"select","table":"{{table.Name}}","where":[]}]}""");
        var messages = side.Collect(0, false, null)[0] ?? throw new SocketException((int)SocketError.ConnectionReset);
        var reply = messages.Single(message => message.Contains("\"id\":0", StringComparison.Ordinal));
        return JsonNode.Parse(Canonical.AnyUuid().Replace(reply, found => _rows.Find(isReal, found.Value) ?? found.Value))!["result"]![0]!["rows"]!.AsArray();
    }

    private void Check(bool good, int session, string real, string ours)
    {
        if (!good)
        {
            var ended = "";
            try
            {
                if (CompareRows() == PeerDefect.Verdict.PeerKeepsWeakReference)
                {
                    throw new PeerDefectException();
                }
            }
            catch (SocketException)
            {
                ended = $"ovsdb-server has ended: {_peerLog()[^Math.Min(_peerLog().Length, 600)..]}\n";
            }

            Assert.Fail(
                $"{ended}seed {_seed}, request {_history.Count}, session {session}\nrequest: {_history[^1]}\n"
                + $"\nreal: {real}\nours: {ours}\nmonitors:\n"
                + string.Join('\n', _history.Where(line => line.Contains("\"monitor", StringComparison.Ordinal)).TakeLast(30))
                + $"\nbefore:\n{string.Join('\n', _history.TakeLast(3).SkipLast(1))}");
        }
    }

    /// <summary>Everything that came, for a report.</summary>
    private string Show(List<string>?[] messages, bool real)
    {
        var canonical = new Canonical(_rows, real);
        return string.Concat(messages.SelectMany((list, s) => (list ?? []).Select(message => $"\n  to {s}: {canonical.Of(message)}")));
    }
}
