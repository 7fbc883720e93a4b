using System.Globalization;
using System.Net;
using System.Net.Sockets;
using VtepLab.Hosting;
using VtepLab.Topology;

namespace VtepLab.Cli.Labs;

/// <summary>A lab of real processes on this machine: brokers and switches first, then the controller, then the agents.</summary>
internal sealed class RunningLab(LabFile lab, string folder) : IAsyncDisposable
{
    private const string Schema = "/usr/share/openvswitch/vtep.ovsschema";
    private static readonly string[] Order = ["rabbitmq", "ovsdb-server", "switch", "neutron", "l2gateway-agent"];

    private readonly List<NodeProcess> _processes = [];

    /// <summary>Where the bus is.</summary>
    public string BusUrl => lab.Nodes.First(n => n.Kind == "rabbitmq") is { Url: { } url } ? url
        : $"amqp://guest:guest@127.0.0.1:{lab.Nodes.First(n => n.Kind == "rabbitmq").Port}/";

    /// <summary>Starts every node; those that run already are left alone.</summary>
    /// <param name="started">Told of each that is ready: name, kind and where it is.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="CommandException">An address is taken, the folder cannot be written to, or a node does not come up.</exception>
    public async Task StartAsync(Action<LabNode, string> started, CancellationToken cancel)
    {
        foreach (var node in lab.Nodes)
        {
            RefuseTaken(node, node is { Kind: "rabbitmq", Url: null } ? new IPEndPoint(IPAddress.Loopback, node.Port) : node.Listen);
        }

        RunFolder.MakeWritable(folder, "the nodes' files");
        foreach (var node in lab.Nodes.OrderBy(n => Array.IndexOf(Order, n.Kind)))
        {
            started(node, await StartAsync(node, cancel));
        }
    }

    /// <summary>Returns the name of the first node that ends; never returns while all run.</summary>
    public async Task<string> FirstEndAsync(CancellationToken cancel)
    {
        var ends = _processes.Select(p => p.Ended).ToList();
        var first = await Task.WhenAny(ends).WaitAsync(cancel);
        return _processes[ends.IndexOf(first)].Name;
    }

    /// <summary>Ends what was started, in the other order.</summary>
    public async ValueTask DisposeAsync()
    {
        for (var i = _processes.Count - 1; i >= 0; i--)
        {
            await _processes[i].DisposeAsync();
        }
    }

    // Before the files of a lab that runs are written over.
    private static void RefuseTaken(LabNode node, IPEndPoint? at)
    {
        try
        {
            using var probe = at is null ? null : new TcpListener(at);
            probe?.Start();
        }
        catch (SocketException e)
        {
            throw new CommandException(ExitCode.Usage, $"{node.Name} ({node.Kind}) cannot listen on {at}: {e.Message}; does this lab run already?", e);
        }
    }

    private async Task<string> StartAsync(LabNode node, CancellationToken cancel)
    {
        switch (node.Kind)
        {
            case "rabbitmq" when node.Url is null:
                await StartRabbitAsync(node, cancel);
                return BusUrl;
            case "rabbitmq":
                return TransportUrl.WithoutPassword(node.Url!);
            case "ovsdb-server" when node.Remote is null:
                await StartDatabaseServerAsync(node, cancel);
                return node.DatabaseEndpoint.ToString();
            case "switch" when node.Remote is null:
                await RunAsync(node, "listening on", [
                    "emulate", "switch", "--listen", $"ptcp:{node.Listen!.Port}:{node.Listen.Address}", "--name", node.Name, "--ports", string.Join(',', node.Ports),
                    "--tunnel-ip", node.TunnelIp], cancel);
                return node.DatabaseEndpoint.ToString();
            case "neutron":
                await RunAsync(node, "listening on", [
                    "neutron", "--listen", $"http://{node.Listen}", "--bus", BusUrl, "--db", Path.GetFullPath(node.Database ?? "l2gateway.db", folder), "-v"], cancel);
                return $"http://{node.Listen}";
            case "l2gateway-agent":
                await StartAgentAsync(node, cancel);
                return string.Join(", ", node.Switches);
            default:
                return node.DatabaseEndpoint.ToString(); // A switch that runs already.
        }
    }

