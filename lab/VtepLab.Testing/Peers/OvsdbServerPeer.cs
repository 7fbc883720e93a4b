namespace VtepLab.Testing.Peers;

/// <summary>A real ovsdb-server (Debian's) with a database of its own, listening on loopback and on a unix socket.</summary>
public sealed class OvsdbServerPeer : IAsyncDisposable
{
    /// <summary>The hardware_vtep schema that Debian's openvswitch-vtep installs.</summary>
    public const string VtepSchema = "/usr/share/openvswitch/vtep.ovsschema";

    /// <summary>The Open_vSwitch schema that Debian's openvswitch-common installs.</summary>
    public const string VSwitchSchema = "/usr/share/openvswitch/vswitch.ovsschema";

    private readonly TempDirectory _directory = new();
    private readonly string[] _schemas;
    private readonly string[] _options;
    private PeerProcess? _process;

    private OvsdbServerPeer(int port, string[] schemas, string[] options)
    {
        Port = port;
        _schemas = schemas;
        _options = options;
    }

    /// <summary>The TCP port of 127.0.0.1 it listens on.</summary>
    public int Port { get; private set; }

    /// <summary>Where it listens: <c>tcp:127.0.0.1:PORT</c>.</summary>
    public string Endpoint => $"tcp:127.0.0.1:{Port}";

    /// <summary>Its unix socket: <c>unix:PATH</c>.</summary>
    public string UnixEndpoint => $"unix:{_directory["db.sock"]}";

    /// <summary>Its control socket, for ovs-appctl.</summary>
    public string ControlSocket => _directory["ovsdb.ctl"];

    /// <summary>The program, while it runs.</summary>
    public PeerProcess Process => _process ?? throw new InvalidOperationException("the server was stopped");

    /// <summary>What it wrote to its log.</summary>
    public string Log => _process?.Output ?? "";

    /// <summary>Starts a server.</summary>
    /// <param name="schemas">Schema files, a database each; the hardware_vtep one when empty.</param>
    /// <param name="options">Further options of ovsdb-server, such as <c>--remote=db:hardware_vtep,Global,managers</c>.</param>
    public static Task<OvsdbServerPeer> StartAsync(string[]? schemas = null, params string[] options) =>
        StartAsync(PeerProcess.FreePort, schemas, options);

    /// <summary>As the other one, on the first of some ports that is free when the server comes to it.</summary>
    /// <param name="choosePort">Names a TCP port to try, at most five times.</param>
    /// <param name="schemas">Schema files, a database each; the hardware_vtep one when empty.</param>
    /// <param name="options">Further options of ovsdb-server.</param>
    public static async Task<OvsdbServerPeer> StartAsync(Func<int> choosePort, string[]? schemas = null, params string[] options)
    {
        var peer = new OvsdbServerPeer(choosePort(), schemas ?? [VtepSchema], options);
        try
        {
            var tool = RealPeer.Require("ovsdb-tool");
            foreach (var (schema, index) in peer._schemas.Select((s, i) => (s, i)))
            {
                RequireFile(schema);
                (await PeerProcess.RunAsync(tool, ["create", peer.DatabaseFile(index), schema])).Success();
            }

            await peer.StartAsync(choosePort);
        }
        catch
        {
            await peer.DisposeAsync();
            throw;
        }

        return peer;
    }

    /// <summary>The file of the n-th database.</summary>
    public string DatabaseFile(int index = 0) => _directory[$"db{index}.db"];

    /// <summary>Starts it again on the same port and files, after <see cref="StopAsync"/> or <see cref="CrashAsync"/>.</summary>
    /// <exception cref="InvalidOperationException">Somebody else has taken the port meanwhile.</exception>
    public Task StartAgainAsync() => StartAsync(() => Port);

    /// <summary>A port that was free a moment ago may be somebody else's when the server binds it, and then that one would answer.</summary>
    private async Task StartAsync(Func<int> choosePort)
    {
        for (var tries = 1; !await TryStartAsync(); tries++)
        {
            if (tries == 5)
            {
                throw new InvalidOperationException($"ovsdb-server cannot listen at {Endpoint}: {Log}");
            }

            await StopAsync();
            Port = choosePort();
        }
    }

    /// <summary>Starts the server and waits for its answer; false when the port is somebody else's.</summary>
    private async Task<bool> TryStartAsync()
    {
        var logFile = _directory["ovsdb.log"];
        var logged = File.Exists(logFile) ? (int)new FileInfo(logFile).Length : 0; // It appends to what it wrote before.
        _process = PeerProcess.Start(
            RealPeer.Require("ovsdb-server"),
            [
                "--no-chdir", "--log-file=" + logFile, "-vconsole:info", $"--unixctl={ControlSocket}",
                $"--remote=punix:{_directory["db.sock"]}", $"--remote=ptcp:{Port}:127.0.0.1", .. _options,
                .. _schemas.Select((_, i) => DatabaseFile(i)),
            ],
            new Dictionary<string, string> { ["OVS_RUNDIR"] = _directory.Path });

        // The unix socket is surely its own, and answers after all remotes were tried; the log is written before.
        var client = RealPeer.Require("ovsdb-client");
        await _process.WaitUntilAsync($"an answer at {Endpoint}", async () =>
            File.Exists(UnixEndpoint["unix:".Length..])
            && (await PeerProcess.RunAsync(client, ["list-dbs", UnixEndpoint])).ExitCode == 0
            && (IsTaken() || (await PeerProcess.RunAsync(client, ["list-dbs", Endpoint])).ExitCode == 0));
        return !IsTaken();

        bool IsTaken() => File.ReadAllText(logFile)[logged..].Contains($"ptcp:{Port}:127.0.0.1: listen failed", StringComparison.Ordinal);
    }

    /// <summary>Sends the server a signal, such as <c>STOP</c> or <c>CONT</c>; one that has ended gets none.</summary>
    public Task SignalAsync(string signal) => _process is { HasExited: false } process ? process.SignalAsync(signal) : Task.CompletedTask;

    /// <summary>Stops the server and keeps its files.</summary>
    public async Task StopAsync()
    {
        if (_process is { } process)
        {
            _process = null;
            await process.DisposeAsync();
        }
    }

    /// <summary>Kills the server and keeps its files.</summary>
    public async Task CrashAsync()
    {
        if (_process is { } process)
        {
            _process = null;
            await process.KillAsync();
            await process.DisposeAsync();
        }
    }

    /// <summary>Runs <c>vtep-ctl</c> against it.</summary>
    public async Task<string> VtepCtlAsync(params string[] arguments) =>
        (await PeerProcess.RunAsync(RealPeer.Require("vtep-ctl"), [$"--db={Endpoint}", "--timeout=60", .. arguments])).Success();

    /// <summary>Runs <c>ovsdb-client COMMAND SERVER ARGUMENTS</c> against it.</summary>
    public async Task<string> OvsdbClientAsync(string command, params string[] arguments) =>
        (await PeerProcess.RunAsync(RealPeer.Require("ovsdb-client"), [command, Endpoint, .. arguments])).Success();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _directory.Dispose();
    }

    private static void RequireFile(string path)
    {
        if (!File.Exists(path))
        {
            RealPeer.Missing($"this machine has no {path}; './vteplab test' installs what the tests need");
        }
    }
}
