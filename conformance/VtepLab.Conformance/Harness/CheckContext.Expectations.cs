using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using VtepLab.Conformance.Wire;

namespace VtepLab.Conformance.Harness;

/// <content>Expectations that many checks share.</content>
public sealed partial class CheckContext
{
    /// <summary>The transaction was refused with that error, by an operation or at commit.</summary>
    public void ExpectRefused(TransactReply reply, params string[] errors) =>
        Expect(
            reply.FirstError is { } error && errors.Contains(error),
            $"refused with {string.Join(" or ", errors.Select(e => $"\"{e}\""))}",
            reply.IsCommitted ? $"committed: {reply.Text}" : reply.Text);

    /// <summary>An error reply whose error has that name.</summary>
    public void ExpectError(Reply reply, params string[] errors) =>
        Expect(
            reply.ErrorName is { } error && errors.Contains(error),
            $"error {string.Join(" or ", errors.Select(e => $"\"{e}\""))}", reply.Text);

    /// <summary>A column holds a value, by meaning.</summary>
    public void ExpectColumn(Row row, string column, JsonNode? value)
    {
        var expected = WireJson.Write(value);
        Expect(
            row[column] is { } seen && seen.Canonical() == OvsValue.Parse(expected).Canonical(),
            $"{column} = {WireText.Short(expected)}",
            row[column] is { } shown ? $"{column} = {WireText.Short(shown.GetRawText())}" : $"no column {column}");
    }

    /// <summary>A condition selects so many rows.</summary>
    public async Task<IReadOnlyList<Row>> ExpectRowsAsync(int count, string table, JsonArray where, params string[] columns)
    {
        var rows = await SelectAsync(table, where, columns);
        Expect(rows.Count == count, Rows(count, table), Rows(rows.Count, table));
        return rows;
    }

    /// <summary>Tries again and again until something holds; recorded as one step with the time it took.</summary>
    /// <param name="did">What is waited for, in words.</param>
    /// <param name="expected">What has to be seen in the end.</param>
    /// <param name="within">How long to try.</param>
    /// <param name="look">Looks once: whether it holds, and what was seen.</param>
    public async Task EventuallyAsync(string did, string expected, TimeSpan within, Func<Task<(bool Holds, string Seen)>> look)
    {
        Did(did);
        var after = _after;
        var start = Tester.Transcript.Now;
        var pause = TimeSpan.FromMilliseconds(50);
        while (true)
        {
            var (holds, seen) = await look();
            var took = Tester.Transcript.Now - start;
            if (holds || took >= within)
            {
                (_did, _judged, _after) = (did, false, after);
                Expect(
                    holds, string.Create(CultureInfo.InvariantCulture, $"within {within.TotalSeconds:0.###} s: {expected}"),
                    string.Create(CultureInfo.InvariantCulture, $"after {took.TotalSeconds:0.###} s: {seen}"));
                return;
            }

            await Tester.Host.DelayAsync(pause, Cancel);
            pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, TimeSpan.TicksPerMillisecond * 500));
        }
    }

    /// <summary>Looks into the database without a step of its own, for <see cref="EventuallyAsync"/>.</summary>
    public async Task<IReadOnlyList<Row>> PeekAsync(string table, JsonArray where, params string[] columns)
    {
        var request = await Ctl.StartTransactAsync(Ovs.Select(table, where, columns));
        var reply = new TransactReply(await Ctl.ReplyAsync(request), 1);
        if (!reply.IsCommitted)
        {
            Fail("the rows", reply.Text);
        }

        return reply.RowsAt(0);
    }

    /// <summary>"2 rows of Logical_Switch".</summary>
    public static string Rows(int count, string table) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? "row" : "rows")} of {table}");

    /// <summary>A value as text for people.</summary>
    public static string Shown(JsonElement? value) => value is { } v ? WireText.Short(v.GetRawText()) : "nothing";
}
