using VtepLab.Hosting;
using VtepLab.Runtime;
using VtepLab.Simulation;

namespace VtepLab.Kernel.Tests.Contract;

/// <summary>Two hosts that speak TLS.</summary>
public interface ITlsWorld
{
    /// <summary>Runs a body over a server and a client; both listen and connect on 127.0.0.1 or its like.</summary>
    void Run(TlsIdentities identities, Func<IHost, IHost, string, Task> body);
}

/// <summary>The simulation, in which trust is decided by who has signed whom; nothing is encrypted.</summary>
public sealed class VirtualTls : ITlsWorld
{
    public void Run(TlsIdentities identities, Func<IHost, IHost, string, Task> body)
    {
        var world = new SimulatedWorld(7, new SimulationOptions
        {
            Trusts = (judge, judged) => judge.CaCertificateFile == identities.Stranger.CaCertificateFile == (judged.CertificateFile == identities.Stranger.CertificateFile),
        });
        var (server, client) = (world.AddHost("server", "192.0.2.11"), world.AddHost("client", "192.0.2.12"));
        world.Run(() => body(server.Services, client.Services, "192.0.2.11"));
    }
}

/// <summary>Real TLS over loopback.</summary>
public sealed class LiveTls : ITlsWorld
{
    public void Run(TlsIdentities identities, Func<IHost, IHost, string, Task> body) =>
        LiveHost.RunAsync("live", null, host => body(host, host, "127.0.0.1")).WaitAsync(TimeSpan.FromSeconds(60)).GetAwaiter().GetResult();
}
