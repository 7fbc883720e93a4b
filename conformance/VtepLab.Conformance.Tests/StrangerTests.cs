using System.Net;
using System.Net.Sockets;
using VtepLab.Conformance.Input;
using VtepLab.Conformance.Running;

namespace VtepLab.Conformance.Tests;

/// <summary>What answers at the address is something else.</summary>
public class StrangerTests
{
    [TestCase("HTTP/1.1 400 Bad Request\r\n\r\n", "it answers 'HTTP/1.1 400 Bad Request'")]
    [TestCase("SSH-2.0-OpenSSH_9.2p1\r\n", "it answers 'SSH-2.0-OpenSSH_9.2p1'")]
    [TestCase("", "the device closed the connection")]
    [TestCase("{\"jsonrpc\":\"2.0\",\"error\":{},\"id\":null}", "it answers {\"jsonrpc\"")]
    public async Task A_port_that_speaks_something_else_is_told_by_its_answer(string greeting, string told)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = ServeAsync(listener, greeting);

        var refusal = await Assert.ThrowsAsync<CertificationException>(() => Certify.LiveAsync(
            $"tcp:127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}",
            o => o with { Device = new DeviceDescription { Timing = new Timing { Reply = TimeSpan.FromMilliseconds(300) } } }));
        await serving;

        Assert.That(refusal!.ExitCode, Is.EqualTo(4));
        Assert.That(refusal.Message, Does.Contain("does not speak OVSDB").And.Contain(told));
    }

    private static async Task ServeAsync(TcpListener listener, string greeting)
    {
        using var client = await listener.AcceptTcpClientAsync();
        var stream = client.GetStream();
        await stream.ReadExactlyAsync(new byte[1]);
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(greeting));
        client.Client.Shutdown(greeting.Length == 0 ? SocketShutdown.Both : SocketShutdown.Receive);
        if (greeting.StartsWith('{'))
        {
            await stream.FlushAsync();
            await Task.Delay(500);
        }
    }
}
