using VtepLab.Emulators.HardwareVtep;
using VtepLab.Ovsdb;
using VtepLab.Simulation;

namespace VtepLab.Emulators.Tests;

/// <summary>A switch on a simulated host that goes down and comes back.</summary>
public class EmulatorRestartTests
{
    [TestCase(CrashKind.Process)]
    [TestCase(CrashKind.Power)]
    public void A_restart_keeps_configuration_and_UUIDs_and_forwards_by_them_at_once(CrashKind kind)
    {
        var life = new TwoLives("", kind);

        Assert.That(life.After.Inventory, Is.EqualTo(life.Before.Inventory));
        Assert.That(life.After.Bindings, Is.EqualTo("eth1/10"));
        Assert.That(life.After.Faults, Is.EqualTo("[]"));
    }

    [Test]
    public void An_upgrade_of_the_schema_converts_the_database()
    {
        var life = new TwoLives("", versionBefore: new Version(1, 3, 0));

        Assert.That((life.Before.Version, life.After.Version), Is.EqualTo(("1.3.0", "1.7.0")));
        Assert.That(life.After.Inventory, Is.EqualTo(life.Before.Inventory));
        Assert.That(life.After.Bindings, Is.EqualTo("eth1/10"));
    }

    [TestCase("renews-uuids-at-restart")]
    [TestCase("renames-at-restart")]
    public void A_quirk_changes_the_identity_at_restart(string quirk)
    {
        var life = new TwoLives(quirk);

        Assert.That(life.After.Inventory, Is.Not.EqualTo(life.Before.Inventory));
    }

    [Test]
    public void A_quirk_forgets_the_configuration_at_restart() =>
        Assert.That(new TwoLives("forgets-at-restart").After.Bindings, Is.Empty);

    [Test]
    public void A_quirk_brings_old_faults_back_after_a_restart() =>
        Assert.That(new TwoLives("faults-survive-restart").After.Faults, Is.EqualTo("unspecified_fault"));

    /// <summary>
    /// A switch to which a controller writes; it goes down when the cause of a fault is gone and the fault still stands.
    /// </summary>
    private sealed class TwoLives
    {
        private readonly SimulatedWorld _world = new(1);
        private HardwareVtepEmulator? _emulator;

        public TwoLives(string quirks, CrashKind kind = CrashKind.Process, Version? versionBefore = null)
        {
            var version = versionBefore;
            var host = _world.AddHost("leaf1", "192.0.2.1");
            host.Start(async services => _emulator = await HardwareVtepEmulator.StartAsync(services, new HardwareVtepOptions
            {
                StoreName = "vtep.db", Quirks = SwitchQuirks.Parse(quirks), SchemaVersion = version,
            }));
            _world.RunUntil(() => _emulator is not null, TimeSpan.FromSeconds(1));
            Before = Facts.Of(_emulator!);

            Write(host, WantBinding);
            _world.RunFor(TimeSpan.FromSeconds(1));
            var isStable = false;
            Write(host, database =>
            {
                Repair(database);
                if (database.Log is { } log)
                {
                    log.WhenStable(() => isStable = true);
                }
                else
                {
                    isStable = true; // The quirk that keeps nothing.
                }
            });
            _world.RunUntil(() => isStable, TimeSpan.FromMilliseconds(9)); // The switch would need 10 to react.

            _emulator = null;
            version = null;
            host.Restart(kind);
            _world.RunUntil(() => _emulator is not null, TimeSpan.FromSeconds(1));
            After = Facts.Of(_emulator!);
        }

        public Facts Before { get; }

        public Facts After { get; }

        private void Write(SimulatedHost host, Action<Database> change) => host.Services.Spawn("controller", _ =>
        {
            change(_emulator!.Database);
            return Task.CompletedTask;
        });

        private static void WantBinding(Database database)
        {
            using var transaction = database.Begin();
            var blue = transaction.Insert("Logical_Switch", ("name", "blue"), ("tunnel_key", 5000));
            var port = database.Table("Physical_Port").All.First(r => r["name"].String == "eth1");
            transaction.Set(port, "vlan_bindings", Datum.Map([new KeyValuePair<Atom, Atom>(10, blue.Uuid)]));
            transaction.Insert("Logical_Switch", ("name", "broken"), ("tunnel_key", 1L << 40));
            transaction.Commit();
        }

        private static void Repair(Database database)
        {
            using var transaction = database.Begin();
            transaction.Delete(database.Table("Logical_Switch").All.First(r => r["name"].String == "broken"));
            transaction.Commit();
        }
    }

    private sealed record Facts(string Inventory, string Bindings, string Faults, string Version)
    {
        public static Facts Of(HardwareVtepEmulator emulator)
        {
            var database = emulator.Database;
            var rows = database.Table("Physical_Switch").All.Concat(database.Table("Physical_Port").All);
            return new Facts(
                string.Join(' ', rows.Select(r => $"{r["name"]}={r.Uuid}").Order(StringComparer.Ordinal)),
                string.Join(' ', emulator.Hardware.Bindings.Keys.Select(b => $"{b.Port}/{b.Vlan}")),
                database.Table("Physical_Switch").All.Single()["switch_fault_status"].ToString(),
                database.Schema.Version);
        }
    }
}
