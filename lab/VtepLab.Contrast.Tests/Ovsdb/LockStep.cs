using System.Net.Sockets;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using VtepLab.Ovsdb;

namespace VtepLab.Contrast.Tests.Ovsdb;

/// <summary>Drives both sides with one stream of requests and compares what comes back after each.</summary>
internal sealed partial class LockStep
{
    /// <summary>Sessions on each side.</summary>
    public const int Sessions = 3;

    private readonly Random _random;
    private readonly int _seed;
    private readonly DatabaseSchema[] _schemas;
    private readonly ISide _real;
    private readonly OurSide _ours;
    private readonly LockStepTotals _totals;
    private readonly RowBook _rows;
    private readonly RequestGenerator _requests;
    private readonly MonitorGenerator _monitors;
    private readonly Canonical _canonicalReal;
    private readonly Canonical _canonicalOurs;
    private readonly List<string> _history = [];
    private readonly HashSet<int>[] _blocked = [[], [], []];
    private readonly Dictionary<int, List<string?>> _insertedInto = []; // By request, as RequestGenerator.Transaction tells it.
    private readonly bool _mixes;
    private int _id;

    // "mixes": rows are deleted beside other changes even where there are weak references; see PeerDefect.
    public LockStep(Random random, int seed, bool mixes, DatabaseSchema[] schemas, ISide real, OurSide ours, LockStepTotals totals)
    {
        _mixes = mixes;
        _rows = new RowBook(ours.Find);
        _random = random;
        _seed = seed;
        _schemas = schemas;
        _real = real;
        _ours = ours;
        _totals = totals;
        _requests = new RequestGenerator(random, _rows);
        _monitors = new MonitorGenerator(random, _requests);
        _canonicalReal = new Canonical(_rows, real: true);
        _canonicalOurs = new Canonical(_rows, real: false);
    }

    public void Run(int operations)
    {
        for (var s = 0; s < Sessions; s++)
        {
            Open(s);
        }

        try
        {
            while (_requests.Operations < operations)
            {
                Step(_random.Next(Sessions));
            }

            Check(CompareRows() == PeerDefect.Verdict.Equal, 0, "the rows at the end of the round", "other rows");
        }
        catch (PeerDefectException)
        {
            _totals.PeerDefects++;
        }
        catch (PeerCrashException)
        {
            _totals.PeerCrashes.Add($"seed {_seed}, request {_history.Count}: {_history[^1]}");
        }

        _totals.Operations += _requests.Operations;
    }

    private void Open(int session)
    {
        _real.Open(session);
        _ours.Open(session);
        _blocked[session].Clear();
        _monitors.Forget(session);
        Ask(session, "set_db_change_aware", session == 0 ? "true" : "false");
    }

    private void Step(int session)
    {
        var schema = _schemas[_random.Next(_schemas.Length)];
        _rows.Use(schema.Name);
        switch (_random.Next(100))
        {
            case < 88:
                var operations = _requests.Transaction(schema, _mixes, out var tables);
                Ask(session, "transact", $"\"{schema.Name}\",{operations}", tables, _requests.Timeout);
                Check(_requests.Timeout is null || !_blocked[session].Contains(_id), session, "still waits", "still waits");
                break;
            case < 93:
                var (method, parameters) = _monitors.Next(session, schema);
                Ask(session, method, parameters);
                break;
            case < 97:
                string[] locks = ["lock", "steal", "unlock"];
                Ask(session, locks[_random.Next(3)], $"\"l{_random.Next(3)}\"");
                break;
            case < 98 when _blocked[session].Count > 0:
                var id = _blocked[session].First();
                _blocked[session].Remove(id);
                Exchange(session, $$"""{"id":null,"method":"cancel","params":[{{id}}]}""");
                break;
            case 98 when _random.Next(6) == 0:
                Convert(session, schema);
                break;
            case 98:
                Oddity(session, schema);
                break;
            case 99 when _random.Next(4) == 0:
                Open(session);
                break;
        }

        if (_blocked[session].Count > 5)
        {
            Open(session); // Enough transactions wait; ending the session ends them.
        }
    }

