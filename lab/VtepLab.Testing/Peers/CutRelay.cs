using System.Net;
using System.Net.Sockets;
using System.Text;

namespace VtepLab.Testing.Peers;

/// <summary>A TCP relay on loopback to a real server that can be cut as a cable is (nothing passes any more, and nobody is told), and can change what passes.</summary>
public sealed class CutRelay : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly int _target;
    private readonly Func<string, string>? _edit;
    private CancellationTokenSource _cable = new();

    /// <summary>Begins to relay.</summary>
    /// <param name="target">The server's port of 127.0.0.1.</param>
    /// <param name="edit">Changes what clients send, a piece at a time; a short message is one piece.</param>
    public CutRelay(int target, Func<string, string>? edit = null)
    {
        (_target, _edit) = (target, edit);
        _listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>Where to find the relay.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Connections that were taken.</summary>
    public int Connections { get; private set; }

    /// <summary>From now on nothing passes; connections stay open, and new ones are taken and hear nothing.</summary>
    public void Cut() => _cable.Cancel();

    /// <summary>New connections work again; those from before stay dead, as after a firewall has forgotten them.</summary>
    public void Mend() => _cable = new CancellationTokenSource();

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Cancel();
        _cable.Cancel();
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                Connections++;
                _ = RelayAsync(client, _cable.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task RelayAsync(TcpClient client, CancellationToken cable)
    {
        using var near = client;
        using var far = new TcpClient();
        try
        {
            if (!cable.IsCancellationRequested)
            {
                await far.ConnectAsync(IPAddress.Loopback, _target, _stop.Token);
                await Task.WhenAny(CopyAsync(near, far, _edit, cable), CopyAsync(far, near, null, cable));
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // One of the two has gone.
        }

        // What is cut says nothing: both ends stay open until the test is over.
        if (cable.IsCancellationRequested)
        {
            await Task.WhenAny(Task.Delay(Timeout.Infinite, _stop.Token));
        }
    }

    private static async Task CopyAsync(TcpClient from, TcpClient to, Func<string, string>? edit, CancellationToken cable)
    {
        var buffer = new byte[65536];
        while (await from.GetStream().ReadAsync(buffer, cable) is > 0 and var got)
        {
            cable.ThrowIfCancellationRequested();
            var piece = edit is null ? buffer.AsMemory(0, got) : Encoding.UTF8.GetBytes(edit(Encoding.UTF8.GetString(buffer, 0, got)));
            await to.GetStream().WriteAsync(piece, CancellationToken.None);
        }
    }
}
