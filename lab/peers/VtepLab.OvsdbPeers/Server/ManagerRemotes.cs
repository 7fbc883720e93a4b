using System.Globalization;
using Microsoft.Extensions.Logging;
using VtepLab.Ovsdb;
using VtepLab.Runtime;

namespace VtepLab.OvsdbPeers;

/// <summary>The remotes that rows of a database name, such as the Manager rows of hardware_vtep: kept as the rows are, and told about in them.</summary>
/// <remarks>
/// Columns used, where the table has them: <c>target</c>, <c>max_backoff</c> and <c>inactivity_probe</c> in milliseconds are read,
/// <c>is_connected</c> and <c>status</c> written (vtep(5), Manager). A row whose target cannot be read is left out, with the reason
/// in its status.
/// </remarks>
internal sealed class ManagerRemotes
{
    private static readonly string[] ReadColumns = ["target", "max_backoff", "inactivity_probe"];

    private readonly OvsdbServerService _service;
    private readonly IHost _host;
    private readonly ManagerColumn _column;
    private readonly ILogger _log;
    private readonly SortedDictionary<string, ServerRemote> _remotes = new(StringComparer.Ordinal);
    private TaskCompletionSource _changed = new();

    public ManagerRemotes(OvsdbServerService service, IHost host, ManagerColumn column)
    {
        (_service, _host, _column) = (service, host, column);
        _log = host.Logs.CreateLogger<OvsdbServerService>();
    }

    public IEnumerable<ServerRemote> Remotes => _remotes.Values;

    private Database Database => _service.Server.Find(_column.Database)
        ?? throw new InvalidOperationException($"there is no database {_column.Database} to take remotes from");

    public void Start(CancellationToken cancel)
    {
        var database = Database;
        var managerTable = ManagerTable(database);
        database.Committed += changes =>
        {
            // Our own status writes change no column that matters here.
            if (changes.Changes.Any(change => change.Row.Table.Schema.Name == _column.Table
                || (change.Row.Table.Schema.Name == managerTable && Matters(change))))
            {
                _changed.TrySetResult();
            }
        };
        Follow();
        _host.Spawn($"remotes of {_column.Database} {_column.Table}.{_column.Column}", _ => RunAsync(cancel));
    }

    private static bool Matters(RowChange change) => change.IsInsert || change.IsDelete
        || ReadColumns.Any(c => change.Row.Table.Schema.Find(c) is { } column && change.Changed(column));

    private string ManagerTable(Database database) =>
        database.Schema.Table(_column.Table).Column(_column.Column).Type.Key.RefTable
        ?? throw new InvalidOperationException($"{_column.Table}.{_column.Column} of {_column.Database} refers to no table");

    private async Task RunAsync(CancellationToken cancel)
    {
        while (true)
        {
            using var tick = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            await Task.WhenAny(Task.Delay(_service.Options.StatusInterval, _host.Time, tick.Token), _changed.Task);
            tick.Cancel();
            cancel.ThrowIfCancellationRequested();
            if (_changed.Task.IsCompleted)
            {
                _changed = new TaskCompletionSource();
                Follow();
            }

            WriteStatus();
        }
    }

    /// <summary>The manager rows that count, by target.</summary>
    private IEnumerable<Row> Rows(Database database)
    {
        var managers = database.Table(ManagerTable(database));
        return database.Table(_column.Table).All
            .SelectMany(row => row[_column.Column].Keys)
            .Select(reference => managers.Find(reference.Uuid))
            .OfType<Row>()
            .OrderBy(row => row["target"].String, StringComparer.Ordinal);
    }

    private void Follow()
    {
        var wanted = new SortedDictionary<string, RemoteSettings>(StringComparer.Ordinal);
        foreach (var row in Rows(Database))
        {
            if (Endpoint.TryParse(row["target"].String, out var endpoint, out var error))
            {
                wanted[row["target"].String] = new RemoteSettings(
                    endpoint,
                    Milliseconds(row, "inactivity_probe") ?? _service.Options.InactivityProbe,
                    Milliseconds(row, "max_backoff") ?? _service.Options.MaxBackoff);
            }
            else
            {
                _log.LogWarning("manager is left out: {Reason}", error);
            }
        }

        foreach (var (target, remote) in _remotes.ToArray())
        {
            if (!wanted.TryGetValue(target, out var settings) || settings != remote.Settings)
            {
                _remotes.Remove(target);
                _host.Spawn($"ending manager {target}", _ => remote.StopAsync());
            }
        }

        foreach (var (target, settings) in wanted)
        {
            if (!_remotes.ContainsKey(target))
            {
                var remote = new ServerRemote(_service, _host, settings);
                _remotes.Add(target, remote);
                remote.StartPatiently();
            }
        }
    }

    private static TimeSpan? Milliseconds(Row row, string column) =>
        row.Table.Schema.Find(column) is { } schema && !row[schema].IsEmpty ? TimeSpan.FromMilliseconds(row[schema].Integer) : null;

    private void WriteStatus()
    {
        var database = Database;
        using var transaction = database.Begin();
        foreach (var row in Rows(database).ToArray())
        {
            var remote = _remotes.GetValueOrDefault(row["target"].String);
            if (row.Table.Schema.Find("is_connected") is not null)
            {
                transaction.Set(row, "is_connected", remote is { ConnectionCount: > 0 });
            }

            if (row.Table.Schema.Find("status") is not null)
            {
                transaction.Set(row, "status", Datum.Map(Status(row, remote)));
            }
        }

        if (transaction.Commit() is { } error)
        {
            _log.LogWarning("the status of the managers cannot be written: {Reason}", error);
        }
    }

    private SortedDictionary<string, string> Status(Row row, ServerRemote? remote)
    {
        var status = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (remote is null)
        {
            status["state"] = "VOID";
            if (!Endpoint.TryParse(row["target"].String, out _, out var error))
            {
                status["last_error"] = error;
            }

            return status;
        }

        // A listener without connections has no state: ovsdb-server tells the first session's, and there is none.
        if (!remote.Settings.Endpoint.IsPassive || remote.ConnectionCount > 0)
        {
            status["state"] = remote.State;
        }

        Add("last_error", remote.LastError);
        Add("sec_since_connect", Seconds(remote.ConnectedAt));
        Add("sec_since_disconnect", Seconds(remote.DisconnectedAt));
        Add("n_connections", remote.ConnectionCount > 1 ? remote.ConnectionCount.ToString(CultureInfo.InvariantCulture) : null);
        Add("bound_port", remote.ListeningOn is { Port: > 0 } local ? local.Port.ToString(CultureInfo.InvariantCulture) : null);
        return status;

        void Add(string key, string? value)
        {
            if (value is not null)
            {
                status[key] = value;
            }
        }

        string? Seconds(long? since) =>
            since is { } then ? ((long)_host.Time.GetElapsedTime(then).TotalSeconds).ToString(CultureInfo.InvariantCulture) : null;
    }
}
