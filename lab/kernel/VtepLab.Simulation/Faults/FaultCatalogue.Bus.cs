namespace VtepLab.Simulation;

// What the kinds do to the message bus.
public static partial class FaultCatalogue
{
    private static (IDisposable?, bool) Block(SimulatedWorld world, FaultCommand command) =>
        OfTheBus(world, command, bus => bus.IsBlocked = true, bus => bus.IsBlocked = false);

    private static (IDisposable?, bool) Refuse(SimulatedWorld world, FaultCommand command) =>
        OfTheBus(world, command, bus => bus.Refusal = command.Amount, bus => bus.Refusal = 0);

    private static (IDisposable?, bool) Duplicate(SimulatedWorld world, FaultCommand command) =>
        OfTheBus(world, command, bus => bus.Duplication = command.Amount, bus => bus.Duplication = 0);

    private static (IDisposable?, bool) OfTheBus(SimulatedWorld world, FaultCommand command, Action<BusFaults> does, Action<BusFaults> mends) =>
        (world.Standing.Begin(command.Kind, "bus", () => does(world.Bus), () => mends(world.Bus)), world.Bus.IsUsed);

    private static (IDisposable?, bool) CloseChannel(SimulatedWorld world, FaultCommand command) => (null, world.Bus.CloseChannel(command.Amount));

    private static (IDisposable?, bool) DeleteQueue(SimulatedWorld world, FaultCommand command) => (null, world.Bus.DeleteQueue(command.Amount));

    private static (IDisposable?, bool) Poison(SimulatedWorld world, FaultCommand command) => (null, world.Bus.Poison(command.Amount));
}
