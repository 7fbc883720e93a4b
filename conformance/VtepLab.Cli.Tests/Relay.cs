using System.Net;
using System.Net.Sockets;

namespace VtepLab.Cli.Tests;

/// <summary>Stands between the tester and a real server, so that a test can make the device slow or silent in the middle of a run.</summary>
internal sealed class Relay : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly int port;
    private readonly TimeSpan delay;
    private int left;

    /// <summary>Begins to relay to a port of 127.0.0.1.</summary>
    /// <param name="port">The server's.</param>
    /// <param name="pieces">How many pieces of the device's answers pass before it falls silent and takes no more connections.</param>
    /// <param name="delay">How long every answer is held back.</param>
    public Relay(int port, int pieces = int.MaxValue, TimeSpan delay = default)
    {
        (this.port, left, this.delay) = (port, pieces, delay);
        listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>Where to find the relay: <c>tcp:127.0.0.1:PORT</c>.</summary>
    public string Endpoint => $"tcp:{listener.LocalEndpoint}";

    public void Dispose()
    {
        stop.Cancel();
        listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (left > 0)
            {
                _ = RelayAsync(await listener.AcceptTcpClientAsync(stop.Token));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task RelayAsync(TcpClient client)
    {
        using (client)
        {
            using var server = new TcpClient();
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, port, stop.Token);
                await Task.WhenAny(
                    client.GetStream().CopyToAsync(server.GetStream(), stop.Token),
                    AnswerAsync(server.GetStream(), client.GetStream()));
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or SocketException)
            {
                // One end has gone; so does the other.
            }
        }
    }

    private async Task AnswerAsync(NetworkStream from, NetworkStream to)
    {
        var buffer = new byte[65536];
        while (await from.ReadAsync(buffer, stop.Token) is > 0 and var count)
        {
            if (Interlocked.Decrement(ref left) < 0)
            {
                listener.Stop();
                await Task.Delay(Timeout.Infinite, stop.Token);
            }

            await Task.Delay(delay, stop.Token);
            await to.WriteAsync(buffer.AsMemory(0, count), stop.Token);
        }
    }
}
