using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using VtepLab.Conformance.Input;
using VtepLab.Conformance.Wire;
using VtepLab.Results;
using VtepLab.Runtime;

namespace VtepLab.Conformance.Harness;

/// <summary>What a check works with. It writes down by itself what was done, expected and seen.</summary>
/// <remarks>
/// A check says what it does through a <see cref="Controller"/>, then what it expects with <see cref="Expect"/>; the messages in
/// between are the step's evidence. It leaves by returning or by one of the <see cref="CheckEndException"/>s.
/// </remarks>
public sealed partial class CheckContext
{
    private const string OneConnection = "needs one more connection, and the device, which calls by itself, makes one only";

    private readonly CheckDefinition _check;
    private readonly List<WireSession> _sessions = [];
    private readonly ImmutableArray<CheckStep>.Builder _steps = ImmutableArray.CreateBuilder<CheckStep>();
    private readonly List<string> _partly = [];
    private string? _did;
    private bool _judged;
    private long _after;

    /// <summary>Begins a check.</summary>
    public CheckContext(Tester tester, CheckDefinition check, WireSession? control, CancellationToken cancel)
    {
        Tester = tester;
        _check = check;
        // What needs frames is looked at in the database only, and the result must not say more.
        _partly.AddRange(check.Requirement.Needs == "O" ? [] : ["database only, no frame was sent"]);
        _partly.AddRange(check.Partly.Length > 0 ? [check.Partly] : []);
        Cancel = cancel;
        _after = tester.Transcript.Messages.Count;
        if (control is not null)
        {
            Ctl = new Controller(this, control);
        }
    }

    /// <summary>The run.</summary>
    public Tester Tester { get; }

    /// <summary>How long to wait.</summary>
    public Timing Timing => Tester.Timing;

    /// <summary>Ends the check from outside.</summary>
    public CancellationToken Cancel { get; }

    /// <summary>The controller that the checks share.</summary>
    [field: AllowNull]
    public Controller Ctl
    {
        get => field ?? throw new InvalidOperationException($"{_check.Id} runs beside the others and has to open connections of its own");
        private init;
    }

    /// <summary>What was done so far.</summary>
    public ImmutableArray<CheckStep> Steps => _steps.ToImmutable();

    /// <summary>A name nobody has.</summary>
    public string Name(string hint) => Tester.Marks.Name(hint);

    /// <summary>A MAC nobody has.</summary>
    public string Mac() => Tester.Marks.Mac();

    /// <summary>An address nobody has.</summary>
    public string Ip() => Tester.Marks.Ip();

    /// <summary>A VNI that is not likely to be in use.</summary>
    public int Vni() => Tester.Marks.Vni();

    /// <summary>What the check does less than its catalogue entry says, on this device; empty when nothing.</summary>
    public string Partly => string.Join("; ", _partly);

    /// <summary>Says what of the catalogue entry was left out on this device.</summary>
    public void InPart(string what) => _partly.Add(what);

    /// <summary>Begins a step: what is done from here on, in words.</summary>
    public void Did(string what)
    {
        EndStep();
        _did = what;
        _judged = false;
        _after = Tester.Transcript.Messages.Count;
    }

    /// <summary>Judges what the present step has shown.</summary>
    /// <param name="holds">Whether it is as it has to be.</param>
    /// <param name="expected">What had to be seen.</param>
    /// <param name="seen">What was seen.</param>
    /// <exception cref="CheckFailedException">It is not.</exception>
    public void Expect(bool holds, string expected, string seen)
    {
        var (first, last) = Tester.Transcript.RangeSince(_check.Id, _after);
        _steps.Add(new CheckStep(_did ?? "", expected, seen, holds, first, last));
        _judged = true;
        if (!holds)
        {
            throw new CheckFailedException($"{_did}: expected {expected}; saw {seen}");
        }
    }

    /// <summary>Ends the check as failed.</summary>
    [DoesNotReturn]
    public void Fail(string expected, string seen)
    {
        Expect(false, expected, seen);
        throw new InvalidOperationException("unreachable");
    }

