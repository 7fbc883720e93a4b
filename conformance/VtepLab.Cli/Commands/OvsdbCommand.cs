using System.CommandLine;
using VtepLab.Ovsdb;
using VtepLab.OvsdbPeers;

namespace VtepLab.Cli.Commands;

/// <summary><c>vteplab ovsdb</c>: a plain OVSDB server over a schema, with no switch behind it.</summary>
internal sealed class OvsdbCommand
{
    /// <summary>How often it is looked whether the file has grown enough to be compacted; ovsdb-server leaves at least as much between two.</summary>
    private static readonly TimeSpan CompactionInterval = TimeSpan.FromMinutes(10);

    private readonly Option<string?> schema = Options.Path("--schema", "FILE", "the database's schema (JSON, as ovsdb-tool takes it); that of an existing --db when not given");
    private readonly Option<Runtime.Endpoint[]> listen = ServerRun.Listen(isRequired: false);
    private readonly Option<ServerRemotes> remote = ServerRemotes.Option();
    private readonly Option<string?> db = Options.Path("--db", "FILE", "keep the database in this file, in ovsdb-server's format; in memory only when not given");
    private readonly Option<bool> verbose = ServerRun.Verbose();
    private readonly TlsOptions tls = new();

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var ovsdb = new OvsdbCommand();
        var command = new Command("ovsdb", "Serve a database over OVSDB, with no switch behind it")
        {
            ovsdb.schema, ovsdb.listen, ovsdb.remote, ovsdb.db, ovsdb.verbose,
        };
        ovsdb.tls.AddTo(command);
        command.SetAction(ovsdb.RunAsync);
        return command;
    }

    private Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        var description = parsed.GetValue(schema) is { } text ? Read(text) : null;
        var path = parsed.GetValue(db);
        var remotes = parsed.GetValue(remote) ?? new ServerRemotes([], null);
        Runtime.Endpoint[] endpoints = [.. parsed.GetValue(listen) ?? [], .. remotes.Endpoints];
        var identity = tls.Of(parsed);
        ServerRun.CheckTls(endpoints, identity);
        if (description is null && path is null)
        {
            throw new CommandException(ExitCode.Usage, "--schema says what the database looks like; without it --db must name an existing one");
        }

        if (endpoints.Length == 0 && remotes.Managers is null)
        {
            throw new CommandException(ExitCode.Usage, "--listen or --remote says how the server is reached");
        }

        return ServerRun.RunAsync(
            "ovsdb",
            parsed.GetValue(verbose),
            async host =>
            {
                var server = new OvsdbServer(new OvsdbServerOptions { Time = host.Time, NewUuid = host.Entropy.NewUuid });
                var file = path is null ? null : DatabaseFile.Open(path, description, host.Time, host.Entropy.NewUuid);
                var database = file?.Log.Database ?? new Database(description!, host.Entropy.NewUuid);
                server.Add(database);
                var service = new OvsdbServerService(
                    host, server, new OvsdbServerServiceOptions { Remotes = endpoints, Managers = remotes.Managers, Tls = identity });
                var both = new ServerWithFile(service, file);
                try
                {
                    remotes.CheckManagers(database);
                    await service.StartAsync();
                }
                catch
                {
                    await both.DisposeAsync();
                    throw;
                }

                if (file is not null)
                {
                    host.Spawn("compacting the database file", stop => CompactAsync(host, file, stop));
                }

                ServerRun.Announce(service.ListeningOn);
                return both;
            },
            cancel);
    }

    private static async Task CompactAsync(Runtime.IHost host, DatabaseFile file, CancellationToken stop)
    {
        while (true)
        {
            await host.DelayAsync(CompactionInterval, stop);
            try
            {
                file.Log.CompactIfGrown();
            }
            catch (OvsdbErrorException)
            {
                // The file has said why it cannot be replaced; it goes on as it is.
            }
        }
    }

    private static DatabaseSchema Read(string file)
    {
        var text = InputFile.Read(file, "schema");
        try
        {
            return DatabaseSchema.Parse(text);
        }
        catch (Exception e) when (e is FormatException or OvsdbException or OvsdbErrorException)
        {
            throw new CommandException(ExitCode.Usage, $"{file} is no OVSDB schema: {e.Message}", e);
        }
    }

    // The file is closed after the last session has ended.
    private sealed class ServerWithFile(OvsdbServerService service, DatabaseFile? file) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await service.DisposeAsync();
            file?.Dispose();
        }
    }
}
