using VtepLab.HardwareVtep;
using VtepLab.Ovsdb;
using VtepLab.Runtime;
using VtepLab.Simulation;

namespace VtepLab.OvsdbPeers.Tests;

/// <summary>A simulated world with a switch's server on host <c>leaf1</c> and a controller on host <c>controller</c>.</summary>
internal sealed class LeafStage
{
    public LeafStage(OvsdbServerServiceOptions? options = null, SimulationOptions? world = null, ulong seed = 7)
    {
        World = new SimulatedWorld(seed, world);
        Leaf = World.AddHost("leaf1", "192.0.2.11");
        Controller = World.AddHost("controller", "192.0.2.1");
        Options = options ?? new OvsdbServerServiceOptions { Remotes = [Endpoint.Parse("ptcp:6640")] };
        Leaf.Start(ServeAsync);
    }

    public SimulatedWorld World { get; }

    public SimulatedHost Leaf { get; }

    public SimulatedHost Controller { get; }

    public OvsdbServerServiceOptions Options { get; }

    /// <summary>The switch's database; a new, empty one after each restart unless <see cref="Seeding"/> fills it.</summary>
    public Database Database { get; private set; } = null!;

    public OvsdbServerService Service { get; private set; } = null!;

    /// <summary>Fills the database before it is served.</summary>
    public Action<Database>? Seeding { get; set; }

    /// <summary>A session of the controller with the switch, started.</summary>
    public OvsdbClientSession Connect(string remote = "tcp:leaf1:6640", Func<OvsdbClientSessionOptions, OvsdbClientSessionOptions>? with = null)
    {
        var options = new OvsdbClientSessionOptions { Remotes = [Endpoint.Parse(remote)], Database = "hardware_vtep", Name = "leaf1" };
        OvsdbClientSession session = null!;
        Controller.Start(host =>
        {
            session = new OvsdbClientSession(host, with?.Invoke(options) ?? options);
            session.Start();
            return Task.CompletedTask;
        });
        World.RunUntil(() => session is not null, TimeSpan.FromSeconds(1));
        return session;
    }

    /// <summary>Commits a change made on the switch itself.</summary>
    public void Commit(Action<Transaction> change)
    {
        using var transaction = Database.Begin();
        change(transaction);
        Assert.That(transaction.Commit(), Is.Null);
    }

    /// <summary>Inserts a manager row and names it in the Global row.</summary>
    public Row AddManager(string target, params (string Column, Datum Value)[] more)
    {
        Row manager = null!;
        Commit(transaction =>
        {
            var global = Database.Table("Global").All.FirstOrDefault() ?? transaction.Insert("Global");
            manager = transaction.Insert("Manager", [("target", target), .. more]);
            transaction.Set(global, "managers", Datum.Set([.. global["managers"].Keys, manager.Uuid]));
        });
        return manager;
    }

    private async Task ServeAsync(IHost host)
    {
        var server = new OvsdbServer(new OvsdbServerOptions { Time = host.Time, NewUuid = host.Entropy.NewUuid });
        Database = new Database(VtepSchema.Load(), host.Entropy.NewUuid);
        Seeding?.Invoke(Database);
        server.Add(Database);
        Service = new OvsdbServerService(host, server, Options);
        await Service.StartAsync();
    }
}
