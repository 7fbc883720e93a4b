using VtepLab.Ovsdb;
using VtepLab.Simulation;

namespace VtepLab.OvsdbPeers.Tests;

/// <summary>A replica through resets, partitions, pauses and slow links, one seed a run.</summary>
public class ReplicaUnderFaultsTests
{
    private const int Steps = 150;

    [Test]
    public void No_change_is_lost_or_invented_whatever_the_network_does([Range(1, 40)] int seed)
    {
        var stage = new LeafStage(seed: (ulong)seed);
        var session = stage.Connect();
        var told = new Dictionary<(string Table, Uuid Uuid), ReplicaRow>();
        session.Replica.Changed += change => Follow(told, change);
        stage.World.RunUntil(() => session.IsActive, TimeSpan.FromSeconds(1));
        var chance = stage.World.Random("test");
        var faults = 0;
        for (var step = 0; step < Steps; step++)
        {
            stage.Commit(transaction => Change(transaction, stage.Database, chance, step));
            stage.World.RunFor(TimeSpan.FromMilliseconds(chance.NextUInt64() % 300));
            if (chance.NextUInt64() % 10 == 0)
            {
                faults++;
                Disturb(stage, chance);
            }
        }

        stage.World.RunUntil(() => session.IsActive && Show(session.Replica).SequenceEqual(Show(stage.Database)), TimeSpan.FromSeconds(60));

        Assert.That(faults, Is.Positive);
        Assert.That(told.Values.Select(row => row.ToString()), Is.EquivalentTo(session.Replica.Tables.SelectMany(table => table.Rows).Select(row => row.ToString())));
    }

    /// <summary>Each change must start from exactly what was told before it.</summary>
    private static void Follow(Dictionary<(string Table, Uuid Uuid), ReplicaRow> told, ReplicaChange change)
    {
        Assert.That(change.Rows, Is.Not.Empty);
        foreach (var row in change.Rows)
        {
            Assert.That(told.GetValueOrDefault((row.Table, row.Uuid))?.ToString(), Is.EqualTo(row.Old?.ToString()));
            Assert.That(row.New?.ToString(), Is.Not.EqualTo(row.Old?.ToString()), "a change that changes nothing");
            if (row.New is null)
            {
                told.Remove((row.Table, row.Uuid));
            }
            else
            {
                told[(row.Table, row.Uuid)] = row.New;
            }
        }
    }

    private static void Change(Transaction transaction, Database database, RandomStream chance, int step)
    {
        var switches = database.Table("Logical_Switch").All.ToArray();
        var macs = database.Table("Ucast_Macs_Remote").All.ToArray();
        switch (chance.NextUInt64() % 5)
        {
            case 0 when macs.Length > 0:
                transaction.Delete(Any(macs)); // Its locator may go with it.
                break;
            case 1 when switches.Length > 0:
                transaction.Set(Any(switches), "tunnel_key", chance.NextUInt64() % 3 == 0 ? Datum.Empty : (long)(chance.NextUInt64() % 5000));
                break;
            case 2 when switches.Length > 0:
                transaction.Set(Any(switches), "other_config", Datum.Map([KeyValuePair.Create($"k{chance.NextUInt64() % 3}", $"{step}")]));
                break;
            case 3 when switches.Length > 0:
                var ip = $"198.51.100.{chance.NextUInt64() % 5}";
                var locator = database.Table("Physical_Locator").All.FirstOrDefault(row => row["dst_ip"].String == ip)
                    ?? transaction.Insert("Physical_Locator", ("encapsulation_type", "vxlan_over_ipv4"), ("dst_ip", ip));
                transaction.Insert(
                    "Ucast_Macs_Remote", ("MAC", $"02:1a:00:00:00:{step:x2}"), ("logical_switch", Any(switches).Uuid), ("locator", locator.Uuid));
                break;
            default:
                transaction.Insert("Logical_Switch", ("name", $"ls{step}"));
                break;
        }

        Row Any(Row[] rows) => rows[(int)(chance.NextUInt64() % (ulong)rows.Length)];
    }

    private static void Disturb(LeafStage stage, RandomStream chance)
    {
        var time = TimeSpan.FromMilliseconds(chance.NextUInt64() % 15_000);
        switch (chance.NextUInt64() % 5)
        {
            case 0:
                stage.World.Network.ResetStreams(stage.Leaf, stage.Controller);
                break;
            case 1:
                var cut = stage.World.Network.Partition([stage.Leaf], [stage.Controller]);
                stage.World.At(time, cut.Dispose);
                break;
            case 2:
                var oneWay = stage.World.Network.PartitionOneWay(stage.Leaf, stage.Controller);
                stage.World.At(time, oneWay.Dispose);
                break;
            case 3:
                var loss = stage.World.Network.Lose(stage.Leaf, stage.Controller, 0.3);
                stage.World.At(time, loss.Dispose);
                break;
            default:
                stage.Controller.Pause();
                stage.World.At(time, stage.Controller.Resume);
                break;
        }
    }

    private static IEnumerable<string> Show(Replica replica) =>
        from table in replica.Tables
        from row in table.Rows
        select $"{table.Name} {row.Uuid} {string.Join(' ', table.Columns.Select(column => row[column.Name]))}";

    private static IEnumerable<string> Show(Database database) =>
        from table in database.Tables
        from row in table.All.OrderBy(row => row.Uuid)
        select $"{table.Schema.Name} {row.Uuid} {string.Join(' ', table.Schema.Columns.Where(c => !c.IsBuiltIn).Select(c => row[c]))}";
}
