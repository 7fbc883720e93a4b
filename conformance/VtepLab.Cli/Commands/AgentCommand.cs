using System.CommandLine;
using Microsoft.Extensions.Logging;
using VtepLab.Cli.Output;
using VtepLab.Hosting;
using VtepLab.L2Gateway.Agent;

namespace VtepLab.Cli.Commands;

/// <summary><c>vteplab agent</c>: runs an agent on a real cloud's message bus, with its own configuration files.</summary>
internal sealed class AgentCommand
{
    private readonly Option<string[]> config = new("--config", "--config-file")
    {
        Description = "l2gateway_agent.ini, neutron.conf; may be given more than once, later files win", HelpName = "FILE",
    };

    private readonly Option<string[]> directories = new("--config-dir")
    {
        Description = "a directory whose *.conf files are read after the files, in the order of their names; may be given more than once",
        HelpName = "DIR",
    };

    private readonly Option<bool> show = new("--show-config") { Description = "print every option that counts and where it comes from, and run nothing" };
    private readonly Option<bool> verbose = ServerRun.Verbose();
    private readonly Option<string> logFormat = new("--log-format")
    {
        Description = "log lines on standard error: text, or json with one object a line", DefaultValueFactory = _ => "text",
    };

    /// <summary>The command with one subcommand an agent.</summary>
    public static Command Create()
    {
        var agent = new AgentCommand();
        var command = new Command("l2gateway", "The L2 gateway agent") { agent.config, agent.directories, agent.show, agent.verbose, agent.logFormat };
        agent.logFormat.AcceptOnlyFromAmong("text", "json");
        command.SetAction(agent.RunAsync);
        return new Command("agent", "Run an agent on a real message bus") { command };
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        var read = Read(Files(parsed));
        if (parsed.GetValue(show))
        {
            Show(read);
            return (int)ExitCode.Passed;
        }

        var bus = BusOf(read.Bus);
        var least = read.IsDebug ? LogLevel.Debug : parsed.GetValue(verbose) ? LogLevel.Information : LogLevel.Warning;
        using ILoggerFactory log = parsed.GetValue(logFormat) == "json" ? new JsonLog(least) : new StandardErrorLog(least);
        await LiveHost.RunAsync(
            read.Options.Host,
            new LiveHostOptions { Logs = log, Bus = host => new RabbitBus(host, bus), TrimAfter = TimeSpan.FromSeconds(5) },
            async host =>
            {
                // The agent is asked to stop, not its host: what is under way needs the connections to end well.
                using var stop = new CancellationTokenSource();
                var loop = SynchronizationContext.Current!;
                await using var asked = cancel.UnsafeRegister(_ => loop.Post(_ => Stop(stop), null), null);
                try
                {
                    await L2GatewayAgent.RunAsync(host, read.Options, stop.Token, () => Announce(read.Options));
                }
                catch (OperationCanceledException)
                {
                    // Asked to stop.
                }
            },
            CancellationToken.None);
        return (int)Signals.ServerEnd;
    }

    private static RabbitBusOptions BusOf(BusConfiguration bus) => new(TransportUrl.ToUris(bus.TransportUrl ?? throw new CommandException(
        ExitCode.Usage, "[DEFAULT] transport_url is not set in any of the files: where is the message bus?")))
    {
        DurableQueues = bus.HasDurableQueues,
        QuorumQueues = bus.HasQuorumQueues,
        Heartbeat = bus.Heartbeat,
        Tls = bus.UsesTls ? new RabbitTls(bus.CaFile, bus.CertificateFile, bus.PrivateKeyFile, bus.ChecksHostName) : null,
    };

    // As oslo.config: files first, then the *.conf of each directory, sorted; hidden files are left out.
    private List<string> Files(ParseResult parsed)
    {
        var files = (parsed.GetValue(config) ?? []).ToList();
        foreach (var directory in parsed.GetValue(directories) ?? [])
        {
            if (!Directory.Exists(directory))
            {
                throw new CommandException(ExitCode.Usage, $"--config-dir {directory}: there is no such directory");
            }

            files.AddRange(Directory.GetFiles(directory, "*.conf").Where(f => Path.GetFileName(f)[0] != '.').Order(StringComparer.Ordinal));
        }

        return files.Count > 0 ? files : throw new CommandException(ExitCode.Usage, "no configuration: give --config FILE or --config-dir DIR");
    }

    private static void Announce(AgentOptions options)
    {
        var served = options.ManagerListener is { } listener
            ? $"switches that dial in to {listener}"
            : string.Join(", ", options.OvsdbHosts.Select(h => $"{h.Name} at {h.Endpoint}"));
        Console.Out.WriteLine($"agent {options.Host} serves {served}");
        Console.Out.Flush();
        Supervisor.Ready($"serving {served}");
    }

    private static void Stop(CancellationTokenSource stop)
    {
        Supervisor.Stopping();
        stop.Cancel();
    }

    private static AgentConfiguration Read(IEnumerable<string> files)
    {
        try
        {
            return AgentConfiguration.Read([.. files.Select(f => (f, InputFile.Read(f, "configuration file")))], Environment.MachineName);
        }
        catch (ConfigurationException e)
        {
            throw new CommandException(ExitCode.Usage, e.Message, e);
        }
    }

    private static void Show(AgentConfiguration read)
    {
        var table = new Table("section", "option", "value", "origin");
        foreach (var option in read.Effective)
        {
            table.Add(option.Section, option.Key, option.Key == "transport_url" ? TransportUrl.WithoutPassword(option.Value) : option.Value, option.Origin);
        }

        table.Write("table");
    }
}
