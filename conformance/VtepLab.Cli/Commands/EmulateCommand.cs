using System.CommandLine;
using VtepLab.Emulators.HardwareVtep;
using VtepLab.Ovsdb;
using VtepLab.Runtime;

namespace VtepLab.Cli.Commands;

/// <summary><c>vteplab emulate</c>: stand-ins that others can talk to.</summary>
internal sealed class EmulateCommand
{
    private static readonly HardwareVtepOptions Usual = new();

    private readonly Option<Endpoint[]> listen = ServerRun.Listen();
    private readonly Option<string> name = new("--name") { Description = "the switch's name", HelpName = "NAME", DefaultValueFactory = _ => Usual.Name };
    private readonly Option<string> ports = new("--ports")
    {
        Description = "its access ports, separated by commas", HelpName = "P1,P2", DefaultValueFactory = _ => string.Join(',', Usual.Ports),
    };

    private readonly Option<string> tunnelIp = new("--tunnel-ip")
    {
        Description = "the address its tunnels start from; several separated by commas", HelpName = "IP", DefaultValueFactory = _ => string.Join(',', Usual.TunnelIps),
    };

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
            emulate.listen, emulate.name, emulate.ports, emulate.tunnelIp, emulate.quirks, emulate.db, emulate.verbose,
        };
        emulate.tls.AddTo(command);
        command.SetAction(emulate.RunSwitchAsync);
        return new Command("emulate", "Run a stand-in that others can talk to") { command };
    }

    private Task<int> RunSwitchAsync(ParseResult parsed, CancellationToken cancel)
    {
        var options = OptionsOf(parsed);
        return ServerRun.RunAsync(
            options.Name,
            parsed.GetValue(verbose),
            async host =>
            {
                var emulator = await StartAsync(host, options, parsed.GetValue(db));
                ServerRun.Announce(emulator.ListeningOn);
                return emulator;
            },
            cancel,
            parsed.GetValue(db) is { } path ? Path.GetDirectoryName(Path.GetFullPath(path)) : null);
    }

    private static async Task<HardwareVtepEmulator> StartAsync(IHost host, HardwareVtepOptions options, string? file)
    {
        try
        {
            return await HardwareVtepEmulator.StartAsync(host, options);
        }
        catch (Exception e) when (file is not null && e is not NetworkException
            && e is (OvsdbErrorException or FormatException or IOException or UnauthorizedAccessException))
        {
            throw new CommandException(ExitCode.Usage, $"cannot use the database file {file}: {e.Message}", e);
        }
    }

    private HardwareVtepOptions OptionsOf(ParseResult parsed)
    {
        try
        {
            var options = new HardwareVtepOptions
            {
                Name = parsed.GetValue(name)!,
                Ports = Words(parsed.GetValue(ports)!),
                TunnelIps = Words(parsed.GetValue(tunnelIp)!),
                Listen = parsed.GetValue(listen)!,
                Quirks = SwitchQuirks.Parse(parsed.GetValue(quirks)!),
                Tls = tls.Of(parsed),
                StoreName = parsed.GetValue(db) is { } file ? Path.GetFileName(file) : null,
            };
            ServerRun.CheckTls(options.Listen, options.Tls);
            options.Validate();
            return options;
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw new CommandException(ExitCode.Usage, e.Message, e);
        }
    }

    private static string[] Words(string list) => list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