    private void Oddity(int session, DatabaseSchema schema)
    {
        (string Method, string Parameters)[] odd =
        [
            ("get_schema", $"\"{schema.Name}\""), ("get_schema", "\"none\""), ("get_schema", "1"), ("get_schema", ""), ("echo", "1,\"x\",{\"b\":[],\"a\":1.0}"),
            ("nomethod", ""), ("transact", ""), ("transact", "5"), ("transact", "\"none\""), ("transact", $"\"{schema.Name}\""),
            ("monitor_cancel", ""), ("monitor_cancel", "\"none\""), ("monitor_cond", $"\"{schema.Name}\",1"), ("monitor_cond", "\"none\",1,{}"),
            ("monitor_cond_since", $"\"{schema.Name}\",1,{{}},5"), ("monitor_cond_since", $"\"{schema.Name}\",1,{{}},\"x\""),
            ("monitor", $"\"{schema.Name}\",1,[]"), ("monitor", $"\"{schema.Name}\",1,{{\"none\":{{}}}}"),
            ("monitor_cond_change", ""), ("monitor_cond_change", "1,2,3"), ("lock", ""), ("lock", "\"0\""), ("lock", "1"), ("unlock", "\"none\""),
            ("set_db_change_aware", ""), ("set_db_change_aware", "1"), ("cancel", "1"), ("convert", "\"none\",{}"), ("steal", "\"l\",1"),
            ("get_schema", "\"_Server\""), ("transact", "\"_Server\",{\"op\":\"comment\",\"comment\":\"x\"}"),
            ("transact", "\"_Server\",{\"op\":\"insert\",\"table\":\"Database\",\"row\":{\"name\":\"x\"}}"),
            ("transact", "\"_Server\",{\"op\":\"select\",\"table\":\"Database\",\"where\":[],\"columns\":[\"name\",\"model\",\"connected\",\"leader\",\"cid\",\"sid\",\"index\"]}"),
        ];
        var (method, parameters) = odd[_random.Next(odd.Length)];
        Ask(session, method, parameters);
    }

