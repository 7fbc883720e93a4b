using System.CommandLine;
using VtepLab.Ovsdb;
using VtepLab.OvsdbPeers;
using VtepLab.Runtime;

namespace VtepLab.Cli.Commands;

/// <summary>The ways to reach a server that <c>--remote</c> names, in ovsdb-server's words.</summary>
/// <param name="Endpoints">Where to listen and whom to connect to.</param>
/// <param name="Managers">Where the database names further ones (<c>db:DB,TABLE,COLUMN</c>); null for nowhere.</param>
internal sealed record ServerRemotes(IReadOnlyList<Endpoint> Endpoints, ManagerColumn? Managers)
{
    /// <summary><c>--remote</c>, which may be given more than once.</summary>
    public static Option<ServerRemotes> Option() => new("--remote")
    {
        Description = "as ovsdb-server's: where to listen (ptcp:, pssl:, punix:), whom to connect to (tcp:, ssl:, unix:), or "
            + "db:DB,TABLE,COLUMN for the rows that name further ones; may be given more than once",
        HelpName = "REMOTE",
        Arity = ArgumentArity.OneOrMore,
        CustomParser = result =>
        {
            var endpoints = new List<Endpoint>();
            ManagerColumn? managers = null;
            foreach (var value in result.Tokens.Select(token => token.Value))
            {
                if (value.StartsWith("db:", StringComparison.Ordinal))
                {
                    var parts = value[3..].Split(',');
                    if (parts.Length != 3 || managers is not null)
                    {
                        result.AddError(managers is null ? $"'{value}' is not db:DB,TABLE,COLUMN" : "--remote takes one db:DB,TABLE,COLUMN only");
                        continue;
                    }

                    managers = new ManagerColumn(parts[0], parts[1], parts[2]);
                }
                else if (Endpoint.TryParse(value, out var endpoint, out var error))
                {
                    endpoints.Add(endpoint);
                }
                else
                {
                    result.AddError(error);
                }
            }

            return new ServerRemotes(endpoints, managers);
        },
    };

    /// <summary>Complains of a column that the database does not have.</summary>
    public void CheckManagers(Database database)
    {
        if (Managers is not { } column)
        {
            return;
        }

        var wrong = column.Database != database.Name ? $"no database named {column.Database} is served"
            : database.Schema.Find(column.Table) is not { } table ? $"no table named {column.Table} in database {column.Database}"
            : table.Find(column.Column) is not { } found ? $"no column \"{column.Column}\" in table \"{column.Table}\""
            : found.Type.Key.RefTable is null ? $"column \"{column.Column}\" in table \"{column.Table}\" does not refer to rows"
            : null;
        if (wrong is not null)
        {
            throw new CommandException(ExitCode.Usage, $"--remote db:{column.Database},{column.Table},{column.Column}: {wrong}");
        }
    }
}
