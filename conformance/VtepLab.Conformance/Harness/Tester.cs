using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using VtepLab.Conformance.Input;
using VtepLab.Conformance.Wire;
using VtepLab.Runtime;

namespace VtepLab.Conformance.Harness;

/// <summary>What all checks of a run share: the device, the conversation, the marks, the journal.</summary>
/// <param name="host">Where the suite runs.</param>
/// <param name="link">Makes connections.</param>
/// <param name="transcript">The conversation.</param>
/// <param name="device">What a person said of the device.</param>
/// <param name="schema">What the device announces.</param>
/// <param name="announced">The schema as it came.</param>
public sealed class Tester(
    IHost host, DeviceLink link, Transcript transcript, DeviceDescription device, DeviceSchema schema, JsonElement announced)
{
    /// <summary>The database that the suite speaks of.</summary>
    public const string Database = "hardware_vtep";

    private WireSession? _control;
    private int _named;

    /// <summary>Where the suite runs.</summary>
    public IHost Host => host;

    /// <summary>Makes connections.</summary>
    public DeviceLink Link => link;

    /// <summary>The conversation.</summary>
    public Transcript Transcript => transcript;

    /// <summary>What a person said of the device.</summary>
    public DeviceDescription Device => device;

    /// <summary>How long to wait.</summary>
    public Timing Timing => device.Timing;

    /// <summary>What the device announces.</summary>
    public DeviceSchema Schema => schema;

    /// <summary>The answer to get_schema as it came.</summary>
    public JsonElement AnnouncedSchema => announced;

    /// <summary>Names and numbers of this run.</summary>
    public Markings Marks { get; } = new(host.Entropy);

    /// <summary>What was on the device when the run began, before the suite had written anything.</summary>
    public Snapshot First { get; set; } = new(ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, Row>>.Empty);

    /// <summary>True once a device that calls by itself was seen to make one connection only, so that nobody waits for another again.</summary>
    public bool IsSingle { get; set; }

    /// <summary>What the suite made on the device.</summary>
    public Journal Journal => field ??= new Journal(Marks.NamePrefix, Marks.MacPrefix, Markings.IsOwn);

    /// <summary>A name for one more connection.</summary>
    public string NextConnectionName() => string.Create(CultureInfo.InvariantCulture, $"ctl{++_named + 1}");

    /// <summary>The connection that the checks share, opened again when it is gone.</summary>
    /// <exception cref="NetworkException">It could not be opened within <see cref="Timing.Recovery"/>.</exception>
    public async Task<WireSession> ControlAsync(CancellationToken cancel)
    {
        if (_control is { IsClosed: false } open)
        {
            return open;
        }

        if (_control is { } old)
        {
            _control = null;
            await old.DisposeAsync();
        }

        return _control = await OpenAliveAsync("ctl", null, cancel);
    }

    /// <summary>Takes over a connection as the shared one.</summary>
    public void Adopt(WireSession session) => _control = session;

    /// <summary>Opens a connection and sees that the device answers an echo on it; tries again until time is up.</summary>
    /// <exception cref="NetworkException">No answer within <see cref="Timing.Recovery"/>.</exception>
    public async Task<WireSession> OpenAliveAsync(string name, string? check, CancellationToken cancel)
    {
        var start = transcript.Now;
        var pause = TimeSpan.FromMilliseconds(50);
        while (true)
        {
            var left = Timing.Recovery - (transcript.Now - start);
            string because;
            try
            {
                var session = await link.OpenAsync(name, check, left, cancel);
                if (await IsAliveAsync(session, left, cancel))
                {
                    return session;
                }

                because = session.ClosedBecause ?? "it answers no echo";
                await session.DisposeAsync();
            }
            catch (NetworkException e)
            {
                because = e.Message;
            }

            left = Timing.Recovery - (transcript.Now - start);
            if (left <= pause)
            {
                throw new NetworkException(NetworkError.Unreachable, $"{link.Endpoint} is gone: {because}");
            }

            await host.DelayAsync(pause, cancel);
            pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, TimeSpan.TicksPerSecond));
        }
    }

    /// <summary>True when the device answers anything to an echo on this connection.</summary>
    public async Task<bool> IsAliveAsync(WireSession session, TimeSpan within, CancellationToken cancel)
    {
        if (session.IsClosed)
        {
            return false;
        }

        // Any answer will do: a device that answers wrongly is alive, and what is wrong is for a check to say.
        var (before, limit) = (session.MessagesReceived, within < Timing.Reply ? within : Timing.Reply);
        var request = await session.SendRequestAsync("echo", Ovs.Array("alive"));
        var answered = await session.UntilAsync(() => session.MessagesReceived > before, limit, cancel);
        request.Forget();
        return answered && !session.IsClosed;
    }

    /// <summary>Every row of every table, over the shared connection.</summary>
    /// <returns>Null when the device does not answer.</returns>
    public async Task<Snapshot?> SnapshotAsync(CancellationToken cancel)
    {
        var tables = schema.Tables.Keys.ToList();
        var reply = await TransactAsync([.. tables.Select(t => Ovs.Select(t, Ovs.All))], cancel);
        return reply is null ? null : Snapshot.Read(tables, reply);
    }

    /// <summary>One transaction over the shared connection, outside every check.</summary>
    /// <returns>Null when the device does not answer.</returns>
    public async Task<TransactReply?> TransactAsync(IReadOnlyList<JsonObject> operations, CancellationToken cancel)
    {
        var session = await ControlAsync(cancel);
        var before = session.Check;
        session.Check = null;
        try
        {
            var request = await session.SendRequestAsync("transact", Ovs.Array([Database, .. operations]));
            return await request.ReplyAsync(Timing.Reply, cancel) is { } reply ? new TransactReply(reply, operations.Count) : null;
        }
        finally
        {
            session.Check = before;
        }
    }

    /// <summary>Closes the shared connection and stops listening.</summary>
    public async ValueTask CloseAsync()
    {
        if (_control is { } session)
        {
            _control = null;
            await session.DisposeAsync();
        }

        await link.DisposeAsync();
    }
}
