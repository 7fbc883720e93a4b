using System.Text.Json.Nodes;
using VtepLab.Conformance.Wire;

namespace VtepLab.Conformance.Harness;

/// <summary>Takes everything off the device that the suite has put there.</summary>
/// <remarks>
/// In the order in which it works on real switches: unbind and withdraw first, let the switch take back its own rows about our
/// networks, then delete the networks; rows that it does not take back are deleted with them.
/// </remarks>
/// <param name="tester">The run.</param>
public sealed class CleanUp(Tester tester)
{
    private static readonly string[] RootTables =
    [
        "Ucast_Macs_Remote", "Mcast_Macs_Remote", "Arp_Sources_Remote", "Arp_Sources_Local", "Logical_Router", "ACL", "ACL_entry",
    ];

    private static readonly string[] LocalTables = ["Ucast_Macs_Local", "Mcast_Macs_Local"];

    /// <summary>Cleans up.</summary>
    /// <param name="snapshot">What is on the device now.</param>
    /// <param name="cancel">Gives up; not the token that ended the run.</param>
    /// <returns>What is on the device afterwards; null when it does not answer.</returns>
    public async Task<Snapshot?> RunAsync(Snapshot snapshot, CancellationToken cancel)
    {
        var own = tester.Journal.OwnRows(snapshot);
        var restore = tester.Journal.Writes.Where(w => snapshot.Rows(w.Table).Any(r => r.Uuid == w.Uuid)).ToList();
        if (restore.Count == 0 && !snapshot.Tables.Any(t => t.Key is not ("Physical_Locator" or "Physical_Locator_Set") && t.Value.Keys.Any(own.Contains)))
        {
            return snapshot;
        }

        List<JsonObject> first = [.. Unbinding(snapshot, own), .. Deletions(snapshot, own, RootTables)];
        first.AddRange(((IEnumerable<ForeignWrite>)restore).Reverse().Select(
            w => Ovs.Update(w.Table, Ovs.WhereUuid(w.Uuid), new JsonObject { [w.Column] = JsonNode.Parse(w.Before.GetRawText()) })));
        if (first.Count > 0 && await tester.TransactAsync(first, cancel) is null)
        {
            return null;
        }

        tester.Journal.Undone();
        var now = await tester.SnapshotAsync(cancel);
        var start = tester.Transcript.Now;
        while (now is not null)
        {
            own = tester.Journal.OwnRows(now);
            var waitedLongEnough = tester.Transcript.Now - start >= tester.Timing.Hardware;
            if (waitedLongEnough || !LocalTables.Any(t => now.Rows(t).Any(r => own.Contains(r.Uuid))))
            {
                // Names of one character cannot carry a mark, so networks of the journal are in the set as well as marked ones.
                var last = Deletions(now, own, [.. LocalTables, "Logical_Switch", "Global"]).ToList();
                if (last.Count == 0)
                {
                    return await RemoveStraysAsync(now, cancel);
                }

                var reply = await tester.TransactAsync(last, cancel);
                now = reply is null ? null : await tester.SnapshotAsync(cancel);
                if (now is null || reply!.IsCommitted || waitedLongEnough)
                {
                    return now is null ? null : await RemoveStraysAsync(now, cancel);
                }
            }

            await tester.Host.DelayAsync(TimeSpan.FromMilliseconds(200), cancel);
            now = await tester.SnapshotAsync(cancel);
        }

        return null;
    }

    /// <summary>What of ours is still there, one sentence each.</summary>
    public IReadOnlyList<string> LeftBehind(Snapshot snapshot)
    {
        var own = tester.Journal.OwnRows(snapshot);
        var rows = from table in snapshot.Tables
                   from row in table.Value.Values
                   where own.Contains(row.Uuid)
                   select $"{Snapshot.Named(table.Key, row)} is still there";
        var writes = from write in tester.Journal.Writes
                     select $"{write.Table} {write.Uuid}: {write.Column} could not be set back to {WireText.Short(write.Before.GetRawText(), 120)}";
        return [.. rows, .. writes];
    }

    /// <summary>Waits until the switch has collected what only it can remove, such as locators of closed tunnels.</summary>
    public async Task<Snapshot?> SettleAsync(Snapshot? snapshot, CancellationToken cancel)
    {
        var start = tester.Transcript.Now;
        while (snapshot is not null && LeftBehind(snapshot).Count > 0 && tester.Transcript.Now - start < tester.Timing.Hardware)
        {
            await tester.Host.DelayAsync(TimeSpan.FromMilliseconds(200), cancel);
            snapshot = await tester.SnapshotAsync(cancel);
        }

        return snapshot;
    }

    // A database that collects nothing keeps rows which nobody names; what somebody still names stays and is reported.
    private async Task<Snapshot?> RemoveStraysAsync(Snapshot now, CancellationToken cancel)
    {
        string[] tables = ["Manager", "Physical_Switch", "Physical_Port", "Logical_Binding_Stats", "Physical_Locator_Set"];
        var strays = Deletions(now, tester.Journal.OwnRows(now), tables).ToList();
        return strays.Count == 0 || await tester.TransactAsync(strays, cancel) is null ? now : await tester.SnapshotAsync(cancel);
    }

    private static IEnumerable<JsonObject> Deletions(Snapshot snapshot, HashSet<string> own, string[] tables) =>
        from table in tables
        from row in snapshot.Rows(table)
        where own.Contains(row.Uuid)
        select Ovs.Delete(table, Ovs.WhereUuid(row.Uuid));

    private static IEnumerable<JsonObject> Unbinding(Snapshot snapshot, HashSet<string> own)
    {
        foreach (var port in snapshot.Rows("Physical_Port"))
        {
            foreach (var column in new[] { "vlan_bindings", "acl_bindings" })
            {
                var pairs = port.Map(column).Where(p => p.Value.Uuid() is { } target && own.Contains(target))
                    .Select(p => ((JsonNode)JsonNode.Parse(p.Key.GetRawText())!, (JsonNode)Ovs.Uuid(p.Value.Uuid()!))).ToArray();
                if (pairs.Length > 0)
                {
                    yield return Ovs.Mutate("Physical_Port", Ovs.WhereUuid(port.Uuid), Ovs.Mutation(column, "delete", Ovs.Map(pairs)));
                }
            }
        }

        foreach (var (table, column) in new[] { ("Physical_Switch", "tunnels"), ("Global", "managers") })
        {
            foreach (var row in snapshot.Rows(table))
            {
                var ours = row.Uuids(column).Where(own.Contains).Select(u => (JsonNode?)Ovs.Uuid(u)).ToArray();
                if (ours.Length > 0)
                {
                    yield return Ovs.Mutate(table, Ovs.WhereUuid(row.Uuid), Ovs.Mutation(column, "delete", Ovs.Set(ours)));
                }
            }
        }
    }
}