    /// <summary>Ends the check as not applicable, unless something is there.</summary>
    public static void Applies(bool isThere, string otherwise)
    {
        if (!isThere)
        {
            throw new NotApplicableException(otherwise);
        }
    }

    /// <summary>Ends the check as not applicable unless the announced schema has a table or column.</summary>
    public void Needs(string table, string? column = null) => Applies(
        column is null ? Tester.Schema.Has(table) : Tester.Schema.Has(table, column),
        $"schema {Tester.Schema.Version} has no {(column is null ? table : $"{table}.{column}")}");

    /// <summary>Opens one more controller, which is closed with the check.</summary>
    public async Task<Controller> OpenAsync(string? did = null)
    {
        var name = Tester.NextConnectionName();
        Did(did ?? $"connect once more, as {name}");
        if (Tester.IsSingle)
        {
            throw new BlockedException(OneConnection);
        }

        try
        {
            var session = await Tester.Link.OpenAsync(name, _check.Id, Timing.Reply, Cancel);
            _sessions.Add(session);
            return new Controller(this, session);
        }
        catch (NetworkException) when (Tester.Link.Endpoint.IsPassive)
        {
            Tester.IsSingle = true;
            throw new BlockedException(OneConnection);
        }
        catch (NetworkException e)
        {
            Fail("connected", e.Message);
            throw;
        }
    }

    /// <summary>The check's own connections that are open now.</summary>
    public IReadOnlyList<WireSession> Extra => _sessions;

    /// <summary>Opens one more connection where a refusal is as good an answer.</summary>
    public async Task<bool> TryOpenAsync()
    {
        try
        {
            _sessions.Add(await Tester.Link.OpenAsync(Tester.NextConnectionName(), _check.Id, Timing.Reply, Cancel));
            return true;
        }
        catch (NetworkException)
        {
            return false;
        }
    }

    /// <summary>Opens a connection without TLS, whatever the endpoint says.</summary>
    public async Task<WireSession> OpenPlainAsync(string did)
    {
        Did(did);
        try
        {
            var session = await Tester.Link.OpenPlainAsync(Tester.NextConnectionName(), _check.Id, Timing.Reply, Cancel);
            _sessions.Add(session);
            return session;
        }
        catch (NetworkException e)
        {
            Fail("connected", e.Message);
            throw;
        }
    }

    /// <summary>Closes the check's own connections.</summary>
    public async Task CloseExtraAsync()
    {
        foreach (var session in _sessions)
        {
            await session.DisposeAsync();
        }

        _sessions.Clear();
    }

    /// <summary>A request over the shared controller.</summary>
    public Task<Reply> RequestAsync(string did, string method, JsonNode? parameters, JsonNode? id = null) =>
        Ctl.RequestAsync(did, method, parameters, id);

    /// <summary>A transaction over the shared controller.</summary>
    public Task<TransactReply> TransactAsync(string did, params JsonObject[] operations) => Ctl.TransactAsync(did, operations);

    /// <summary>A transaction over the shared controller that has to be committed.</summary>
    public Task<TransactReply> CommitAsync(string did, params JsonObject[] operations) => Ctl.CommitAsync(did, operations);

    /// <summary>The rows that a condition selects, over the shared controller.</summary>
    public Task<IReadOnlyList<Row>> SelectAsync(string table, JsonArray where, params string[] columns) =>
        Ctl.SelectAsync(table, where, columns);

    /// <summary>Ends the last step and closes the check's own connections.</summary>
    public async Task EndAsync()
    {
        EndStep();
        await CloseExtraAsync();
        if (!_check.RunsBeside)
        {
            await Ctl.EndMonitorsAsync();
        }
    }

    private void EndStep()
    {
        if (_did is not null && !_judged)
        {
            var (first, last) = Tester.Transcript.RangeSince(_check.Id, _after);
            _steps.Add(new CheckStep(_did, "", "", null, first, last));
        }

        _did = null;
    }
}
