using VtepLab.Simulation;

namespace VtepLab.Benchmarks.Kernel;

/// <summary>M/M/1 at a load of 0.9: two events pending at most, an arrival and a departure.</summary>
internal static class SingleServerQueue
{
    private const int Events = 8_000_000;

    public static (double Rate, double Bytes) Run(EventQueue queue)
    {
        var kernel = new VtepLab.Simulation.Kernel(int.MaxValue, queue);
        var server = new Server(kernel, HoldModel.Exponential(1_000_000), HoldModel.Exponential(900_000));
        server.Begin();
        server.Left = 100_000;
        kernel.Run(long.MaxValue - 1, () => server.Left <= 0);
        server.Left = Events;
        var meter = Meter.Start();
        kernel.Run(long.MaxValue - 1, () => server.Left <= 0);
        var (seconds, bytes) = (meter.Seconds, meter.Bytes);
        return (Events / seconds, (double)bytes / Events);
    }

    private sealed class Server(VtepLab.Simulation.Kernel kernel, long[] arrivals, long[] services)
    {
        private readonly int _mask = arrivals.Length - 1;
        private Arrival? _arrival;
        private Departure? _departure;
        private int _arrived;
        private int _served;
        private int _waiting;

        public int Left { get; set; }

        public void Begin()
        {
            (_arrival, _departure) = (new Arrival(this), new Departure(this));
            kernel.Schedule(1, kernel.World, _arrival, null);
        }

        private void Arrive()
        {
            Left--;
            kernel.Schedule(kernel.Now + arrivals[_arrived++ & _mask], kernel.World, _arrival!, null);
            if (_waiting++ == 0)
            {
                kernel.Schedule(kernel.Now + services[_served++ & _mask], kernel.World, _departure!, null);
            }
        }

        private void Depart()
        {
            Left--;
            if (--_waiting > 0)
            {
                kernel.Schedule(kernel.Now + services[_served++ & _mask], kernel.World, _departure!, null);
            }
        }

        private sealed class Arrival(Server server) : EventTarget
        {
            public override void Fire(object? state) => server.Arrive();
        }

        private sealed class Departure(Server server) : EventTarget
        {
            public override void Fire(object? state) => server.Depart();
        }
    }
}