    private async Task StartAgentAsync(LabNode node, CancellationToken cancel)
    {
        var hosts = node.Switches.Select(s => lab.Nodes.First(n => n.Name == s)).Select(s => $"{s.Name}:{s.DatabaseEndpoint.Host}:{s.DatabaseEndpoint.Port}");
        var file = Path.Combine(folder, $"{node.Name}.ini");
        await File.WriteAllTextAsync(
            file,
            string.Create(CultureInfo.InvariantCulture, $"""
            [DEFAULT]
            host = {node.Name}
            transport_url = {BusUrl.Replace("amqp://", "rabbit://", StringComparison.Ordinal)}
            [agent]
            report_interval = {node.ReportInterval.TotalSeconds}
            [ovsdb]
            ovsdb_hosts = '{string.Join(',', hosts)}'

            """),
            cancel);
        await RunAsync(node, $"agent {node.Name} serves", ["agent", "l2gateway", "--config", file, "-v"], cancel);
    }

    private async Task StartDatabaseServerAsync(LabNode node, CancellationToken cancel)
    {
        var database = Path.Combine(folder, $"{node.Name}.db");
        if (!File.Exists(database))
        {
            await ToolAsync("ovsdb-tool", ["create", database, Schema], cancel);
        }

        _processes.Add(await NodeProcess.StartAsync(
            node.Name, folder, "ovsdb-server (Open vSwitch)",
            [
                "ovsdb-server", "--no-chdir", "-vconsole:info", $"--unixctl={Path.Combine(folder, node.Name + ".ctl")}",
                $"--remote=ptcp:{node.Listen!.Port}:{node.Listen.Address}", database,
            ],
            new Dictionary<string, string> { ["OVS_RUNDIR"] = folder }, cancel));
        string[] ports = [.. node.Ports.SelectMany(p => (string[])["--", "--may-exist", "add-port", node.Name, p])];
        await ToolAsync(
            "vtep-ctl", [$"--db={node.DatabaseEndpoint}", "--timeout=20", "--may-exist", "add-ps", node.Name, "--", "set", "Physical_Switch", node.Name, $"tunnel_ips={node.TunnelIp}", .. ports],
            cancel);
    }

    private async Task StartRabbitAsync(LabNode node, CancellationToken cancel)
    {
        var rabbit = new RabbitNode(Path.Combine(folder, node.Name), node.Port, FreePort.Take(), FreePort.Take());
        rabbit.WriteConfiguration();
        // The mapper says nothing when it is ready but with -d; the broker waits for it.
        _processes.Add(await NodeProcess.StartAsync(
            $"{node.Name}-epmd", folder, "epmd running", ["epmd", "-d", .. rabbit.MapperArguments], rabbit.Environment, cancel));
        _processes.Add(await NodeProcess.StartAsync(node.Name, folder, RabbitNode.ReadyText, [RabbitNode.Program], rabbit.Environment, cancel));
    }

    private async Task RunAsync(LabNode node, string readyWhen, string[] arguments, CancellationToken cancel) => _processes.Add(
        await NodeProcess.StartAsync(node.Name, folder, readyWhen, [Environment.ProcessPath!, .. OwnProgram, .. arguments], null, cancel));

    // Under 'dotnet vteplab.dll' the process is dotnet, and the program its first argument.
    private static string[] OwnProgram => Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(RunningLab).Assembly.Location] : [];

    private static async Task ToolAsync(string program, string[] arguments, CancellationToken cancel)
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(program, arguments) { RedirectStandardError = true })
            ?? throw new CommandException(ExitCode.Unreachable, $"cannot start {program}");
        var errors = await process.StandardError.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        if (process.ExitCode != 0)
        {
            throw new CommandException(ExitCode.Unreachable, $"{program} {arguments[0]}: {errors.Trim()}");
        }
    }
}
