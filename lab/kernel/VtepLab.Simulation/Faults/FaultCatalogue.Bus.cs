namespace VtepLab.Simulation;

// What the kinds do to the message bus.
public static partial class FaultCatalogue
{
    private static (IDisposable?, bool) Block(SimulatedWorld world, FaultCommand command)
    {
        world.Bus.IsBlocked = true;
        return (new FaultScope(() => world.Bus.IsBlocked = false), world.Bus.IsUsed);
    }

    private static (IDisposable?, bool) Refuse(SimulatedWorld world, FaultCommand command)
    {
        world.Bus.Refusal = command.Amount;
        return (new FaultScope(() => world.Bus.Refusal = 0), world.Bus.IsUsed);
    }

    private static (IDisposable?, bool) Duplicate(SimulatedWorld world, FaultCommand command)
    {
        world.Bus.Duplication = command.Amount;
        return (new FaultScope(() => world.Bus.Duplication = 0), world.Bus.IsUsed);
    }

    private static (IDisposable?, bool) CloseChannel(SimulatedWorld world, FaultCommand command) => (null, world.Bus.CloseChannel(command.Amount));

    private static (IDisposable?, bool) DeleteQueue(SimulatedWorld world, FaultCommand command) => (null, world.Bus.DeleteQueue(command.Amount));

    private static (IDisposable?, bool) Poison(SimulatedWorld world, FaultCommand command) => (null, world.Bus.Poison(command.Amount));
}
