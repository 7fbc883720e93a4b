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
    private Database _database = null!; // The one that is served: another one after a conversion.
    private Table? _managers; // Where its rows of managers are; null when its schema has no such column.
    private TaskCompletionSource _changed = new();

    public ManagerRemotes(OvsdbServerService service, IHost host, ManagerColumn column)
    {
        (_service, _host, _column) = (service, host, column);
        _log = host.Logs.CreateLogger<OvsdbServerService>();
    }

    public IEnumerable<ServerRemote> Remotes => _remotes.Values;

    public void Start(CancellationToken cancel)
    {
        Watch(_service.Server.Find(_column.Database)
            ?? throw new InvalidOperationException($"there is no database {_column.Database} to take remotes from"));
        _service.Server.Converted += (old, converted) =>
        {
            if (old == _database)
            {
                Watch(converted);
                _changed.TrySetResult();
            }
        };
        Follow();
        _host.Spawn($"remotes of {_column.Database} {_column.Table}.{_column.Column}", _ => RunAsync(cancel));
    }

    private void Watch(Database database)
    {
        _database = database;
        _managers = database.Schema.Find(_column.Table)?.Find(_column.Column)?.Type.Key.RefTable is { } table ? database.Table(table) : null;
        if (_managers is null)
        {
            // As ovsdb-server takes it: the database may be converted back to a schema that has the column.
            _log.LogWarning("{Table}.{Column} of {Database} refers to no table: no managers", _column.Table, _column.Column, _column.Database);
            return;
        }

        database.Committed += changes =>
        {
            // Our own status writes change no column that matters here.
            if (changes.Changes.Any(change => change.Row.Table.Schema.Name == _column.Table || (change.Row.Table == _managers && Matters(change))))
            {
                _changed.TrySetResult();
            }
        };
    }

    private static bool Matters(RowChange change) => change.IsInsert || change.IsDelete
        || ReadColumns.Any(c => change.Row.Table.Schema.Find(c) is { } column && change.Changed(column));

    private async Task RunAsync(CancellationToken cancel)
    {
        while (true)
        {
            if (_remotes.Count > 0 || Rows().Any())
            {
                using var tick = CancellationTokenSource.CreateLinkedTokenSource(cancel);
                await Task.WhenAny(Task.Delay(_service.Options.StatusInterval, _host.Time, tick.Token), _changed.Task);
                tick.Cancel();
                cancel.ThrowIfCancellationRequested();
            }
            else
            {
                await _changed.Task.WaitAsync(cancel); // Most switches name no manager: nothing to tell of.
            }

            if (_changed.Task.IsCompleted)
            {
                _changed = new TaskCompletionSource();
                Follow();
            }

            WriteStatus();
        }
    }

    /// <summary>The manager rows that count, by target.</summary>
    private IEnumerable<Row> Rows() => _managers is not { } managers || managers.Schema.Find("target") is null ? []
        : _database.Table(_column.Table).All
            .SelectMany(row => row[_column.Column].Keys)
            .Select(reference => managers.Find(reference.Uuid))
            .OfType<Row>()
            .OrderBy(row => row["target"].String, StringComparer.Ordinal);

    private void Follow()
    {
        var wanted = new SortedDictionary<string, RemoteSettings>(StringComparer.Ordinal);
        foreach (var row in Rows())
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
        using var transaction = _database.Begin();
        foreach (var row in Rows().ToArray())
        {
            var remote = _remotes.GetValueOrDefault(row["target"].String);
            if (row.Table.Schema.Find("is_connected") is not null)
            {
                transaction.Set(row, "is_connected", remote is { ConnectionCount: > 0 });
            }

            if (row.Table.Schema.Find("status") is not null)
            {
                transaction.Set(row, "status", Datum.Map(ManagerStatus.Of(remote, row["target"].String, _host.Time)));
            }
        }

        if (transaction.Commit() is { } error)
        {
            _log.LogWarning("the status of the managers cannot be written: {Reason}", error);
        }
    }

}
