using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using VtepLab.Ovsdb;

namespace VtepLab.Contrast.Tests.OvsdbTools;

/// <summary>Truncated, deeply nested, non-UTF-8, duplicate-key and random bytes over real sockets, while another client is served as if nothing were.</summary>
/// <remarks><c>VTEPLAB_SOCKET_FUZZ_INPUTS</c> (2,000 by default) says how many inputs are tried, each on a connection of its own.</remarks>
public class SocketFuzzTests
{
    private static readonly string[] Corpus =
    [
        """{"id":1,"method":"transact","params":["hardware_vtep",{"op":"insert","table":"Logical_Switch","row":{"name":"blue","tunnel_key":5}},{"op":"abort"}]}""",
        """{"id":2,"method":"monitor_cond_since","params":["hardware_vtep",["m",1],{"Global":[{"where":[true]}]},"00000000-0000-0000-0000-000000000000"]}""",
        """{"id":3,"method":"monitor","params":["hardware_vtep",null,{"Tunnel":{"columns":["local"]}}]}""",
        """{"id":4,"method":"get_schema","params":["hardware_vtep"]}{"id":5,"method":"lock","params":["l"]}{"id":null,"method":"cancel","params":[9]}""",
    ];

    private static readonly int Inputs = int.Parse(Environment.GetEnvironmentVariable("VTEPLAB_SOCKET_FUZZ_INPUTS") ?? "2000", CultureInfo.InvariantCulture);

    [Test]
    public async Task Whatever_comes_over_a_socket_leaves_the_server_and_its_other_clients_alone()
    {
        var random = new Random(1);
        await using var server = await OurServer.StartAsync(new OvsdbLimits(), TimeSpan.Zero); // Without a probe the bystander may be idle as long as the others take.
        var address = IPEndPoint.Parse(server.Endpoint["tcp:".Length..]);
        using var bystander = new TcpClient();
        await bystander.ConnectAsync(address);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var input = 1; input <= Inputs; input++)
        {
            using (var attacker = new TcpClient())
            {
                await attacker.ConnectAsync(address);
                try
                {
                    await attacker.GetStream().WriteAsync(Damage(random));
                }
                catch (IOException)
                {
                    // The server has ended the connection already.
                }
            }

            if (input % 50 == 0)
            {
                Assert.That(await EchoAsync(bystander), Is.EqualTo("""{"id":1,"result":["alive"],"error":null}"""), $"after input {input}");
            }
        }

        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        TestContext.Out.WriteLine($"{Inputs} inputs over sockets; {grown} bytes more in use");
        Assert.That(grown, Is.LessThan(16 << 20));
    }

    private static async Task<string> EchoAsync(TcpClient client)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await client.GetStream().WriteAsync("""{"id":1,"method":"echo","params":["alive"]}"""u8.ToArray(), limit.Token);
        var text = "";
        var buffer = new byte[4096];
        while (!text.EndsWith("null}", StringComparison.Ordinal))
        {
            var got = await client.GetStream().ReadAsync(buffer, limit.Token);
            if (got == 0)
            {
                return "closed";
            }

            text += Encoding.UTF8.GetString(buffer, 0, got);
        }

        return text;
    }

    private static byte[] Damage(Random random)
    {
        var message = Encoding.UTF8.GetBytes(Corpus[random.Next(Corpus.Length)]);
        var at = random.Next(message.Length);
        switch (random.Next(6))
        {
            case 0:
                return message[..at];
            case 1:
                return [.. message[..at], .. Encoding.UTF8.GetBytes(new string("[{"[random.Next(2)], random.Next(1, 20_000)))];
            case 2:
                return [.. message[..at], 0xC3, 0x28, 0xED, 0xA0, 0x80, .. message[at..]];
            case 3:
                return [.. message[..1], .. "\"id\":7,\"id\":8,\"method\":\"echo\","u8, .. message[1..]];
            case 4:
                message[at] = (byte)random.Next(256);
                return message;
            default:
                var noise = new byte[random.Next(1, 4096)];
                random.NextBytes(noise);
                return noise;
        }
    }
}
