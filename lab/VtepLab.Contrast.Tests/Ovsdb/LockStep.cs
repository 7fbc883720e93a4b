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
    private readonly Dictionary<int, long[]> _timeouts = []; // Of the waits of a request, in ms.
    private readonly bool _mixes;
    private readonly Func<string> _peerLog;
    private int _id;
    private int _conversion; // The last request that asks for a conversion which hangs on the rows.

    /// <summary>Prepares a round.</summary>
    /// <param name="random">Where requests come from.</param>
    /// <param name="seed">How to find the round again.</param>
    /// <param name="mixes">Whether rows are deleted beside other changes even where there are weak references; see <see cref="PeerDefect"/>.</param>
    /// <param name="schemas">The databases.</param>
    /// <param name="real">The real server.</param>
    /// <param name="ours">Our engine.</param>
    /// <param name="peerLog">What the real server wrote, should it end.</param>
    /// <param name="totals">What is counted.</param>
    public LockStep(
        Random random, int seed, bool mixes, DatabaseSchema[] schemas, ISide real, OurSide ours, Func<string> peerLog, LockStepTotals totals)
    {
        _mixes = mixes;
        _peerLog = peerLog;
        _rows = new RowBook(ours.Find);
        _random = random;
        _seed = seed;
        _schemas = schemas;
        _real = real;
        _ours = ours;
        _totals = totals;
        _requests = new RequestGenerator(random, _rows, (table, clause) => ours.Accepts(_rows.Database, table.Name, _rows.For(false, clause)));
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
        catch (PeerDefectException) when (_mixes)
        {
            _totals.PeerDefects++;
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
                (method, parameters) = OddRequests.Next(_random, schema.Name);
                Ask(session, method, parameters);
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

    private void Convert(int session, DatabaseSchema schema)
    {
        var (now, isExpected) = ConversionGenerator.Next(_random, schema);
        _totals.Conversions++;
        _conversion = isExpected is null ? _id + 1 : 0;
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

    /// <summary>The round cannot go on: the server's rows are not what they must be.</summary>
    private sealed class PeerDefectException : Exception;
}
