using System.Net;
using System.Net.Sockets;
using System.Text;

namespace VtepLab.Contrast.Tests.OvsdbTools;

/// <summary>A client that writes what a test says and reads only when it is told to.</summary>
internal sealed class RawClient : IDisposable
{
    private const string Probe = """{"id":"echo","method":"echo","params":[]}""";

    private readonly TcpClient _tcp = new();
    private Stream _stream = Stream.Null;

    private RawClient()
    {
    }

    /// <summary>Connects to <c>tcp:127.0.0.1:PORT</c>. A server that turns the client away at once may do so before the connection is made on this side: then every echo fails.</summary>
    public static async Task<RawClient> ConnectAsync(string endpoint, int receiveBuffer = 1 << 16)
    {
        var client = new RawClient();
        client._tcp.ReceiveBufferSize = receiveBuffer;
        try
        {
            await client._tcp.ConnectAsync(IPEndPoint.Parse(endpoint["tcp:".Length..]));
            client._stream = client._tcp.GetStream();
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionReset)
        {
            // Nothing can be read from Stream.Null, which is how an ended connection reads.
        }

        return client;
    }

    /// <summary>Writes a text.</summary>
    /// <returns>False when the server has ended the connection.</returns>
    public async Task<bool> SayAsync(string text)
    {
        try
        {
            await _stream.WriteAsync(Encoding.UTF8.GetBytes(text));
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Sends an echo and reads its answer.</summary>
    /// <returns>False when the server has ended the connection.</returns>
    public async Task<bool> EchoAsync()
    {
        var text = "";
        var buffer = new byte[4096];
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        if (!await SayAsync("""{"id":1,"method":"echo","params":["alive"]}"""))
        {
            return false;
        }

        while (!text.EndsWith("""{"id":1,"result":["alive"],"error":null}""", StringComparison.Ordinal))
        {
            try
            {
                var got = await _stream.ReadAsync(buffer, limit.Token);
                if (got == 0)
                {
                    return false;
                }

                text = (text + Encoding.UTF8.GetString(buffer, 0, got)).Replace(Probe, "", StringComparison.Ordinal);
            }
            catch (IOException)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Reads until the server ends the connection.</summary>
    /// <returns>How many bytes came.</returns>
    public async Task<long> DrainAsync()
    {
        var (all, buffer) = (0L, new byte[65536]);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        try
        {
            while (await _stream.ReadAsync(buffer, limit.Token) is > 0 and var got)
            {
                all += got;
            }
        }
        catch (IOException)
        {
            // It was reset, which is an end too.
        }

        return all;
    }

    public void Dispose() => _tcp.Dispose();
}
