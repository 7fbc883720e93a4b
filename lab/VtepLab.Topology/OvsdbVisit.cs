using VtepLab.HardwareVtep;
using VtepLab.Ovsdb;
using VtepLab.Runtime;

namespace VtepLab.Topology;

/// <summary>One short connection to a switch's database.</summary>
public static class OvsdbVisit
{
    /// <summary>Connects, does something and closes.</summary>
    /// <param name="host">The machine that visits.</param>
    /// <param name="endpoint">Where the database is.</param>
    /// <param name="tls">Who we are to it, if it wants to know.</param>
    /// <param name="name">The switch's name, for messages.</param>
    /// <param name="work">What is done there.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="IOException">It could not be reached.</exception>
    /// <exception cref="OvsdbException">It refused, or broke the connection.</exception>
    public static Task<T> RunAsync<T>(
        IHost host, Endpoint endpoint, TlsIdentity? tls, string name, Func<OvsdbClient, DatabaseSchema, Task<T>> work, CancellationToken cancel) =>
        RunAsync(host, endpoint, tls, name, VtepSchema.DatabaseName, work, cancel);

    /// <summary>The same for a database of another schema.</summary>
    public static async Task<T> RunAsync<T>(
        IHost host, Endpoint endpoint, TlsIdentity? tls, string name, string database, Func<OvsdbClient, DatabaseSchema, Task<T>> work, CancellationToken cancel)
    {
        await using var stream = await host.Network.ConnectAsync(endpoint, tls, cancel);
        var connection = new OvsdbConnection(stream, host.Time, new OvsdbConnectionOptions { Peer = name });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var run = connection.RunAsync(stop.Token);
        try
        {
            var client = new OvsdbClient(connection);
            return await work(client, await client.GetSchemaAsync(database, cancel));
        }
        finally
        {
            stop.Cancel();
            await Task.WhenAny(run); // Ends by an exception, always.
        }
    }
}
