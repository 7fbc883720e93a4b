using System.CommandLine;
using System.Net;
using Microsoft.Extensions.Logging;
using VtepLab.Cli.Output;
using VtepLab.Emulators.Neutron;
using VtepLab.Hosting;
using VtepLab.L2Gateway.Plugin;
using VtepLab.OvsdbPeers;
using VtepLab.Runtime;
using VtepLab.Simulation;
using VtepLab.Topology;
using VtepLab.WebHosting;

namespace VtepLab.Cli.Commands;

/// <summary><c>vteplab neutron</c>: a Neutron server with the L2 gateway service plugin, over HTTP and a message bus.</summary>
internal sealed class NeutronCommand
{
    private readonly Option<string> listen = new("--listen") { Description = "where to serve REST; port 0 for a free one", HelpName = "http://IP:PORT", Required = true };

    private readonly Option<string> bus = new("--bus")
    {
        Description = "RabbitMQ, as neutron.conf names it; or 'memory' for a bus inside this process, which no agent can join, to try the API",
        HelpName = "amqp://…|memory", Required = true,
    };

    private readonly Option<string?> busAuthority = Options.Path("--bus-ca-cert", "FILE", "speak TLS with RabbitMQ, whose certificate this authority has to have signed (PEM)");
    private readonly Option<string?> busCertificate = Options.Path("--bus-cert", "FILE", "our certificate for a RabbitMQ that wants one (PEM); with --bus-key");
    private readonly Option<string?> busKey = Options.Path("--bus-key", "FILE", "the key of --bus-cert (PEM)");

    private readonly Option<string?> db = Options.Path("--db", "FILE", "keep the plugin's database in this file, and Neutron's beside it in FILE.neutron; in memory only when not given");

    private readonly Option<string?> ovsdb = new("--ovsdb")
    {
        Description = "keep the plugin's database on this ovsdb-server, or on a cluster of which this names the members (tcp:, ssl:, unix:)", HelpName = "tcp:IP:PORT[,…]",
    };

    private readonly Option<string> host = new("--host") { Description = "the server's name on the bus", HelpName = "NAME", DefaultValueFactory = _ => Environment.MachineName };
    private readonly Option<double> downTime = new("--agent-down-time") { Description = "an agent not heard for so long is dead", HelpName = "SECONDS", DefaultValueFactory = _ => 75 };
    private readonly Option<bool> fitting = new("--fitting-status-codes") { Description = "answer a user's mistake with the code that fits, also where the original answers 500; enforce quotas" };
    private readonly Option<bool> verbose = ServerRun.Verbose();
    private readonly TlsOptions tls = new();

