using System.CommandLine;
using VtepLab.Emulators.HardwareVtep;
using VtepLab.HardwareVtep;
using VtepLab.Ovsdb;
using VtepLab.Packets;
using VtepLab.Runtime;

namespace VtepLab.Cli.Commands;

/// <summary><c>vteplab emulate</c>: stand-ins that others can talk to.</summary>
internal sealed class EmulateCommand
{
    private static readonly HardwareVtepOptions Usual = new();

    private readonly Option<Endpoint[]> listen = ServerRun.Listen();
    private readonly Option<string[]> name = new("--name")
    {
        Description = "the switch's name; given more than once, the database represents so many switches, each with a --tunnel-ip of its own",
        HelpName = "NAME",
        DefaultValueFactory = _ => [Usual.Name],
    };

    private readonly Option<string[]> ports = new("--ports")
    {
        Description = "its access ports, separated by commas; given once they hold for every switch, else once for each; P1=IF carries the frames of "
            + "an interface of this machine, a device or NETNS/DEVICE",
        HelpName = "P1[=IF],P2",
        DefaultValueFactory = _ => [string.Join(',', Usual.Ports)],
    };

    private readonly Option<string?> uplink = new("--uplink")
    {
        Description = "the interface that leads into the underlay, a device or NETNS/DEVICE; the tunnel address is ours there, not the kernel's", HelpName = "IF",
    };

    private readonly Option<string?> gateway = new("--gateway") { Description = "the underlay's next hop to every far end; without it they are on the link", HelpName = "IP" };

    private readonly Option<string[]> tunnelIp = new("--tunnel-ip")
    {
        Description = "the address its tunnels start from, IPv4 or IPv6; several separated by commas; given once for each switch, in the order of the names",
        HelpName = "IP",
        DefaultValueFactory = _ => [string.Join(',', Usual.TunnelIps)],
    };

    private readonly Option<string?> schema = Options.Path(
        "--schema", "FILE", "the schema it offers: a version of hardware_vtep (JSON, as ovsdb-tool takes it), with columns of the vendor's if need be; 1.7.0 when not given");

    private readonly Option<string> quirks = new("--quirks")
    {
        Description = "how it misbehaves, names separated by commas; see 'vteplab list quirks'", HelpName = "NAMES", DefaultValueFactory = _ => "",
    };

    private readonly Option<string?> db = Options.Path("--db", "FILE", "keep the switch's database in this file over restarts; in memory only when not given");
    private readonly Option<bool> verbose = ServerRun.Verbose();
    private readonly TlsOptions tls = new();

    /// <summary>The command with one subcommand a stand-in.</summary>
    public static Command Create()
    {
        var emulate = new EmulateCommand();
        var command = new Command("switch", "A switch that speaks hardware_vtep")
        {
            emulate.listen, emulate.name, emulate.ports, emulate.tunnelIp, emulate.uplink, emulate.gateway, emulate.quirks, emulate.schema, emulate.db, emulate.verbose,
        };
        emulate.tls.AddTo(command);
        command.SetAction(emulate.RunSwitchAsync);
        return new Command("emulate", "Run a stand-in that others can talk to") { command };
    }

    private async Task<int> RunSwitchAsync(ParseResult parsed, CancellationToken cancel)
    {
        var interfaces = new SwitchInterfaces(parsed.GetValue(ports)!, parsed.GetValue(uplink));
        var switches = SwitchesOf(parsed, interfaces);
        using var file = parsed.GetValue(db) is { } path ? DatabaseFileLock.Take(path) : null;
        return await ServerRun.RunAsync(
            switches[0].Name,
            parsed.GetValue(verbose),
            async host =>
            {
                var emulator = await StartAsync(host, [.. switches.Select(one => one with { StoreName = file?.Name })], file?.Path);
                ServerRun.Announce(emulator.ListeningOn);
                return emulator;
            },
            cancel,
            file?.Directory,
            interfaces.IsEmpty ? null : interfaces.Open);
    }

    private static async Task<HardwareVtepEmulator> StartAsync(IHost host, IReadOnlyList<HardwareVtepOptions> switches, string? file)
    {
        try
        {
            return await HardwareVtepEmulator.StartAsync(host, switches);
        }
        catch (Exception e) when (file is not null && e is not NetworkException
            && e is (OvsdbErrorException or FormatException or IOException or UnauthorizedAccessException))
        {
            throw new CommandException(ExitCode.Usage, $"cannot use the database file {file}: {e.Message}", e);
        }
    }

    private List<HardwareVtepOptions> SwitchesOf(ParseResult parsed, SwitchInterfaces interfaces)
    {
        var text = parsed.GetValue(schema) is { } path ? CheckedSchema(path) : null;
        try
        {
            var first = new HardwareVtepOptions
            {
                SchemaText = text,
                UnderlayPort = interfaces.UnderlayPort,
                UnderlayGateway = parsed.GetValue(gateway),
                Listen = parsed.GetValue(listen)!,
                Quirks = SwitchQuirks.Parse(parsed.GetValue(quirks)!),
                Tls = tls.Of(parsed),
            };
            ServerRun.CheckTls(first.Listen, first.Tls);
            var names = parsed.GetValue(name)!;
            if (names.Length > 1 && !interfaces.IsEmpty)
            {
                throw new CommandException(ExitCode.Usage, $"there are {names.Length} --name; interfaces can be given to one switch only");
            }

            var switches = names.Select((n, i) =>
            {
                var ips = Words(OneForEach(parsed.GetValue(tunnelIp)!, i, names.Length, isShared: false, "--tunnel-ip"));
                return first with
                {
                    Name = n,
                    Ports = OneForEach(interfaces.Ports, i, names.Length, isShared: true, "--ports"),
                    TunnelIps = ips,
                    UnderlayMac = interfaces.IsEmpty ? MacOf(i, first.UnderlayMac) : SwitchInterfaces.MacOf(ips, first.UnderlayMac),
                };
            }).ToList();
            HardwareVtepOptions.Validate(switches);
            return switches;
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw new CommandException(ExitCode.Usage, e.Message, e);
        }
    }

    private static string CheckedSchema(string path)
    {
        var text = InputFile.Read(path, "schema");
        try
        {
            VtepSchema.Check(text);
            return text;
        }
        catch (FormatException e)
        {
            throw new CommandException(ExitCode.Usage, $"no switch can offer the schema {path}: {e.Message}", e);
        }
    }

    private static T OneForEach<T>(IReadOnlyList<T> given, int index, int switches, bool isShared, string option) =>
        given.Count == switches ? given[index]
        : given.Count == 1 && isShared ? given[0]
        : throw new ArgumentException($"there are {switches} --name and {given.Count} {option}; expected {(isShared ? "one or " : "")}{switches}");

    /// <summary>Routers of different switches must have different addresses: the usual one, counted on.</summary>
    private static string MacOf(int index, string usual) => new MacAddress(MacAddress.Parse(usual).Value + (ulong)index).ToString();

    private static string[] Words(string list) => list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
