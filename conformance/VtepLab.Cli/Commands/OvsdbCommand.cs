using System.CommandLine;
using VtepLab.Ovsdb;
using VtepLab.OvsdbPeers;

namespace VtepLab.Cli.Commands;

/// <summary><c>vteplab ovsdb</c>: a plain OVSDB server over a schema, with no switch behind it.</summary>
internal sealed class OvsdbCommand
{
    private readonly Option<string> schema = new("--schema") { Description = "the database's schema (JSON, as ovsdb-tool takes it)", HelpName = "FILE", Required = true };
    private readonly Option<Runtime.Endpoint[]> listen = ServerRun.Listen();
    private readonly Option<string?> db = Options.Path("--db", "FILE", "keep the database in this file, in ovsdb-server's format; in memory only when not given");
    private readonly Option<bool> verbose = ServerRun.Verbose();
    private readonly TlsOptions tls = new();

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var ovsdb = new OvsdbCommand();
        var command = new Command("ovsdb", "Serve a database over OVSDB, with no switch behind it") { ovsdb.schema, ovsdb.listen, ovsdb.db, ovsdb.verbose };
        ovsdb.tls.AddTo(command);
        command.SetAction(ovsdb.RunAsync);
        return command;
    }

    private Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        var file = parsed.GetValue(schema)!;
        var description = Read(file);
        var endpoints = parsed.GetValue(listen)!;
        var identity = tls.Of(parsed);
        ServerRun.CheckTls(endpoints, identity);
        return ServerRun.RunAsync(
            "ovsdb",
            parsed.GetValue(verbose),
            async host =>
            {
                var server = new OvsdbServer(new OvsdbServerOptions { Time = host.Time, NewUuid = host.Entropy.NewUuid });
                var (file, database) = parsed.GetValue(db) is { } path
                    ? DatabaseFile.Open(path, description, host.Time, host.Entropy.NewUuid)
                    : (null, new Database(description, host.Entropy.NewUuid));
                server.Add(database);
                var service = new OvsdbServerService(host, server, new OvsdbServerServiceOptions { Remotes = endpoints, Tls = identity });
                var both = new ServerWithFile(service, file);
                try
                {
                    await service.StartAsync();
                }
                catch
                {
                    await both.DisposeAsync();
                    throw;
                }

                ServerRun.Announce(service.ListeningOn);
                return both;
            },
            cancel);
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
