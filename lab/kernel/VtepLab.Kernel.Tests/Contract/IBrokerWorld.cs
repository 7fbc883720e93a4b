using VtepLab.Runtime;

namespace VtepLab.Kernel.Tests.Contract;

/// <summary>Two hosts and a broker that goes wrong on demand.</summary>
public interface IBrokerWorld
{
    /// <summary>What the hosts have logged as warnings.</summary>
    IReadOnlyList<string> Warnings { get; }

    /// <summary>Runs a body over two hosts to its end.</summary>
    /// <param name="body">The server's and the client's part.</param>
    /// <param name="isImpatient">True: the broker closes the channel of who does not acknowledge in a second; in the simulation, when it is told to.</param>
    /// <param name="largest">Bytes of the largest message that the broker takes; 0 for as many as it takes of itself.</param>
    void Run(Func<IHost, IHost, Task> body, bool isImpatient = false, int largest = 0);

    /// <summary>The broker is out of memory, or no longer.</summary>
    Task BlockAsync(bool isBlocked);

    /// <summary>The broker refuses what is published for a topic, or no longer.</summary>
    Task RefuseAsync(bool isRefused, string topic);

    /// <summary>Has the channel closed of a server that does not acknowledge what it has taken.</summary>
    Task CloseStuckChannelAsync();

    /// <summary>Deletes the shared queue of a topic.</summary>
    Task DeleteQueueAsync(string topic);

    /// <summary>Puts any body into the shared queue of a topic.</summary>
    Task PoisonAsync(string topic, string body);
}
