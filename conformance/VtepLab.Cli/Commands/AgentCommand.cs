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
        Description = "l2gateway_agent.ini, neutron.conf; may be given more than once, later files win", HelpName = "FILE", Required = true,
    };

    private readonly Option<bool> show = new("--show-config") { Description = "print every option that counts and where it comes from, and run nothing" };
    private readonly Option<bool> verbose = ServerRun.Verbose();

    /// <summary>The command with one subcommand an agent.</summary>
    public static Command Create()
    {
        var agent = new AgentCommand();
        var command = new Command("l2gateway", "The L2 gateway agent") { agent.config, agent.show, agent.verbose };
        command.SetAction(agent.RunAsync);
        return new Command("agent", "Run an agent on a real message bus") { command };
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        var read = Read(parsed.GetValue(config)!);
        if (parsed.GetValue(show))
        {
            Show(read);
            return (int)ExitCode.Passed;
        }

        var transport = read.TransportUrl ?? throw new CommandException(
            ExitCode.Usage, "[DEFAULT] transport_url is not set in any of the files: where is the message bus?");
        var bus = new RabbitBusOptions(TransportUrl.ToUri(transport));
        using var log = new StandardErrorLog(read.IsDebug ? LogLevel.Debug : parsed.GetValue(verbose) ? LogLevel.Information : LogLevel.Warning);
        await LiveHost.RunAsync(
            read.Options.Host,
            new LiveHostOptions { Logs = log, Bus = host => new RabbitBus(host, bus) },
            async host =>
            {
                Console.Out.WriteLine($"agent {read.Options.Host} serves {string.Join(", ", read.Options.OvsdbHosts.Select(h => $"{h.Name} at {h.Endpoint}"))}");
                Console.Out.Flush();
                try
                {
                    await L2GatewayAgent.RunAsync(host, read.Options, host.Stopping);
                }
                catch (OperationCanceledException)
                {
                    // Asked to stop.
                }
            },
            cancel);
        return (int)Signals.ServerEnd;
    }

    private static AgentConfiguration Read(string[] files)
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
