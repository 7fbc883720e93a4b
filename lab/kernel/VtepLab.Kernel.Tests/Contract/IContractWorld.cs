using VtepLab.Runtime;

namespace VtepLab.Kernel.Tests.Contract;

/// <summary>A world that the contract tests run in: they are the same for the simulation and for the real thing.</summary>
public interface IContractWorld
{
    /// <summary>The address under which the client reaches the server host.</summary>
    string ServerAddress { get; }

    /// <summary>The same of version 6.</summary>
    string ServerAddress6 { get; }

    /// <summary>Runs a body over two hosts to its end, or fails after half a minute of the world's time.</summary>
    void Run(Func<IHost, IHost, Task> body);
}