    private void Convert(int session, DatabaseSchema schema)
    {
        var (now, isExpected) = ConversionGenerator.Next(_random, schema);
        _totals.Conversions++;
        Ask(session, "convert", $"\"{schema.Name}\",{now}");
        if (_ours.Find(schema.Name)!.Schema is { } served && served != schema)
        {
            Assert.That(isExpected, Is.Not.False, "a conversion to nonsense was accepted");
            _schemas[Array.IndexOf(_schemas, schema)] = served;
            for (var s = 0; s < Sessions; s++)
            {
                _monitors.Forget(s, schema);
            }
        }
    }

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
        var messages = side.Collect(0, false, null)[0] ?? throw new PeerCrashException(); // A session that was just opened, for a select.
        var reply = messages.Single(message => message.Contains("\"id\":0", StringComparison.Ordinal));
        return JsonNode.Parse(Canonical.AnyUuid().Replace(reply, found => _rows.Find(isReal, found.Value) ?? found.Value))!["result"]![0]!["rows"]!.AsArray();
    }

    private void Ask(int session, string method, string parameters, List<string?>? tables = null, int? timeout = null)
    {
        var id = ++_id;
        _totals.Requests++;
        if (tables is not null)
        {
            _insertedInto[id] = tables;
        }

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

    /// <summary>Everything that came, for a report.</summary>
    private string Show(List<string>?[] messages, bool real)
    {
        var canonical = new Canonical(_rows, real);
        return string.Concat(messages.SelectMany((list, s) => (list ?? []).Select(message => $"\n  to {s}: {canonical.Of(message)}")));
    }

    /// <summary>Learns the rows that transactions inserted, those that waited included.</summary>
    private void LearnRows(List<string> real, List<string> ours)
    {
        var ourReplies = ours.Select(message => JsonNode.Parse(message)!).Where(message => message["method"] is null)
            .ToLookup(reply => reply["id"]!.ToJsonString());
        foreach (var reply in real.Select(message => JsonNode.Parse(message)!).Where(message => message["method"] is null))
        {
            if (int.TryParse(reply["id"]!.ToJsonString(), out var id) && _insertedInto.Remove(id, out var tables)
                && reply["result"] is JsonArray realResults
                && ourReplies[reply["id"]!.ToJsonString()].FirstOrDefault()?["result"] is JsonArray ourResults)
            {
                LearnRows(realResults, ourResults, tables);
            }
        }
    }

    private void LearnRows(JsonArray realResults, JsonArray ourResults, List<string?> tables)
    {
        for (var i = 0; i < Math.Min(Math.Min(realResults.Count, ourResults.Count), tables.Count); i++)
        {
            if (tables[i] is { } table && realResults[i]?["uuid"] is JsonArray r && ourResults[i]?["uuid"] is JsonArray o)
            {
                _rows.Learn(table, (string)r[1]!, (string)o[1]!);
            }
        }
    }

    private bool Compare(int session, string real, string ours)
    {
        var (a, b) = (_canonicalReal.Of(real), _canonicalOurs.Of(ours));
        if (a != b)
        {
            var isError = a.Contains("\"error\"", StringComparison.Ordinal) || a.Contains("error:", StringComparison.Ordinal);
            Check(isError && Canonical.Loosen(a) == Canonical.Loosen(b), session, a, b);
            _totals.Loose++;
        }

        var reply = JsonNode.Parse(real)!;
        if (reply["method"] is not null)
        {
            _totals.Notifications++;
            return false;
        }

        _totals.Replies++;
        if (ErrorName().Match(a) is { Success: true } error)
        {
            _totals.Errors++;
            var kind = error.Groups[1].Value;
            _totals.Kinds[kind] = _totals.Kinds.GetValueOrDefault(kind) + 1;
        }

        _totals.TimedOut += a.Contains("wait\" timed out after", StringComparison.Ordinal) ? 1 : 0;
        foreach (var blocked in _blocked)
        {
            var isWoken = blocked.RemoveWhere(id => reply["id"]!.ToJsonString() == id.ToString()) > 0;
            _totals.Woken += isWoken ? 1 : 0;
            _totals.WokenAndDone += isWoken && a.Contains("error:null", StringComparison.Ordinal) && !a.Contains("error:\"", StringComparison.Ordinal) ? 1 : 0;
        }

        return reply["id"]!.ToJsonString() == _id.ToString();
    }

    [GeneratedRegex("error:\"([^\"]*)\"")]
    private static partial Regex ErrorName();

    private void Check(bool good, int session, string real, string ours)
    {
        if (!good)
        {
            try
            {
                if (CompareRows() == PeerDefect.Verdict.PeerKeepsWeakReference)
                {
                    throw new PeerDefectException();
                }
            }
            catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionRefused)
            {
                throw new PeerCrashException();
            }

            Assert.Fail(
                $"seed {_seed}, request {_history.Count}, session {session}\nrequest: {_history[^1]}\n"
                + $"\nreal: {real}\nours: {ours}\nmonitors:\n"
                + string.Join('\n', _history.Where(line => line.Contains("\"monitor", StringComparison.Ordinal)).TakeLast(30))
                + $"\nbefore:\n{string.Join('\n', _history.TakeLast(3).SkipLast(1))}");
        }
    }

    /// <summary>The round cannot go on: the server's rows are not what they must be.</summary>
    private sealed class PeerDefectException : Exception;

    /// <summary>The round cannot go on: nobody listens at ovsdb-server's socket, so it has ended by a request that ours survived.</summary>
    private sealed class PeerCrashException : Exception;
}