    /// <summary>The command, and the one that prints the database's schema.</summary>
    public static Command Create()
    {
        var neutron = new NeutronCommand();
        var command = new Command("neutron", "Serve Neutron's REST API with the L2 gateway service plugin")
        {
            neutron.listen, neutron.bus, neutron.busAuthority, neutron.busCertificate, neutron.busKey, neutron.db, neutron.ovsdb, neutron.host, neutron.downTime, neutron.fitting, neutron.verbose,
        };
        neutron.tls.AddTo(command);
        command.SetAction(neutron.RunAsync);
        var schema = new Command("schema", "Print the schema of the plugin's database, as ovsdb-tool takes it");
        schema.SetAction(_ =>
        {
            Console.Out.Write(PluginModel.SchemaText);
            return (int)ExitCode.Passed;
        });
        command.Add(schema);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        var address = Address(parsed.GetValue(listen)!);
        var name = parsed.GetValue(host)!;
        var down = TimeSpan.FromSeconds(parsed.GetValue(downTime));
        var servers = (parsed.GetValue(ovsdb) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Server).ToList();
        var identity = tls.Of(parsed);
        ServerRun.CheckTls(servers, identity);
        using var file = parsed.GetValue(db) is { } path ? DatabaseFileLock.Take(path) : null;
        var plugin = new PluginOptions
        {
            Host = name, AgentDownTime = down, HasFittingStatusCodes = parsed.GetValue(fitting),
            Database = new ModelDatabaseOptions { File = file?.Name, Servers = servers, Tls = identity },
        };
        var neutron = new NeutronServerOptions
        {
            Host = name, AgentDownTime = down, Database = new ModelDatabaseOptions { File = file is null ? null : file.Name + ".neutron" },
        };
        using var log = new StandardErrorLog(parsed.GetValue(verbose) ? LogLevel.Information : LogLevel.Warning);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var options = new LiveHostOptions { Logs = log, StoreDirectory = file?.Directory };
        var broker = Task.CompletedTask;
        if (parsed.GetValue(bus) == "memory")
        {
            var listening = new TaskCompletionSource<Endpoint>(TaskCreationOptions.RunContinuationsAsynchronously);
            broker = LiveHost.RunAsync(
                "broker", new LiveHostOptions { Logs = log },
                own => StreamBus.RunBrokerAsync(own, new Endpoint(EndpointScheme.PassiveTcp, "127.0.0.1", 0), at => listening.TrySetResult(at)), stop.Token);
            await Task.WhenAny(broker, listening.Task);
            var at = await listening.Task;
            options = options with { Bus = own => StreamBus.Attach(own, new Endpoint(EndpointScheme.Tcp, at.Host, at.Port)) };
        }
        else
        {
            var uris = TransportUrl.ToUris(parsed.GetValue(bus)!);
            var rabbit = new RabbitBusOptions(uris) { Tls = TlsWith(uris[0], parsed) };
            options = options with { Bus = own => new RabbitBus(own, rabbit) };
        }

        try
        {
            await LiveHost.RunAsync(name, options, own => ServeAsync(own, address, neutron, plugin, log), stop.Token);
        }
        finally
        {
            stop.Cancel();
            await Task.WhenAny(broker); // Ends cancelled.
        }

        return (int)Signals.ServerEnd;
    }

    private static async Task ServeAsync(IHost host, IPEndPoint address, NeutronServerOptions neutron, PluginOptions plugin, ILoggerFactory log)
    {
        try
        {
            await using var controller = await NeutronController.StartAsync(host, neutron, plugin, host.Stopping);
            await using var http = await ListenAsync(address, controller, log);
            Console.Out.WriteLine($"listening on {http.Address.GetLeftPart(UriPartial.Authority)}");
            Console.Out.Flush();
            await host.DelayAsync(Timeout.InfiniteTimeSpan, host.Stopping);
        }
        catch (OperationCanceledException) when (host.Stopping.IsCancellationRequested)
        {
            // Asked to stop: HTTP has answered what it had, then the plugin has left the bus.
        }
    }

    private static async Task<RestListener> ListenAsync(IPEndPoint address, NeutronController controller, ILoggerFactory log)
    {
        try
        {
            return await RestListener.StartAsync(address, controller.RequestAsync, log);
        }
        catch (IOException e)
        {
            throw new CommandException(ExitCode.Usage, $"cannot listen on http://{address}: {e.InnerException?.Message ?? e.Message}", e);
        }
    }

    private RabbitTls? TlsWith(Uri broker, ParseResult parsed)
    {
        var tls = new RabbitTls(parsed.GetValue(busAuthority), parsed.GetValue(busCertificate), parsed.GetValue(busKey));
        return (tls.CertificateFile is null) != (tls.PrivateKeyFile is null)
            ? throw new CommandException(ExitCode.Usage, "--bus-cert and --bus-key belong together")
            : tls != new RabbitTls() || broker.Scheme == "amqps" ? tls : null;
    }

    private static IPEndPoint Address(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme == "http" && IPAddress.TryParse(uri.DnsSafeHost, out var ip) && uri.PathAndQuery == "/"
            ? new IPEndPoint(ip, text.TrimEnd('/').EndsWith($":{uri.Port}", StringComparison.Ordinal) ? uri.Port : 9696)
            : throw new CommandException(ExitCode.Usage, $"--listen: expected http://IP[:PORT], found '{text}'");

    private static Endpoint Server(string text) => !Endpoint.TryParse(text, out var endpoint, out var error)
        ? throw new CommandException(ExitCode.Usage, $"--ovsdb: {error}")
        : endpoint.IsPassive
            ? throw new CommandException(ExitCode.Usage, $"--ovsdb takes tcp:, ssl: or unix:, not '{text}'")
            : endpoint;
}
