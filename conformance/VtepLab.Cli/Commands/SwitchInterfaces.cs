using VtepLab.Hosting;
using VtepLab.Packets;
using VtepLab.Runtime;

namespace VtepLab.Cli.Commands;

/// <summary>Which interfaces of this machine an emulated switch forwards between: <c>--ports p1=veth0,p2=NETNS/veth1 --uplink veth9</c>.</summary>
internal sealed class SwitchInterfaces
{
    private const string Uplink = "uplink";

    private readonly Dictionary<string, LiveInterface> _devices = new(StringComparer.Ordinal);

    /// <summary>Reads the words of <c>--ports</c>, one for each switch, and <c>--uplink</c>.</summary>
    /// <exception cref="CommandException">A word is malformed.</exception>
    public SwitchInterfaces(IEnumerable<string> ports, string? uplink)
    {
        Ports = [.. ports.Select(p => (IReadOnlyList<string>)[.. p.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Read)])];
        if (uplink is not null)
        {
            if (!_devices.TryAdd(Uplink, DeviceOf("--uplink", uplink)))
            {
                throw new CommandException(ExitCode.Usage, $"--ports: a port cannot be called {Uplink} beside --uplink");
            }

            UnderlayPort = Uplink;
        }
    }

    /// <summary>The names of the access ports, those with an interface and those without, for each <c>--ports</c>.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Ports { get; }

    /// <summary>The frame port into the underlay; null without <c>--uplink</c>.</summary>
    public string? UnderlayPort { get; }

    /// <summary>True for a switch that carries no frames.</summary>
    public bool IsEmpty => _devices.Count == 0;

    /// <summary>The underlay MAC of a switch: 02:1a: and its first tunnel address, so that several on one underlay differ.</summary>
    public static string MacOf(IReadOnlyList<string> tunnelIps, string otherwise)
    {
        if (tunnelIps is not [var first, ..] || !IpAddress.TryParse(first, out var address))
        {
            return otherwise;
        }

        Span<byte> bytes = stackalloc byte[18];
        address.Write(bytes[2..]);
        var tail = address.IsV6 ? bytes[14..18] : bytes[2..6];
        return new MacAddress([0x02, 0x1A, .. tail]).ToString();
    }

    /// <summary>Opens the interfaces.</summary>
    /// <exception cref="CommandException">There is no such interface, or no right to capture.</exception>
    public IReadOnlyDictionary<string, IFramePort> Open(IHost host)
    {
        try
        {
            return _devices.ToDictionary(d => d.Key, d => (IFramePort)LiveFramePort.Open(host, d.Key, d.Value), StringComparer.Ordinal);
        }
        catch (IOException e)
        {
            throw new CommandException(ExitCode.Usage, e.Message, e);
        }
    }

    private string Read(string word)
    {
        var at = word.IndexOf('=', StringComparison.Ordinal);
        if (at >= 0 && !_devices.TryAdd(word[..at], DeviceOf("--ports", word[(at + 1)..])))
        {
            throw new CommandException(ExitCode.Usage, $"--ports names {word[..at]} twice");
        }

        return at < 0 ? word : word[..at];
    }

    private static LiveInterface DeviceOf(string option, string word) => word.Split('/') switch
    {
        [{ Length: > 0 } device] => new LiveInterface(device),
        [{ Length: > 0 } space, { Length: > 0 } device] => new LiveInterface(device, space),
        _ => throw new CommandException(ExitCode.Usage, $"{option}: '{word}' is no interface; expected a device or NETNS/DEVICE"),
    };
}
