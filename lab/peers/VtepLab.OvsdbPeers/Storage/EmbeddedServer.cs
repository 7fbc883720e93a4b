using System.IO.Pipelines;
using VtepLab.Ovsdb;
using VtepLab.Runtime;

namespace VtepLab.OvsdbPeers;

/// <summary>An engine in this process, reached as a server over a network is: by the protocol, over two pipes.</summary>
internal sealed class EmbeddedServer
{
    private static readonly Endpoint Here = new(EndpointScheme.Unix, "embedded", 0);

    // Continuations go through the host's context, so no call runs inside another. Nobody waits for room: both ends are one process.
    private static readonly PipeOptions Options = new(
        readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, pauseWriterThreshold: 0, resumeWriterThreshold: 0,
        useSynchronizationContext: true);

    private readonly IHost _host;
    private readonly OvsdbServer _server;

    public EmbeddedServer(IHost host, Database database)
    {
        _host = host;
        _server = new OvsdbServer(new OvsdbServerOptions { Time = host.Time, NewUuid = host.Entropy.NewUuid });
        _server.Add(database);
    }

    /// <summary>The client's end of a new connection.</summary>
    public IConnection Connect()
    {
        var (toServer, toClient) = (new Pipe(Options), new Pipe(Options));
        var far = new End(toServer.Reader, toClient.Writer);
        _host.Spawn("embedded database", async stop =>
        {
            using var connection = new ServerConnection(far, _server, _host.Time, TimeSpan.Zero, null);
            await connection.RunAsync(TimeSpan.FromSeconds(1), stop);
        });
        return new End(toClient.Reader, toServer.Writer);
    }

    private sealed class End(PipeReader input, PipeWriter output) : IConnection
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;

        public Endpoint Local => Here;

        public Endpoint Remote => Here;

        public void Abort()
        {
            input.Complete();
            output.Complete();
        }

        public ValueTask DisposeAsync()
        {
            Abort();
            return ValueTask.CompletedTask;
        }
    }
}
