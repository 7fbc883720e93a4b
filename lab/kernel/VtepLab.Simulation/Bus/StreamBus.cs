using VtepLab.Runtime;

namespace VtepLab.Simulation;

/// <summary>The simulated broker on hosts of any world: a lab that runs live and needs no RabbitMQ has its bus over loopback streams.</summary>
public static class StreamBus
{
    /// <summary>Runs a broker until its host stops.</summary>
    /// <param name="host">The broker's host.</param>
    /// <param name="listen">Where it listens.</param>
    /// <param name="listening">Told where it really listens, as soon as it does.</param>
    public static Task RunBrokerAsync(IHost host, Endpoint listen, Action<Endpoint> listening) =>
        BusBroker.RunAsync(host, new BusFaults(0), listen, listening);

    /// <summary>Attaches a host to a broker.</summary>
    public static IMessageBus Attach(IHost host, Endpoint broker) => new BusClient(host, broker);
}
