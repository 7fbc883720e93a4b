using Microsoft.Extensions.Logging;
using VtepLab.Emulators.HardwareVtep;
using VtepLab.Ovsdb;
using VtepLab.Runtime;
using VtepLab.Simulation;

namespace VtepLab.Topology;

/// <summary>The emulated switch as a program of a machine, and as the embedded device of a run in virtual time.</summary>
public static class EmulatedSwitch
{
    /// <summary>Runs a switch until its host stops.</summary>
    /// <param name="host">The machine; keeps the switch's database over restarts.</param>
    /// <param name="options">What the switch is; it listens where they say.</param>
    /// <param name="failed">Told when its disk takes no more, so that whoever supervises the machine can start it again. Null: it waits for room, or does not start and says why.</param>
    /// <param name="started">Told of the switch when it runs; null if nobody watches it from inside.</param>
    public static async Task RunAsync(IHost host, HardwareVtepOptions options, Action? failed = null, Action<HardwareVtepEmulator>? started = null)
    {
        HardwareVtepEmulator emulator;
        try
        {
            emulator = await HardwareVtepEmulator.StartAsync(host, options);
        }
        catch (Exception refused) when (failed is not null && refused is OvsdbErrorException or IOException)
        {
            host.Logs.CreateLogger(nameof(EmulatedSwitch)).LogWarning("{Name} does not start: {Problem}", options.Name, refused.Message);
            failed();
            return;
        }

        await using var running = emulator;
        emulator.Failed = failed;
        started?.Invoke(emulator);
        await host.DelayAsync(Timeout.InfiniteTimeSpan, host.Stopping);
    }

    /// <summary>Runs something against one emulated switch in virtual time, to its end, on the calling thread.</summary>
    /// <typeparam name="T">What comes out.</typeparam>
    /// <param name="seed">Decides everything that chance decides.</param>
    /// <param name="options">What the switch is; where it listens is decided here.</param>
    /// <param name="body">Runs on a machine of its own and is told where the switch's database is.</param>
    /// <param name="simulation">What the world is like; null for the defaults.</param>
    /// <exception cref="SimulationException">The switch crashed, or nothing is left that could happen.</exception>
    public static T Run<T>(ulong seed, HardwareVtepOptions options, Func<IHost, Endpoint, Task<T>> body, SimulationOptions? simulation = null) =>
        SimulatedLab.Run(
            seed,
            async lab =>
            {
                var listen = new Endpoint(EndpointScheme.PassiveTcp, "", Endpoint.DefaultPort);
                lab.Start(options.Name, host => RunAsync(host, options with { Listen = [listen] }));
                return await body(lab.Driver, new Endpoint(EndpointScheme.Tcp, options.Name, Endpoint.DefaultPort));
            },
            simulation);
}
