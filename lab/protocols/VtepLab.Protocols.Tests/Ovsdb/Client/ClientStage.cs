using System.IO.Pipelines;
using System.Text;
using VtepLab.Ovsdb;

namespace VtepLab.Protocols.Tests.Ovsdb.Client;

/// <summary>A client's connection whose other end is played by the test, message by message, on the test's thread.</summary>
internal sealed class ClientStage : IDisposable
{
    private static readonly PipeOptions Inline = new(
        readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, useSynchronizationContext: false, pauseWriterThreshold: 1 << 20, resumeWriterThreshold: 1 << 19);

    private readonly Pipe _toClient = new(Inline);
    private readonly Pipe _toServer = new(Inline);
    private readonly JsonStreamReader _reader = new();
    private readonly CancellationTokenSource _stop = new();

    public ClientStage(OvsdbConnectionOptions? options = null)
    {
        Connection = new OvsdbConnection(
            new Duplex(_toClient.Reader, _toServer.Writer), Time, (options ?? new OvsdbConnectionOptions()) with { Peer = "leaf1" });
        Client = new OvsdbClient(Connection);
        Run = Connection.RunAsync(_stop.Token);
    }

    public ManualTime Time { get; } = new();

    public OvsdbConnection Connection { get; }

    public OvsdbClient Client { get; }

    /// <summary>The connection's run; faulted when it has ended.</summary>
    public Task Run { get; }

    /// <summary>The next message of the client, which must have been sent already.</summary>
    public string Next() => TryNext() ?? throw new AssertionException("the client has sent nothing");

    /// <summary>The next message of the client, or null when there is none.</summary>
    public string? TryNext()
    {
        if (!_toServer.Reader.TryRead(out var read))
        {
            return null;
        }

        var buffer = read.Buffer;
        var found = _reader.TryRead(ref buffer, out var text);
        var message = found ? Encoding.UTF8.GetString(text) : null;
        _toServer.Reader.AdvanceTo(buffer.Start, found ? buffer.Start : buffer.End);
        return message;
    }

    /// <summary>Sends bytes to the client; single quotes stand for double ones.</summary>
    public void Send(string json)
    {
        var written = _toClient.Writer.WriteAsync(Encoding.UTF8.GetBytes(json.Replace('\'', '"')));
        Assert.That(written.IsCompleted, Is.True, "the client does not read");
    }

    /// <summary>Closes the server's end.</summary>
    public void Close() => _toClient.Writer.Complete();

    /// <summary>Cancels the client's run.</summary>
    public void Stop() => _stop.Cancel();

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
